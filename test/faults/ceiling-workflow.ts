import { periodSpan, type Ceiling } from '../../functions/domain/ceiling.ts';
import { collectRuns, createLedger, type RunMention } from '../../functions/domain/cost-ledger.ts';
import { DEFAULT_DECLARED_INPUT } from '../../functions/domain/declared-input.ts';
import type { Destination, RecordedRun } from '../../functions/domain/destination.ts';
import { getPrices } from '../../presets/prices.ts';
import { idOf } from './destination-ids.ts';
import { observe } from './entry-points.ts';
import { startSome } from './incident-workflow.ts';
import { send } from './requests.ts';
import type { Workflow } from './workflows.ts';
import type { World } from './world.ts';

/** Ceilings of the spending, evaluated by two monitors at once. */

const [ID, SPARED_ID] = [idOf(1), idOf(2)];
const MINUTE_MS = 60_000;
/** Long enough for the stop and, after a fault, for the next evaluations and the sweep. */
const LASTS_MS = 15 * MINUTE_MS;
const PATH = '/api/ceilings/day';

/** Sets the lowest ceiling that is accepted, which is reached a minute or two later. */
async function setCeiling(world: World, settings: object): Promise<void> {
  const put = (amount: number) => send(world, { method: 'PUT', path: PATH, body: { amount, ...settings } });
  const refused = await world.drive(put(0.01));
  const [, least] = /at least (\d+\.\d\d) USD/.exec(refused!.text)!;
  const stored = await world.drive(put(Number(least)));
  if (stored?.status !== 200) throw new Error(`the ceiling was refused: ${stored?.text}`);
}

function monitorTwice(world: World, untilMs: number): void {
  world.clock.after(MINUTE_MS, () => {
    void world.runAs('monitor', null, () => observe(world));
    if (world.clock.now() < untilMs) monitorTwice(world, untilMs);
  });
}

async function wait(world: World): Promise<{ ok: true }> {
  monitorTwice(world, world.clock.now() + LASTS_MS);
  return new Promise((done) => void world.clock.after(LASTS_MS, () => done({ ok: true })));
}

const ceilingOf = (world: World) => world.items.get('CEILINGS/day') as unknown as Ceiling | undefined;

/** Returns the operations of a destination by kind, from its history. */
const operationsOf = (world: World, id: string): string[] =>
  [...world.items]
    .filter(([key]) => key.startsWith(`HISTORY#${id}/operation#`))
    .map(([, item]) => String(item['kind']));

/** Returns what a destination cost on the day, in micro-dollars, from the history alone. */
function billOf(world: World, id: string): number {
  const mentions = [...world.items]
    .filter(([key, item]) => key.startsWith(`HISTORY#${id}/`) && item['run'] !== undefined)
    .map(([, item]): RunMention => ({
      destinationId: id,
      name: id,
      at: String(item['at']),
      run: item['run'] as RecordedRun,
    }));
  const now = new Date(world.clock.now());
  const pricing = { prices: getPrices('us-east-1'), region: 'us-east-1', declaredInput: DEFAULT_DECLARED_INPUT };
  const ledger = createLedger(collectRuns(mentions, world.records(), now), periodSpan('day', now), {
    pricing,
    groupBy: 'destination',
  });
  return ledger.total.cost.microUsd ?? Infinity;
}

const timelineOf = (world: World): string[] =>
  [...world.items].filter(([key]) => key.startsWith('HISTORY#deployment/')).map(([, item]) => String(item['detail']));

/** Returns true when the ceiling stopped a destination once, and this is recorded once. */
function isStoppedOnce(world: World, record: Destination | null): boolean {
  const stops = operationsOf(world, ID).filter((kind) => kind === 'stop');
  const decisions = timelineOf(world).filter((detail) =>
    detail.endsWith('is reached: everything that is not spared stops'),
  );
  return (
    record?.status === 'idle' && record.desiredBy === 'day ceiling' && stops.length === 1 && decisions.length === 1
  );
}

const COMMON = {
  world: { monitorEverySeconds: 60, latencyMsMax: 40 },
  isMeddledWith: true,
  isContested: true,
  lastsMs: LASTS_MS,
} satisfies Partial<Workflow>;

/** Two destinations run into a ceiling that spares neither: both are stopped, and together cost less than it allows. */
export const CEILING_WORKFLOW: Workflow = {
  ...COMMON,
  name: 'a ceiling stops everything in time',
  async prepare(world) {
    await startSome(world, 2);
    await setCeiling(world, { action: 'stop' });
  },
  setOff: wait,
  isReached: (record, world) =>
    isStoppedOnce(world, record) &&
    world.record(SPARED_ID)?.status === 'idle' &&
    billOf(world, ID) + billOf(world, SPARED_ID) <= ceilingOf(world)!.microUsd,
};

/** A ceiling that spares one of two destinations asks, gets no answer, and stops the other. */
const SPARING: Workflow = {
  ...COMMON,
  name: 'a ceiling asks, gets no answer and spares one',
  async prepare(world) {
    await startSome(world, 2);
    await setCeiling(world, { action: 'ask', countdownMinutes: 2, spared: [SPARED_ID] });
  },
  setOff: wait,
  isReached: (record, world) =>
    isStoppedOnce(world, record) &&
    world.record(SPARED_ID)?.status === 'running' &&
    operationsOf(world, SPARED_ID).every((kind) => kind !== 'stop') &&
    timelineOf(world).filter((detail) => detail.includes('without an answer')).length === 1,
};

/** A person keeps everything running before the countdown ends. */
const KEPT: Workflow = {
  ...COMMON,
  name: 'a ceiling asks and a person keeps everything running',
  async prepare(world) {
    await startSome(world, 1);
    await setCeiling(world, { action: 'ask', countdownMinutes: 3 });
  },
  setOff(world) {
    let isDone = false;
    world.watchers.push({
      wrote(key, _before, after) {
        if (isDone || key !== 'CEILINGS/day' || (after as unknown as Ceiling).course?.state !== 'asked') return;
        isDone = true;
        const answer = () => void send(world, { method: 'POST', path: `${PATH}/answer`, body: { answer: 'keep' } });
        // Two people give the same answer.
        world.clock.after(MINUTE_MS, answer);
        world.clock.after(MINUTE_MS, answer);
      },
    });
    return wait(world);
  },
  isReached: (record, world) =>
    record?.status === 'running' &&
    ceilingOf(world)?.course?.state === 'kept' &&
    ceilingOf(world)?.course?.by === 'a person' &&
    timelineOf(world).filter((detail) => detail.includes('keep running until the day ends')).length === 1,
};

export const CEILING_WORKFLOWS: readonly Workflow[] = [CEILING_WORKFLOW, SPARING, KEPT];
