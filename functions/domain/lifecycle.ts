import type {
  Destination,
  DestinationKind,
  DestinationStatus,
  HeldResource,
  HeldResources,
  Operation,
  OperationKind,
  OperationStep,
  RecordedError,
} from './destination.ts';
import { HELD_RESOURCES, PRIMARY_DESTINATION_ID } from './destination.ts';
import { HELD_BY_KIND, kindOf } from './destination-kind.ts';
import { withKeyUsed } from './key-use.ts';

/**
 * The whole lifecycle of a destination of any kind, in two tables: OPERATIONS (what each state machine does, step by step, and
 * where it ends) and ACTION_STATUSES (what a user may request in which status). The state machines are generated from
 * them (`npm run statemachines`), and the workflow steps, the API's refusals, the dashboard's buttons and the fault
 * tests derive from them.
 *
 *                  create                    start                     stop
 *   (new) ──▶ creating ──▶ idle ──▶ starting ──▶ running ──▶ stopping ──▶ idle
 *                 │                    │                         │
 *                 └───────▶ error ◀────┴──────────◀──────────────┘
 *   any status ── teardown ──▶ deleting ──▶ (gone)
 *
 * A user's call sets `desired`; if no operation is in flight, it begins the one that moves `status` towards it. The
 * last step of each operation settles: it writes the outcome and, if `desired` has changed meanwhile, begins the next
 * operation. An operation that is no longer desired (stop while starting) notices at its next step, and releases what
 * it created. The way down (stop, teardown, failed or superseded start) is always the same: the release steps, in the
 * reverse order of creation.
 */

/** The steps, with the resource each handles and how long it may take on AWS. */
export const STEPS = {
  EnsureSecret: { resource: 'secret', direction: 'up', label: 'storing the passphrase', deadlineSeconds: 300 },
  // MediaLive creates a push input within seconds.
  EnsureInput: { resource: 'input', direction: 'up', label: 'creating the input', deadlineSeconds: 300 },
  EnsureChannel: { resource: 'channel', direction: 'up', label: 'creating the channel', deadlineSeconds: 600 },
  EnsureFlowOutput: { resource: 'flowOutput', direction: 'up', label: 'connecting the flow', deadlineSeconds: 300 },
  // Most channels start within 3 minutes, and up to 10 is normal; a shorter limit would fail a healthy start.
  EnsureChannelRun: { resource: 'channelRun', direction: 'up', label: 'starting the channel', deadlineSeconds: 660 },
  ReleaseChannelRun: { resource: 'channelRun', direction: 'down', label: 'stopping the channel', deadlineSeconds: 600 },
  ReleaseFlowOutput: {
    resource: 'flowOutput',
    direction: 'down',
    label: 'disconnecting the flow',
    deadlineSeconds: 300,
  },
  ReleaseChannel: { resource: 'channel', direction: 'down', label: 'deleting the channel', deadlineSeconds: 600 },
  // In production, detaching an input has taken more than seven minutes: https://github.com/openfun/marsha/pull/1464
  ReleaseInput: { resource: 'input', direction: 'down', label: 'deleting the input', deadlineSeconds: 900 },
  ReleaseSecret: { resource: 'secret', direction: 'down', label: 'removing the passphrase', deadlineSeconds: 300 },
} as const satisfies Record<
  string,
  { resource: HeldResource; direction: 'up' | 'down'; label: string; deadlineSeconds: number }
>;

export type ResourceStep = keyof typeof STEPS;

/** All steps that a state machine may call. The last two end an operation. */
export type StepName = ResourceStep | 'Settle' | 'SettleFailed';

interface OperationDefinition {
  /** Status while the operation runs. */
  status: DestinationStatus;
  /** Steps, in order. */
  steps: readonly ResourceStep[];
  /** Release steps that undo it when it fails or is superseded. */
  undo: readonly ResourceStep[];
  /** Status after success; `gone` removes the record. */
  reached: DestinationStatus | 'gone';
  /** Desired states it works towards; any other supersedes it. When absent, it always runs to its end. */
  serves?: readonly Destination['desired'][];
}

/** Defines each state machine. `statemachines/generate.ts` writes the ASL files from this table. */
export const OPERATIONS: Record<OperationKind, OperationDefinition> = {
  create: {
    status: 'creating',
    steps: ['EnsureInput', 'EnsureChannel'],
    undo: ['ReleaseChannel', 'ReleaseInput'],
    reached: 'idle',
    serves: ['idle', 'running'],
  },
  start: {
    status: 'starting',
    steps: ['EnsureSecret', 'EnsureInput', 'EnsureChannel', 'EnsureFlowOutput', 'EnsureChannelRun'],
    undo: ['ReleaseChannelRun', 'ReleaseFlowOutput', 'ReleaseChannel', 'ReleaseInput', 'ReleaseSecret'],
    reached: 'running',
    serves: ['running'],
  },
  stop: {
    status: 'stopping',
    steps: ['ReleaseChannelRun', 'ReleaseFlowOutput', 'ReleaseChannel', 'ReleaseInput', 'ReleaseSecret'],
    undo: [],
    reached: 'idle',
  },
  teardown: {
    status: 'deleting',
    steps: ['ReleaseChannelRun', 'ReleaseFlowOutput', 'ReleaseChannel', 'ReleaseInput', 'ReleaseSecret'],
    undo: [],
    reached: 'gone',
  },
};

