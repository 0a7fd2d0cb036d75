import { canaryOf } from './act.ts';
import type { Outcome } from './processes.ts';
import { tell } from './watching.ts';
import type { World } from './world.ts';

/** Sends requests to the REST API. Each request is a separate process that may die without an answer. */

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  idempotencyKey?: string;
}

export interface ApiAnswer {
  status: number;
  text: string;
  isReplay: boolean;
}

/** Sends a request. @returns the response, or null if the process died */
export async function send(world: World, request: ApiRequest): Promise<ApiAnswer | null> {
  const { method, path, body, idempotencyKey } = request;
  const label = `${method} ${path}${idempotencyKey === undefined ? '' : ` (${idempotencyKey})`}`;
  world.note(`ask   ${label}`);
  const api = await world.api();
  const outcome: Outcome = await world.runAs('api', null, async (): Promise<ApiAnswer> => {
    const response = await api.request(`http://sluice.simulated${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    tell(world, (watcher) =>
      watcher.said?.(`the response to ${label}`, `${JSON.stringify([...response.headers])}\n${text}`),
    );
    tell(world, (watcher) => watcher.answered?.(request, response.status, text));
    return { status: response.status, text, isReplay: response.headers.has('idempotent-replayed') };
  });
  if (!outcome.ok) return null;
  const answer = outcome.result as ApiAnswer;
  world.note(`reply ${label} -> ${answer.status}`);
  return answer;
}

/** Builds `POST /api/destinations`. The world chooses the id, so that it is known before the response. */
export function creation(destinationNumber: number, standby: 'warm' | 'cold'): ApiRequest {
  return {
    method: 'POST',
    path: '/api/destinations',
    body: {
      name: `Destination ${destinationNumber}`,
      platform: 'custom',
      rtmpUrl: 'rtmp://127.0.0.1:1935/live',
      streamKey: canaryOf(destinationNumber),
      preset: '720p30',
      standby,
    },
  };
}
