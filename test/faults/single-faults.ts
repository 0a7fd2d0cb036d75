import type { Destination } from '../../functions/domain/destination.ts';
import { addDestination, ask, canaryOf, idOf } from './act.ts';
import { faultsOf, type FaultKind } from './faults.ts';
import type { WireCall } from './in-process-transport.ts';
import { watchInvariants, Violation } from './invariants.ts';
import type { Production } from './production.ts';
import { inWorld, type World } from './world.ts';

/**
 * Every workflow, with one fault at every call it makes. A clean run of a workflow tells which calls there are; each of
 * them, with each fault it can meet, is a cell: a world of its own in which that one thing goes wrong. A step or a call
 * added to a workflow is a new row of cells without anybody listing it.
 */

/** A workflow: how a world gets ready for it, what sets it off, and where it leads. */
export interface Workflow {
  name: string;
  standby: Destination['standby'];
  prepare(world: World): Promise<void>;
  setOff(world: World): Promise<unknown>;
  /** True when it has led where it should. */
  isReached(record: Destination | null): boolean;
}

const ID = idOf(1);
const EIGHT_MINUTES_MS = 480_000;
const FIFTEEN_MINUTES_MS = 900_000;

const restsAs = (status: Destination['status']) => (record: Destination | null) =>
  record?.status === status && record.operation === null && record.lastError === null;

async function make(world: World, standby: Destination['standby']): Promise<void> {
  await world.drive(addDestination(world, 1, { standby }));
  await reach(world, restsAs('idle'));
}

async function makeAndStart(world: World, standby: Destination['standby']): Promise<void> {
  await make(world, standby);
  await world.drive(ask(world, ID, 'start'));
  await reach(world, restsAs('running'));
}

async function reach(world: World, condition: (record: Destination | null) => boolean): Promise<void> {
  if (!(await world.until(() => condition(world.record(ID)), EIGHT_MINUTES_MS))) throw new Error('it does not get ready');
}

const isGone = (record: Destination | null) => record === null;

/** All workflows, warm and cold. */
export const WORKFLOWS: Workflow[] = [
  {
    name: 'create warm',
    standby: 'warm',
    prepare: async () => {},
    setOff: (world) => addDestination(world, 1, { standby: 'warm' }),
    isReached: restsAs('idle'),
  },
  ...(['warm', 'cold'] as const).flatMap((standby): Workflow[] => [
    {
      name: `start ${standby}`,
      standby,
      prepare: (world) => make(world, standby),
      setOff: (world) => ask(world, ID, 'start'),
      isReached: restsAs('running'),
    },
    {
      name: `stop ${standby}`,
      standby,
      prepare: (world) => makeAndStart(world, standby),
      setOff: (world) => ask(world, ID, 'stop'),
      isReached: restsAs('idle'),
    },
  ]),
  {
    name: 'teardown warm',
    standby: 'warm',
    prepare: (world) => make(world, 'warm'),
    setOff: (world) => ask(world, ID, 'delete'),
    isReached: isGone,
  },
  {
    name: 'teardown running',
    standby: 'cold',
    prepare: (world) => makeAndStart(world, 'cold'),
    setOff: (world) => ask(world, ID, 'delete'),
    isReached: isGone,
  },
];

/** One place a fault can strike: the n-th call a step makes in the workflow. */
export interface Place {
  step: string;
  /** Counts the calls of the step over all its attempts, from 0. */
  position: number;
  service: string;
  operation: string;
}

export interface Cell {
  workflow: Workflow;
  place: Place;
  fault: FaultKind;
}

export interface CellResult {
  cell: Cell;
  /** `reached` its goal, `failed` with a reason and nothing left running, or what is wrong. */
  outcome: 'reached' | 'failed with a reason' | 'violation';
  message?: string;
  /** What happened last, for a violation. */
  tail?: string[];
}

/** Calls of one workflow as they happen. */
function tellPlaces(): (call: WireCall) => Place {
  const made = new Map<string, number>();
  return ({ invocation, service, operation }) => {
    const step = invocation!.step;
    const position = made.get(step) ?? 0;
    made.set(step, position + 1);
    return { step, position, service, operation };
  };
}