/**
 * Returns true when a kind of destination holds the resource of a step. The state machines are the same for all kinds:
 * the other steps end at once.
 */
export function concerns(kind: DestinationKind, step: ResourceStep): boolean {
  return HELD_BY_KIND[kind].includes(STEPS[step].resource);
}

/** Returns the steps of an operation for a kind of destination, and those that undo it. */
export function stepsOf(operation: OperationKind, kind: DestinationKind): Pick<OperationDefinition, 'steps' | 'undo'> {
  const { steps, undo } = OPERATIONS[operation];
  const isConcerned = (step: ResourceStep) => concerns(kind, step);
  return { steps: steps.filter(isConcerned), undo: undo.filter(isConcerned) };
}

/** Returns the resources that a destination keeps while it is idle, according to its standby. */
function keptWhileIdle(record: Pick<Destination, 'standby'>): readonly HeldResource[] {
  return record.standby === 'warm' ? ['input', 'channel'] : [];
}

/**
 * Returns true when a release step must keep its resource: a warm destination keeps input and channel after a stop or a
 * failed start. A failed create keeps nothing, so that a retry begins clean.
 */
export function isKept(record: Destination, resource: HeldResource): boolean {
  const kind = record.operation?.kind;
  if (kind === 'teardown' || kind === 'create' || record.desired === 'deleted') return false;
  return keptWhileIdle(record).includes(resource);
}

/** Returns true when the desired state no longer calls for the operation, which then releases what it created. */
export function isSuperseded(record: Destination, operation: Operation): boolean {
  const serves = OPERATIONS[operation.kind].serves;
  return serves !== undefined && !serves.includes(record.desired);
}

/** Returns the operation that moves a destination at rest towards its desired state, or null when it has reached it. */
export function nextOperation(record: Destination): OperationKind | null {
  if (record.operation) return null;
  switch (record.desired) {
    case 'deleted':
      return 'teardown';
    case 'running':
      if (record.status === 'running') return record.restartRequested ? 'stop' : null;
      // A failed start is not repeated automatically, because each start of a channel costs at least ten minutes.
      if (record.status === 'error') return isPrimary(record) ? 'start' : null;
      return 'start';
    case 'idle':
      if (record.status === 'running') return 'stop';
      // An idle destination holds too much when its standby was changed during an operation.
      return (record.status === 'idle' || record.status === 'error') && holdsBillable(record) ? 'stop' : null;
  }
}

/** What a request makes of a record. Computed again when another writer came first, so it must be pure. */
export interface Decision {
  /** The record with its new desired state or configuration; the same object for no change. */
  record: Destination;
  /** The operation that begins if none is in flight. */
  begins: OperationKind | null;
}

/** Decides to begin the operation that moves the record towards its desired state. */
export function towardsDesired(record: Destination): Decision {
  return { record, begins: nextOperation(record) };
}

/** Returns true when the destination holds more than it may keep while idle. */
function holdsBillable(record: Destination): boolean {
  const kept = keptWhileIdle(record);
  return HELD_RESOURCES.some((resource) => record.held[resource] !== undefined && !kept.includes(resource));
}

/**
 * Returns true for the channel behind the HLS preview, whose desired state follows its mode. It is always restarted.
 */
export function isPrimary(record: Pick<Destination, 'destinationId'>): boolean {
  return record.destinationId === PRIMARY_DESTINATION_ID;
}

/**
 * Returns the operation's id, which is also the execution's name: at most 80 characters, the limit of Step Functions.
 */
export function operationIdOf(destinationId: string, kind: OperationKind, generation: number): string {
  return `${destinationId}-${kind}-${generation}`;
}

/** Parses an operation id. Returns null for any other text. */
export function parseOperationId(
  operationId: string,
): { destinationId: string; kind: OperationKind; generation: number } | null {
  const match = /^(.+)-(create|start|stop|teardown)-(\d{1,9})$/.exec(operationId);
  if (!match) return null;
  return { destinationId: match[1]!, kind: match[2] as OperationKind, generation: Number(match[3]) };
}

