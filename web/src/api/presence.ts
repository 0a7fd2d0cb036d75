import { useQuery } from '@tanstack/react-query';
import type { PresenceResource, PutPresence } from '../../../functions/api/schemas/presence.ts';
import { request } from './request.ts';
import { snapshotQuery } from './snapshot.ts';

const PATH = '/api/presence';

/** The id of this tab until it is closed or loaded again. */
const presenceId = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
  byte.toString(16).padStart(2, '0'),
).join('');

/** Returns the other open tabs of the dashboard. */
export function usePresence(): readonly PresenceResource[] {
  const { data } = useQuery(snapshotQuery('presence'));
  return (data ?? []).filter((each) => each.presenceId !== presenceId);
}

/** Reports that this tab is open. A lost heartbeat is not repeated: the next one follows soon. */
export async function sendHeartbeat(body: PutPresence): Promise<void> {
  try {
    await request<null, PutPresence>(`${PATH}/${presenceId}`, { method: 'PUT', body, isHeartbeat: true });
  } catch {
    // The connection lost banner says so already.
  }
}

/** Reports that this tab is being closed. The request outlasts the page. */
export function sendLeaving(): void {
  const headers = { 'content-type': 'application/json' };
  void fetch(`${PATH}/${presenceId}`, { method: 'DELETE', keepalive: true, headers }).catch(() => {});
}
