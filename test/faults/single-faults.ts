import { BACKUP_KEY, canaryOf, REPLACED_KEY } from './act.ts';
import { faultsOf, type FaultKind } from './faults.ts';
import type { Invocation, WireCall } from './in-process-transport.ts';
import { watchInvariants } from './invariants.ts';
import { Violation } from './violation.ts';
import type { Production } from './production.ts';
import { rest } from './rest.ts';
import { ID, type Workflow } from './workflows.ts';
import { takeSnapshot } from './snapshot.ts';
import type { Snapshot } from './template.ts';
import { inWorld, Stuck, type World } from './world.ts';

/**
 * Runs every workflow with one fault at every call. A run without faults lists the calls; each call with each fault it
 * can meet is a cell, a separate world in which only that fault occurs. A new step or call adds cells automatically.
 */

const FIFTEEN_MINUTES_MS = 900_000;

/** A place where a fault can strike: the n-th call of a step in the workflow. */
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
  /** `reached` its goal, `failed` with a reason and nothing running, or violated an invariant. */
  outcome: 'reached' | 'failed with a reason' | 'violation';
  message?: string;
  /** The last events before a violation. */
  tail?: string[];
}

/** Numbers the calls of a workflow as they happen. */
function tellPlaces(): (call: WireCall) => Place {
  const made = new Map<string, number>();
  return ({ invocation, service, operation }) => {
    const step = invocation!.step;
    const position = made.get(step) ?? 0;
    made.set(step, position + 1);
    return { step, position, service, operation };
  };
}

/** Returns a test for calls of the workflow's subject: its first sweep, or everything except sweeps. */
function tellSubject({ subject }: Workflow): (call: WireCall) => boolean {
  let first: Invocation | null = null;
  return ({ invocation }) => {
    if (subject !== 'sweep') return invocation?.step !== 'sweep';
    if (invocation?.step === 'sweep') first ??= invocation;
    return invocation === first;
  };
}

/** Runs a workflow without faults and lists its calls. */
async function listPlaces(production: Production, workflow: Workflow): Promise<Place[]> {
  const from = await readyFor(production, workflow);
  return inWorld({ ...workflow.world, production, seed: 1, profile: workflow.profile, from }, async (world) => {
    const places: Place[] = [];
    const tell = tellPlaces();
    world.faults = (call, deliver) => {
      const place = tell(call);
      if (isSubject(call)) places.push(place);
      return deliver();
    };
    const isSubject = tellSubject(workflow);
    void workflow.setOff(world);
    const withinMs = Math.max(FIFTEEN_MINUTES_MS, workflow.lastsMs ?? 0);
    if (!(await world.until(() => workflow.isReached(world.record(ID), world), withinMs))) {
      throw new Error(`${workflow.name} did not reach its goal without faults`);
    }
    await world.settle();
    return places;
  });
}

/**
 * Lists the cells of a workflow.
 * @param options.withVariants also include kinds of faults that the code classifies like another one
 */
export async function listCells(
  production: Production,
  workflow: Workflow,
  options: { withVariants?: boolean } = {},
): Promise<Cell[]> {
  const places = await listPlaces(production, workflow);
  return places.flatMap((place) => {
    const isLast = !places.some(({ step, position }) => step === place.step && position > place.position);
    return (
      faultsOf(place.service, place.operation, place.step)
        .filter((fault) => options.withVariants || !fault.isVariant)
        // Dying on a response equals dying before the next call, which has its own cell.
        .filter((fault) => options.withVariants || isLast || fault.when !== 'after the response')
        .map((fault) => ({ workflow, place, fault }))
    );
  });
}

const snapshots = new WeakMap<Production, Map<Workflow, Promise<Snapshot>>>();

/** Returns the initial world of a workflow, created once. */
function readyFor(production: Production, workflow: Workflow): Promise<Snapshot> {
  const ready = snapshots.get(production) ?? new Map<Workflow, Promise<Snapshot>>();
  snapshots.set(production, ready);
  const made =
    ready.get(workflow) ??
    inWorld({ production, seed: 1, profile: workflow.profile, sweepEverySeconds: null }, async (world) => {
      await workflow.prepare(world);
      return takeSnapshot(world);
    });
  ready.set(workflow, made);
  return made;
}

/** Runs one cell. */
export function runCell(production: Production, cell: Cell): Promise<CellResult> {
  return runStrikes(production, cell.workflow, [cell]);
}