/** Begins an operation: sets a new generation and the transitional status. Pure. */
export function withOperation(
  record: Destination,
  kind: OperationKind,
  { now, requestedBy, isCleanUp = false }: { now: Date; requestedBy: string; isCleanUp?: boolean },
): Destination {
  const definition = OPERATIONS[kind];
  const generation = record.generation + 1;
  const destinationKind = kindOf(record);
  const { steps, undo } = stepsOf(kind, destinationKind);
  const seconds = [...steps, ...undo].reduce((sum, step) => sum + STEPS[step].deadlineSeconds, 0);
  return {
    ...record,
    generation,
    status: definition.status,
    // A restart is done once its stop begins; the start that follows is an ordinary one.
    restartRequested: kind === 'stop' ? false : record.restartRequested,
    lastError: isCleanUp || kind === 'teardown' ? record.lastError : null,
    runningSince: kind === 'start' ? null : record.runningSince,
    ...(record.failedStarts && hasLasted(record, now) ? { failedStarts: 0 } : {}),
    operation: {
      operationId: operationIdOf(record.destinationId, kind, generation),
      kind,
      ...(destinationKind === 'channel' ? {} : { destinationKind }),
      generation,
      requestedBy,
      startedAt: now.toISOString(),
      deadlineAt: new Date(now.getTime() + seconds * 1000).toISOString(),
      steps: [],
      ...(isCleanUp ? { isCleanUp } : {}),
    },
    lastModified: now.toISOString(),
  };
}

/** A run of this length counts as a success, however it ended. */
const LASTING_SECONDS = 3600;

function hasLasted({ runningSince }: Destination, now: Date): boolean {
  return runningSince !== null && now.getTime() - Date.parse(runningSince) >= LASTING_SECONDS * 1000;
}

/** Counts a run that no operation ended as a failed start, unless it had lasted. Pure. */
export function withFailedRun(record: Destination, now: Date): Destination {
  return { ...record, failedStarts: hasLasted(record, now) ? 0 : (record.failedStarts ?? 0) + 1 };
}

/**
 * The result of one step, kept in the execution's state: times and attempts for the history, and what the step created
 * or released. A step writes the record only where a crash would lose something that is hard to find again.
 */
export interface StepResult {
  startedAt: string;
  endedAt: string;
  attempts: number;
  held?: Partial<HeldResources>;
  released?: HeldResource;
  /** The kind of destination has no such resource, so there was nothing to do. */
  isSkipped?: true;
}

export type StepResults = Partial<Record<ResourceStep, StepResult>>;

/** Returns the finished steps in the order they ran. */
export function toOperationSteps(results: StepResults): OperationStep[] {
  return Object.entries(results)
    .filter(([, { isSkipped }]) => !isSkipped)
    .map(([step, { startedAt, endedAt, attempts }]) => ({ step, startedAt, endedAt, attempts }))
    .toSorted(
      (one, other) =>
        Date.parse(one.startedAt) - Date.parse(other.startedAt) || orderOf(one.step) - orderOf(other.step),
    );
}

/** Returns a step's position in the table: ensure steps in the order of creation, then the release steps. */
function orderOf(step: string): number {
  return Object.keys(STEPS).indexOf(step);
}

/** Returns what is held after the steps so far: the record, plus what they created, minus what they released. */
export function heldAfter(recorded: HeldResources, results: StepResults): HeldResources {
  const made = Object.values(results).reduce<HeldResources>((held, result) => ({ ...held, ...result.held }), recorded);
  const released = new Set(Object.values(results).map((result) => result.released));
  return Object.fromEntries(Object.entries(made).filter(([resource]) => !released.has(resource as HeldResource)));
}

export type Settlement =
  | { outcome: 'succeeded' }
  | { outcome: 'superseded' }
  | { outcome: 'failed'; error: RecordedError };

/**
 * Ends the operation in flight. Pure.
 * @param results results of its steps
 * @returns the record at rest (null when the destination is gone) and the finished operation for the history
 */
