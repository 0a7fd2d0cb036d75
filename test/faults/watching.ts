import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Destination } from '../../functions/domain/destination.ts';
import type { Invocation, WireAnswer, WireCall } from './in-process-transport.ts';
import type { Outcome } from './processes.ts';
import type { Message } from './receivers.ts';
import type { World } from './world.ts';

/** Records every executed call, mirrors its change of the table, and passes it to the watchers. */

/** A row of the table. */
export type Item = Record<string, unknown>;

/** An observer of a world. It reports by throwing; the first report ends the run. */
export interface Watcher {
  /** Called when an endpoint has executed a call. */
  delivered?(call: WireCall, answer: WireAnswer): void;
  /** Called when a row of the table changed. Null means that the row did not or does not exist. */
  wrote?(key: string, before: Item | null, after: Item | null, call: WireCall): void;
  /** Called for texts that are stored or shown: inputs and outputs of functions, API responses. */
  said?(where: string, text: string): void;
  /** Called when the API has responded. */
  answered?(request: { method: string; path: string }, status: number, text: string): void;
  /** Called when a receiver of webhooks has taken a message. */
  received?(message: Message, call: WireCall): void;
  began?(invocation: Invocation): void;
  ended?(invocation: Invocation, outcome: Outcome): void;
}

/** Executes a call and notifies the watchers. */
export async function deliverWatched(
  world: World,
  call: WireCall,
  deliver: () => Promise<WireAnswer>,
): Promise<WireAnswer> {
  const isUpdate = call.service === 'dynamodb' && call.operation === 'UpdateItem';
  // Request the row after the update, so that the simulation can mirror the table without reading it.
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

/** Calls every watcher. A violation that one of them throws ends the run. */
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
  return `${status} should be ${desired} #${generation} holds [${Object.keys(held).join(' ')}]${operation ? ` in ${operation.kind}` : ''}`;
}

/** Returns the resource in a call's path, if it has one. */
function targetOf({ path }: WireCall): string {
  const match = /\/(channels|inputs)\/(\d+)/.exec(path);
  return match ? `${match[1]}/${match[2]} ` : '';
}

/** Returns the name of the error in an answer; empty for none. */
function errorOf({ status, headers, body }: WireAnswer): string {
  if (status < 300) return '';
  const type = headers['x-amzn-errortype'] ?? /"__type":"([^"]*)"/.exec(body)?.[1] ?? '';
  return ` ${type.split('#').at(-1)}`;
}
