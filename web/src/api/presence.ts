import { useQuery } from '@tanstack/react-query';
import type { PresenceResource, PutPresence } from '../../../functions/api/schemas/presence.ts';
import { api, asHeartbeat } from './client.ts';
import { snapshotQuery } from './snapshot.ts';

const ofTab = api.presence[':presenceId'];

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
export async function sendHeartbeat(json: PutPresence): Promise<void> {
  try {
    await ofTab.$put({ param: { presenceId }, json }, asHeartbeat());
  } catch {
    // The connection lost banner says so already.
  }
}

/** Reports that this tab is being closed. The request outlasts the page. */
export function sendLeaving(): void {
  const headers = { 'content-type': 'application/json' };
  void fetch(ofTab.$path({ param: { presenceId } }), { method: 'DELETE', keepalive: true, headers }).catch(() => {});
}