export function settle(
  record: Destination,
  settlement: Settlement,
  now: Date,
  results: StepResults = {},
): { record: Destination | null; operation: Operation } {
  const current = record.operation;
  if (!current) throw new Error('settle needs an operation in flight');
  const at = now.toISOString();
  const done = toOperationSteps(results);
  // A failed step has no result, but it added itself to the record with its reason.
  const failed = current.steps.filter(({ step }) => !done.some((each) => each.step === step));
  const operation: Operation = {
    ...current,
    steps: [...done, ...failed.map((entry) => ({ ...entry, endedAt: entry.endedAt ?? at }))].toSorted(
      (one, other) =>
        Date.parse(one.startedAt) - Date.parse(other.startedAt) || orderOf(one.step) - orderOf(other.step),
    ),
    endedAt: at,
    outcome: settlement.outcome,
    ...(settlement.outcome === 'failed' ? { error: settlement.error } : {}),
    ...(settlement.outcome === 'superseded' && record.desiredBy ? { supersededBy: record.desiredBy } : {}),
  };
  const held = heldAfter(record.held, results);
  const atRest = withoutOrphanedBreak({ ...record, held, operation: null, lastModified: at });
  const rest = withoutOrphanedPause(atRest, settlement);
  const reached = OPERATIONS[current.kind].reached;
  if (settlement.outcome === 'succeeded') {
    if (reached === 'gone') return { record: null, operation };
    if (current.isCleanUp && record.desired === 'running') {
      // Returns to `error` without what still cost. The status idle would begin another start, which would fail again.
      return { record: { ...rest, status: 'error', runningSince: null }, operation };
    }
    const running = reached === 'running';
    const learned = withTook(rest, results);
    const settled: Destination = { ...learned, status: reached, runningSince: running ? at : null };
    return { record: running ? withKeyUsed(settled, at) : settled, operation };
  }
  if (settlement.outcome === 'superseded')
    return { record: { ...rest, status: 'idle', runningSince: null }, operation };
  // Only a start that reached StartChannel was billed.
  const isCostly = current.kind === 'start' && record.held.channelRun?.generation === current.generation;
  const counted = isCostly ? withFailedRun(rest, now) : rest;
  return { record: { ...counted, status: 'error', lastError: settlement.error, runningSince: null }, operation };
}

/** A slate over the output ends with the run it was shown in. */
function withoutOrphanedBreak(record: Destination): Destination {
  if (!record.slateBreak || record.held.channelRun) return record;
  return { ...record, slateBreak: null };
}

/**
 * A pause of the output ends with its run, too, unless another start is about to follow: then its planned second is still
 * to come.
 */
function withoutOrphanedPause(record: Destination, { outcome }: Settlement): Destination {
  const { desired, held, outputPause } = record;
  if (!outputPause || held.channelRun) return record;
  const isAhead = desired === 'running' && outcome !== 'failed' && outputPause.state === 'paused';
  return { ...record, outputPause: isAhead ? { ...outputPause, plannedFor: null } : null };
}

/** Records how long AWS took, so that the next start knows when to poll more often. */
function withTook(record: Destination, results: StepResults): Destination {
  const waited = Object.entries(results).filter(
    ([step, { attempts }]) => attempts > 1 && STEPS[step as ResourceStep].direction === 'up',
  );
  if (waited.length === 0) return record;
  const took = waited.map(([step, { startedAt, endedAt }]) => [step, Date.parse(endedAt) - Date.parse(startedAt)]);
  return { ...record, tookMs: { ...record.tookMs, ...Object.fromEntries(took) } };
}

/** What a user may request. */
export const ACTIONS = ['start', 'stop', 'restart', 'edit', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];

const ACTION_STATUSES: Record<Action, readonly DestinationStatus[]> = {
  start: ['idle', 'creating', 'stopping', 'error'],
  stop: ['creating', 'starting', 'running', 'stopping', 'error'],
  restart: ['running'],
  edit: ['idle', 'creating', 'starting', 'running', 'stopping', 'error'],
  delete: ['idle', 'creating', 'starting', 'running', 'stopping', 'error'],
};

/**
 * Returns the actions that are possible now, and why the others are not. Buttons, `allowedActions` and the text of a
 * 409 derive from it. The API accepts a repeated start or stop; it only does not offer them.
 */
export function actionsOf(record: Destination): { allowed: Action[]; refused: Partial<Record<Action, string>> } {
  const refused: Partial<Record<Action, string>> = {};
  for (const action of ACTIONS) {
    const reason = refusalOf(record, action);
    if (reason) refused[action] = reason;
  }
  return { allowed: ACTIONS.filter((action) => refused[action] === undefined), refused };
}

function refusalOf(record: Destination, action: Action): string | null {
  if (isPrimary(record)) return 'the preview starts and stops by its mode';
  if (record.desired === 'deleted') return 'it is being deleted';
  if (action === 'start' && record.desired === 'running' && record.status !== 'error') {
    return record.status === 'running' ? 'it is running already' : 'it is on its way to running';
  }
  if (action === 'stop' && record.desired === 'idle') {
    if (record.status === 'stopping') return 'it is stopping already';
    if (record.status !== 'error' || !holdsBillable(record)) return 'it is not running';
  }
  if (action === 'restart' && record.desired !== 'running') return 'it is off air, or about to be';
  if (action === 'restart' && record.restartRequested) return 'it is about to be restarted already';
  if (!ACTION_STATUSES[action].includes(record.status)) {
    return `it is ${record.status}; ${action} is possible when ${ACTION_STATUSES[action].join(', ')}`;
  }
  return null;
}

/** Returns true when AWS resources are held, which deleting the record now would orphan. */
export function holdsAnything(held: HeldResources): boolean {
  return HELD_RESOURCES.some((resource) => held[resource] !== undefined);
}
