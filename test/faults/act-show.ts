import type { SourceControl } from '../../functions/aws/source-control-table.ts';
import type { Show, ShowAction } from '../../functions/domain/show.ts';
import { addDestination } from './act.ts';
import { idOf } from './destination-ids.ts';
import type { FaultKind } from './faults.ts';
import { currentInvocation } from './in-process-transport.ts';
import { send } from './requests.ts';
import type { World } from './world.ts';

/** Simulates what people do with shows: they plan, edit and run them through the API. */

const SECOND_MS = 1000;

/** Returns the id of a simulated show. */
export function showIdOf(showNumber: number): string {
  return idOf(showNumber).replace(/^dst/, 'shw');
}

/** A planned show. Times are milliseconds from now, offsets are seconds from the start. */
export interface Planned {
  startsInMs: number;
  endsInMs: number | null;
  endRule?: 'clock' | 'hand';
  /** Numbers of the destinations with their offsets, in order. */
  destinations: readonly [destinationNumber: number, offsetSeconds: number][];
}

/** Returns the time so far from now as the wall clock in UTC shows it. */
export function wallClockIn(world: World, delayMs: number): string {
  return new Date(Math.floor((world.deps.now().getTime() + delayMs) / SECOND_MS) * SECOND_MS)
    .toISOString()
    .slice(0, 19);
}

/** Adds destinations that hold nothing while they are idle: an SRT destination needs the fewest calls. */
export async function addShowDestinations(world: World, count: number): Promise<void> {
  const kind = { platform: 'srt', rtmpUrl: 'srt://127.0.0.1:9000', preset: 'source', standby: 'cold' } as const;
  for (let number = 1; number <= count; number++) {
    const settings = { ...kind, streamId: `live-${number}`, latencyMs: 200, streamKeyCiphertext: null };
    await world.drive(addDestination(world, number, settings));
  }
}

/** Plans a show. @throws when the API refuses it or does not answer */
export async function planShow(
  world: World,
  showNumber: number,
  planned: Planned & { zone?: string },
): Promise<string> {
  const { startsInMs, endsInMs, endRule, destinations } = planned;
  return createShow(world, showNumber, {
    title: `Show ${showNumber}`,
    zone: 'UTC',
    localStart: wallClockIn(world, startsInMs),
    localEnd: endsInMs === null ? null : wallClockIn(world, endsInMs),
    ...(endRule ? { endRule } : {}),
    destinations: destinations.map(([number, offsetSeconds]) => ({ destinationId: idOf(number), offsetSeconds })),
    isDraft: false,
  });
}

/** Sends `POST /api/shows`. @throws when the API refuses it or does not answer */
export async function createShow(world: World, showNumber: number, body: object): Promise<string> {
  world.idsToGive.push(idOf(showNumber));
  const answer = await send(world, { method: 'POST', path: '/api/shows', body });
  if (answer?.status !== 201) throw new Error(`the show was not planned: ${answer?.text}`);
  return showIdOf(showNumber);
}

/** Requests something of a show. A refusal is an answer as well. */
export function actOnShow(world: World, showId: string, action: ShowAction): Promise<unknown> {
  return send(world, { method: 'POST', path: `/api/shows/${showId}/${action}` });
}

/** Edits a show. */
export function editShow(world: World, showId: string, body: object): Promise<unknown> {
  return send(world, { method: 'PATCH', path: `/api/shows/${showId}`, body });
}

/** Returns a show as stored, whether it has ended or not. */
export function storedShow(world: World, showId: string): Show | null {
  const item = world.items.get(`SHOWS/${showId}`) ?? world.items.get(`PAST-SHOW#${showId}/show`);
  return (item as unknown as Show | undefined) ?? null;
}

/** Returns who started or stopped the flow last, as stored. */
export function sourceControlOf(world: World): SourceControl | null {
  return (world.items.get('SOURCES/control') as unknown as SourceControl | undefined) ?? null;
}

/** Returns a fault that is no failure: a person does something at that moment, between two calls of a process. */
export function personDoes(name: string, act: (world: World) => Promise<unknown>): FaultKind {
  return {
    name: `a person ${name}`,
    when: 'before the call',
    nature: 'passes',
    async strike(_call, deliver, world) {
      await currentInvocation.exit(() => act(world));
      return deliver();
    },
  };
}