/** Runs a workflow with nothing going wrong and lists the calls it makes. */
export function listPlaces(production: Production, workflow: Workflow): Promise<Place[]> {
  return inWorld({ production, seed: 1 }, async (world) => {
    await workflow.prepare(world);
    const places: Place[] = [];
    const tell = tellPlaces();
    world.faults = (call, deliver) => {
      places.push(tell(call));
      return deliver();
    };
    void workflow.setOff(world);
    if (!(await world.until(() => workflow.isReached(world.record(ID)), FIFTEEN_MINUTES_MS))) {
      throw new Error(`${workflow.name} does not reach its goal without faults`);
    }
    await world.settle();
    return places.filter(({ step }) => step !== 'sweep');
  });
}

/** All cells of a workflow. */
export async function listCells(production: Production, workflow: Workflow): Promise<Cell[]> {
  const places = await listPlaces(production, workflow);
  return places.flatMap((place) =>
    faultsOf(place.service, place.operation).map((fault) => ({ workflow, place, fault })),
  );
}

/** Runs one cell. */
export function runCell(production: Production, cell: Cell): Promise<CellResult> {
  return inWorld({ production, seed: 1 }, (world) => runStrikes(world, cell.workflow, [cell]));
}

/** Runs a workflow with faults at some places. */
export async function runStrikes(
  world: World,
  workflow: Workflow,
  strikes: readonly { place: Place; fault: FaultKind }[],
): Promise<CellResult> {
  const cell = { workflow, ...strikes[0]! };
  const invariants = watchInvariants(world, { canaries: [canaryOf(1)] });
  world.watchers.push(invariants);
  await workflow.prepare(world);
  const left = [...strikes];
  const tell = tellPlaces();
  world.faults = (call, deliver) => {
    const { step, position } = tell(call);
    const index = left.findIndex(({ place }) => place.step === step && place.position === position);
    if (index < 0) return deliver();
    const [{ fault }] = left.splice(index, 1) as [{ fault: FaultKind }];
    world.note(`fault ${fault.name} at ${step}[${position}] ${call.service}.${call.operation}`);
    return fault.strike(call, deliver, world);
  };
  try {
    const asked = workflow.setOff(world) as Promise<{ ok: boolean }>;
    await rest(world);
    invariants.checkAtRest();
    if (left.length === strikes.length) throw new Violation('simulation', 'the fault did not strike');
    return { cell, ...judge(world, workflow, strikes, await world.drive(asked)) };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { cell, outcome: 'violation', message: error.message, tail: world.events.slice(-60) };
  }
}

/** Lets a world come to rest and stay there. @throws {Violation} when it does not within 15 minutes */
export async function rest(world: World): Promise<void> {
  const isAtRest = () =>
    world.records().every((record) => record.operation === null) && world.runningInvocations() === 0;
  await world.until(() => false, 1_000);
  if (!(await world.until(isAtRest, FIFTEEN_MINUTES_MS))) {
    throw new Violation('I3 no stuck state', 'not at rest 15 minutes after the last fault');
  }
  // A sweep later it must still be so.
  const generations = world.records().map(({ generation }) => generation);
  await world.until(() => false, 330_000);
  if (!isAtRest() || generations.join() !== world.records().map(({ generation }) => generation).join()) {
    if (!(await world.until(isAtRest, FIFTEEN_MINUTES_MS))) throw new Violation('I3 no stuck state', 'it does not stay at rest');
  }
}

function judge(
  world: World,
  workflow: Workflow,
  strikes: readonly { place: Place; fault: FaultKind }[],
  asked: { ok: boolean },
): Pick<CellResult, 'outcome' | 'message' | 'tail'> {
  const record = world.record(ID);
  if (workflow.isReached(record)) return { outcome: 'reached' };
  // Whoever asked was told that it did not work.
  if (!asked.ok && strikes.every(({ place }) => place.step === 'api')) return { outcome: 'failed with a reason' };
  const mustPass = strikes.every(({ fault }) => fault.nature === 'passes');
  const reason = record?.lastError;
  if (!mustPass && reason?.detail && reason.remedy) return { outcome: 'failed with a reason', message: reason.code };
  const state = record ? `${record.status}, wants ${record.desired}` : 'gone';
  const message = `the goal was not reached: ${state}${reason ? `, ${reason.code}: ${reason.detail}` : ''}`;
  return { outcome: 'violation', message, tail: world.events.slice(-60) };
}
