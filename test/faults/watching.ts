import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Destination } from '../../functions/domain/destination.ts';
import type { Invocation, WireAnswer, WireCall } from './in-process-transport.ts';
import type { Outcome } from './processes.ts';
import type { World } from './world.ts';

/** Looking on: every call that is carried out is noted, mirrored where it changes the table, and shown to the watchers. */

/** A row of the table. */
export type Item = Record<string, unknown>;

/** Looks on. Throwing is how it reports; the first report ends the run. */
export interface Watcher {
  /** A call was carried out by its endpoint. */
  delivered?(call: WireCall, answer: WireAnswer): void;
  /** A row of the table has changed. Null: there was, or is, none. */
  wrote?(key: string, before: Item | null, after: Item | null, call: WireCall): void;
  /** A text that is kept or shown somewhere: what goes into a function and comes out, what the API answers. */
  said?(where: string, text: string): void;
  /** The API has answered. */
  answered?(request: { method: string; path: string }, status: number, text: string): void;
  began?(invocation: Invocation): void;
  ended?(invocation: Invocation, outcome: Outcome): void;
}

/** Carries a call out and lets everybody know. */
export async function deliverWatched(
  world: World,
  call: WireCall,
  deliver: () => Promise<WireAnswer>,
): Promise<WireAnswer> {
  const isUpdate = call.service === 'dynamodb' && call.operation === 'UpdateItem';
  // The row as it is after the update, so that the simulation knows the table without asking for it.
  if (isUpdate) call.body['ReturnValues'] = 'ALL_NEW';
  const changesBefore = world.mediaChanges();
  const answer = await deliver();
  call.hasChanged = world.mediaChanges() !== changesBefore;
  const whose = call.invocation ? `${call.invocation.step} ${call.invocation.destinationId ?? '-'}` : 'set-up';
  world.note(`call  ${whose} ${call.service}.${call.operation} ${targetOf(call)}-> ${answer.status}${errorOf(answer)}`);
  if (call.service === 'dynamodb' && answer.status === 200) mirror(world, call, answer);
  tell(world, (watcher) => watcher.delivered?.(call, answer));
  return answer;
}

/** Tells every watcher; what one of them finds wrong ends the run. */
export function tell(world: World, what: (watcher: Watcher) => void): void {
  for (const watcher of world.watchers) {
    try {
      what(watcher);
    } catch (error) {
      world.report(error as Error);
    }
  }
}

type Attributes = Parameters<typeof unmarshall>[0];

function mirror(world: World, call: WireCall, answer: WireAnswer): void {
  const { Item: put, Key: keyOf } = call.body as { Item?: Attributes; Key?: Attributes };
  let after: Item | null = null;
  if (call.operation === 'PutItem') after = unmarshall(put!);
  else if (call.operation === 'UpdateItem') {
    after = unmarshall((JSON.parse(answer.body) as { Attributes: Attributes }).Attributes);
  } else if (call.operation !== 'DeleteItem') return;
  const { pk, sk } = unmarshall(put ?? keyOf!);
  const key = `${pk}/${sk}`;
  const items = world.items as Map<string, Item>;
  const before = items.get(key) ?? null;
  if (after) items.set(key, after);
  else items.delete(key);
  if (key.startsWith('DESTINATIONS/')) world.note(`row   ${sk} ${describeRow(after)}`);
  tell(world, (watcher) => watcher.wrote?.(key, before, after, call));
}

function describeRow(row: Item | null): string {
  if (!row) return 'removed';
  const { status, desired, generation, held, operation } = row as unknown as Destination;
  return `${status} wants ${desired} #${generation} holds [${Object.keys(held).join(' ')}]${operation ? ` in ${operation.kind}` : ''}`;
}

/** The resource a call names, where its path does. */
function targetOf({ path }: WireCall): string {
  const match = /\/(channels|inputs)\/(\d+)/.exec(path);
  return match ? `${match[1]}/${match[2]} ` : '';
}

/** Name of the error an answer carries; empty for none. */
function errorOf({ status, headers, body }: WireAnswer): string {
  if (status < 300) return '';
  const type = headers['x-amzn-errortype'] ?? /"__type":"([^"]*)"/.exec(body)?.[1] ?? '';
  return ` ${type.split('#').at(-1)}`;
}
