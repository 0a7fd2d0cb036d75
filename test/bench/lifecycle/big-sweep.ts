import { MEDIA_LIVE_PAGE_MAX } from '../../../functions/aws/page-size.ts';
import type { Destination } from '../../../functions/domain/destination.ts';
import { addDestination, ask } from '../../faults/act.ts';
import { idOf } from '../../faults/destination-ids.ts';
import type { Production } from '../../faults/production.ts';
import { takeSnapshot } from '../../faults/snapshot.ts';
import type { Snapshot } from '../../faults/template.ts';
import { flowOf, inWorld, sweepOnce, type World } from '../../faults/world.ts';
import type { MediaState } from '../../../infra/local/endpoints/media/media-state.ts';

/**
 * Counts a sweep in an account full of destinations: two created by the product's own steps, and copies of them. A flow
 * feeds 50 outputs at most, so that many destinations are on air; the others are idle with a channel.
 */

/** The flow, and the input security group that must allow it. */
const ALWAYS_READ = 2;

/** AWS's limit of outputs per flow. */
const ON_AIR_MAX = 50;

export interface SweepCosts {
  /** Calls to MediaLive and MediaConnect. */
  mediaCalls: number;
  /** Calls to the table: pages of records and orphans, the lease, writes. */
  tableCalls: number;
  /** Pages of lists, plus the flow and its group: read whatever the drift. */
  lists: number;
  /** Second reads of media services for apparent faults. */
  looks: number;
  /** Rows of the table read individually for writes. */
  rows: number;
  /** Smallest possible number of calls to the media services: full pages of both lists, the flow and its group. */
  floor: number;
  seconds: number;
}

/** Sweeps twice: without drift, and with every kind of drift that a sweep detects. */
export async function countSweeps(
  production: Production,
  destinations: number,
): Promise<{ clean: SweepCosts; drifted: SweepCosts }> {
  const from = await makeMany(production, destinations);
  const sweepOf = (before: (world: World) => void) =>
    inWorld({ production, seed: 1, from, sweepEverySeconds: null }, async (world) => {
      before(world);
      return countSweep(world);
    });
  return { clean: await sweepOf(() => {}), drifted: await sweepOf(drift) };
}

async function countSweep(world: World): Promise<SweepCosts> {
  const made: string[] = [];
  world.watchers.push({
    delivered({ invocation, service, operation }) {
      // Operations started by the sweep read at the same time and do not count.
      if (invocation?.step === 'sweep') made.push(`${service}.${operation}`);
    },
  });
  const beganMs = performance.now();
  await world.drive(world.runAs('sweep', null, () => sweepOnce(world)));
  const pages = (rows: object) => Math.max(1, Math.ceil(Object.keys(rows).length / MEDIA_LIVE_PAGE_MAX));
  return {
    mediaCalls: made.filter((name) => name.startsWith('media')).length,
    tableCalls: made.filter((name) => name.startsWith('dynamodb')).length,
    lists: made.filter((name) => /\.(List|Query)/.test(name)).length + ALWAYS_READ,
    looks: made.filter((name) => /^media.*\.Describe/.test(name)).length - ALWAYS_READ,
    rows: made.filter((name) => name.endsWith('.GetItem')).length,
    floor: pages(world.media.channels) + pages(world.media.inputs) + ALWAYS_READ,
    seconds: (performance.now() - beganMs) / 1000,
  };
}

/** Number of destinations that `drift` changes. */
export const DRIFTED = 5;

/**
 * Changes running destinations (channel stopped, channel deleted, output removed) and idle ones (channel deleted,
 * channel started).
 */
function drift(world: World): void {
  const { channels } = world.media;
  const onAir = world.records().filter(({ status }) => status === 'running');
  channels[onAir[0]!.held.channel!.channelId]!.state = 'IDLE';
  delete channels[onAir[1]!.held.channel!.channelId];
  flowOf(world).outputs.splice(2, 1);
  const [lost, ...idle] = world.records().filter(({ status }) => status === 'idle');
  delete channels[lost!.held.channel!.channelId];
  channels[idle[0]!.held.channel!.channelId]!.state = 'RUNNING';
}

/** Creates two destinations, one idle and one on air, and copies them. */
async function makeMany(production: Production, destinations: number): Promise<Snapshot> {
  const snapshot = await inWorld({ production, seed: 1, sweepEverySeconds: null }, async (world) => {
    for (const number of [1, 2]) await world.drive(addDestination(world, number, { standby: 'warm' }));
    await world.until(() => world.records().every(({ operation }) => operation === null), 60_000);
    await world.drive(ask(world, idOf(1), 'start'));
    if (!(await world.until(() => world.record(idOf(1))?.status === 'running', 60_000)))
      throw new Error('the destination is not on air');
    return takeSnapshot(world);
  });
  const media = snapshot.media as MediaState;
  const items = new Map(snapshot.items);
  for (let number = 3; number <= destinations; number++) {
    const original = number < ON_AIR_MAX + 2 ? 1 : 2;
    copyDestination(media, items as Map<string, Record<string, unknown>>, original, number);
  }
  return { ...snapshot, items };
}

function copyDestination(
  media: MediaState,
  items: Map<string, Record<string, unknown>>,
  original: number,
  number: number,
): void {
  const row = items.get(`DESTINATIONS/${idOf(original)}`) as unknown as Destination;
  const input = media.inputs[row.held.input!.inputId]!;
  const channel = media.channels[row.held.channel!.channelId]!;
  const flow = Object.values(media.flows)[0]!;
  const swap = (text: string) =>
    [
      [idOf(original), idOf(number)],
      [input.id, `i${number}`],
      [channel.id, `c${number}`],
    ].reduce((all, [from, to]) => all.replaceAll(from!, to!), text);
  const copy = <Value>(value: Value): Value => JSON.parse(swap(JSON.stringify(value))) as Value;
  media.inputs[`i${number}`] = copy(input);
  media.channels[`c${number}`] = copy(channel);
  for (const { arn } of [input, channel]) media.tags[swap(arn)] = copy(media.tags[arn]!);
  const output = row.held.flowOutput && flow.outputs.find(({ arn }) => arn === row.held.flowOutput!.flowOutputArn);
  const copied = copy(row);
  if (output) {
    const arn = `${output.arn}-${number}`;
    flow.outputs.push({ ...copy(output), arn });
    copied.held.flowOutput!.flowOutputArn = arn;
  }
  items.set(`DESTINATIONS/${idOf(number)}`, copied as unknown as Record<string, unknown>);
}