/** Runs a workflow with faults at some places, in a separate world. */
export async function runStrikes(
  production: Production,
  workflow: Workflow,
  strikes: readonly { place: Place; fault: FaultKind }[],
): Promise<CellResult> {
  const from = await readyFor(production, workflow);
  return inWorld({ ...workflow.world, production, seed: 1, profile: workflow.profile, from }, (world) =>
    strike(world, workflow, strikes),
  );
}

const NO_STRIKE = { place: { step: 'none', position: 0, service: '', operation: '' }, fault: {} as FaultKind };

async function strike(
  world: World,
  workflow: Workflow,
  strikes: readonly { place: Place; fault: FaultKind }[],
): Promise<CellResult> {
  const cell = { workflow, ...(strikes[0] ?? NO_STRIKE) };
  const invariants = watchInvariants(world, {
    canaries: [canaryOf(1), canaryOf(2), REPLACED_KEY, BACKUP_KEY, ...(workflow.signingSecrets?.values() ?? [])],
    isMeddledWith: workflow.isMeddledWith ?? false,
    signingSecrets: workflow.signingSecrets,
  });
  world.watchers.push(invariants);
  const left = [...strikes];
  const tell = tellPlaces();
  world.faults = (call, deliver) => {
    const { step, position } = tell(call);
    const index = left.findIndex(({ place }) => place.step === step && place.position === position);
    if (index < 0) return deliver();
    const fault = left.splice(index, 1)[0]!.fault;
    world.note(`fault ${fault.name} at ${step}[${position}] ${call.service}.${call.operation}`);
    return fault.strike(call, deliver, world);
  };
  try {
    const asked = workflow.setOff(world);
    if (workflow.lastsMs !== undefined) await world.until(() => false, workflow.lastsMs);
    if (workflow.lastsUntilAnswered) await world.drive(asked);
    await rest(world, {
      invariants,
      isDone: () => workflow.isReached(world.record(ID), world),
      withinMs: workflow.restWithinMs,
    });
    await invariants.checkAtRest();
    if (strikes.length === 0 && !workflow.isContested && invariants.refused.length > 0) {
      throw new Violation('I12 bounded', `refused without a fault: ${invariants.refused.join('; ')}`);
    }
    if (strikes.length > 0 && left.length === strikes.length)
      throw new Violation('simulation', 'the fault did not strike');
    return { cell, ...judge(world, workflow, strikes, await world.drive(asked)) };
  } catch (error) {
    if (!(error instanceof Violation || error instanceof Stuck)) throw error;
    return { cell, outcome: 'violation', message: error.message, tail: world.events.slice(-60) };
  }
}

function judge(
  world: World,
  workflow: Workflow,
  strikes: readonly { place: Place; fault: FaultKind }[],
  asked: { ok: boolean },
): Pick<CellResult, 'outcome' | 'message' | 'tail'> {
  const record = world.record(ID);
  // Without any fault the goal must be reached as well.
  const mustPass = strikes.every(({ fault }) => fault.nature === 'passes');
  const failed = mustPass && strikes.length > 0 && workflow.isInMatrix ? failedOperations(world) : [];
  if (failed.length > 0) {
    const message = `a transient fault failed ${failed.join(', ')}`;
    return { outcome: 'violation', message, tail: world.events.slice(-60) };
  }
  if (workflow.isReached(record, world)) return { outcome: 'reached' };
  // The caller received an error.
  if (!asked.ok && strikes.some(({ place }) => place.step === 'api')) return { outcome: 'failed with a reason' };
  const reason = record?.lastError;
  if (!mustPass && reason?.detail && reason.remedy) return { outcome: 'failed with a reason', message: reason.code };
  const state = record ? `${record.status}, should be ${record.desired}` : 'gone';
  const message = `the goal was not reached: ${state}${reason ? `, ${reason.code}: ${reason.detail}` : ''}`;
  return { outcome: 'violation', message, tail: world.events.slice(-60) };
}

/** Returns the ids of failed operations. */
function failedOperations(world: World): string[] {
  return [...world.items.values()].flatMap(({ operationId, outcome }) =>
    outcome === 'failed' ? [String(operationId)] : [],
  );
}

/** Runs workflows without faults. @returns what went wrong, one line each */
export async function runWithoutFaults(production: Production, workflows: readonly Workflow[]): Promise<string[]> {
  const failed: string[] = [];
  for (const workflow of workflows) {
    const { outcome, message } = await runStrikes(production, workflow, []);
    if (outcome !== 'reached') failed.push(`${workflow.name}: ${message}`);
  }
  return failed;
}
