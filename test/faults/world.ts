import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AwsClients, Deployment } from '../../functions/aws/clients.ts';
import type { Destination } from '../../functions/domain/destination.ts';
import type { StepInput } from '../../functions/workflow/run-step.ts';
import type { WorkflowDeps } from '../../functions/workflow/workflow-deps.ts';
import { createDynamodb, type LocalDynamodb } from '../../infra/local/dynamodb/create-dynamodb.ts';
import { createEventBus } from '../../infra/local/events/event-bus.ts';
import { createKms } from '../../infra/local/kms/create-kms.ts';
import { createLambdaRegistry, toFunctionArn } from '../../infra/local/lambda/registry.ts';
import { makeIdleEngine } from '../../infra/local/media/engine/contract.ts';
import { createMediaServices, type MediaServices } from '../../infra/local/media/media-services.ts';
import type { MediaHooks } from '../../infra/local/media/media-context.ts';
import type { MediaState } from '../../infra/local/media/media-state.ts';
import type { Durations, TimingProfile } from '../../infra/local/media/profiles.ts';
import { provision } from '../../infra/local/provision.ts';
import { LOCAL_REGION, makeMemoryStore, type StateStore } from '../../infra/local/service.ts';
import { createStepFunctions, type LocalStepFunctions } from '../../infra/local/step-functions/create-step-functions.ts';
import {
  connectInProcess,
  currentInvocation,
  type Carry,
  type Invocation,
  type WireAnswer,
  type WireCall,
} from './in-process-transport.ts';
import type { Production } from './production.ts';
import { makeRandom, type Random } from './random.ts';
import { makeVirtualClock, withVirtualTimers, type VirtualClock } from './virtual-clock.ts';

/**
 * One simulated deployment: the production handlers, the real state machines and the real SDK clients on the local
 * endpoints, in one process, under a virtual clock. It is quiet when nothing moves until the clock moves; then the next
 * timer fires, and so on. Nothing in it reads the machine's clock or draws a random number of its own, so a seed gives
 * the same event log each time.
 */
export interface World {
  clock: VirtualClock;
  random: Random;
  deps: WorkflowDeps;
  deployment: Deployment;
  production: Production;
  /** The media services' own state, live: what is really there. */
  media: MediaState;
  mediaServices: MediaServices;
  stepFunctions: LocalStepFunctions;
  /** The table as stored, by `pk` and `sk` joined with a slash. */
  items: ReadonlyMap<string, Record<string, unknown>>;
  /** What happened, in order, one line each. */
  events: string[];
  /** Every line the functions logged. */
  logLines: string[];
  /** Asked about every call; what it returns happens to the call. Null: no faults. */
  faults: Faults | null;
  watchers: Watcher[];
  record(destinationId: string): Destination | null;
  records(): Destination[];
  note(line: string): void;
  /** Runs something as a process of its own, that faults can kill. Never rejects. */
  runAs(step: string, destinationId: string | null, action: () => Promise<unknown>): Promise<Outcome>;
  /** Lets everything happen until the condition holds. @returns whether it did, within `limitMs` of virtual time */
  until(condition: () => boolean, limitMs: number): Promise<boolean>;
  /** Lets everything happen that happens before the clock moves. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export type Outcome = { ok: true } | { ok: false; error: string; message: string };

/** Decides what happens to a call; see faults.ts. */
export type Faults = (call: WireCall, deliver: () => Promise<WireAnswer>, world: World) => Promise<WireAnswer>;

/** Looks on. Throwing is how it reports; the first report ends the run. */
export interface Watcher {
  /** A call was carried out by its endpoint. */
  delivered?(call: WireCall, answer: WireAnswer): void;
  /** A row of the table has changed. Null: there was, or is, none. */
  wrote?(key: string, before: Record<string, unknown> | null, after: Record<string, unknown> | null, call: WireCall): void;
  began?(invocation: Invocation): void;
}

export interface WorldOptions {
  production: Production;
  seed: number;
  profile?: TimingProfile;
  durations?: Partial<Durations>;
  quotas?: { channelQuota: number; pushInputQuota: number };
  planTransition?: MediaHooks['planTransition'];
  /** Milliseconds of virtual time a call takes; 0 to the number given, by the seed. */
  latencyMsMax?: number;
  /** Rewrites a state machine before it is used: for planted bugs. */
  definition?: (kind: string, text: string) => string;
  /** Seconds between two sweeps; null runs none. */
  sweepEverySeconds?: number | null;
}

const START_MS = Date.UTC(2030, 0, 1);
const WORKFLOW_FUNCTION = 'sluice-workflow';
/** Turns of the event loop without any sign of life after which the world counts as quiet. */
const QUIET_TURNS = 3;

/** Builds one, runs `body` in it, and takes it down. */
export async function inWorld<Result>(options: WorldOptions, body: (world: World) => Promise<Result>): Promise<Result> {
  const clock = makeVirtualClock(START_MS);
  return withVirtualTimers(clock, async () => {
    const world = await makeWorld(clock, options);
    try {
      return await body(world);
    } finally {
      await world.close();
    }
  });
}

async function makeWorld(clock: VirtualClock, options: WorldOptions): Promise<World> {
  const { production } = options;
  const random = makeRandom(options.seed);
  const pulse = { beats: 0, busy: 0 };
  const items = new Map<string, Record<string, unknown>>();
  const events: string[] = [];
  const logLines: string[] = [];
  const dynamodb = await createDynamodb({ directory: null });
  const lambda = createLambdaRegistry({ clock });
  const stepFunctions = createStepFunctions({ store: keepNothing(), lambda, clock, random: () => random.next() });
  const live = { media: null as MediaState | null };
  const mediaServices = createMediaServices({
    engine: makeIdleEngine(),
    clock,
    store: { load: () => null, save: (state) => void (live.media = state as MediaState) },
    events: createEventBus({ clock }),
    profile: options.profile ?? 'instant',
    durations: options.durations,
    hooks: { planTransition: (plan) => options.planTransition?.(plan) },
    quotas: { inputs: 200, channels: 200 },
    idSeed: 'simulation',
  });
  const clients = production.createAwsClients({
    region: LOCAL_REGION,
    endpoint: 'http://aws.simulated',
    credentials: { accessKeyId: 'SIMULATED', secretAccessKey: 'unused' },
    attemptsMax: 1,
  });
  const services = [dynamodb, createKms({ directory: null, clock }), stepFunctions, ...mediaServices.services];
  const carry: Carry = async (call, deliver) => {
    pulse.busy += 1;
    pulse.beats += 1;
    try {
      return await carryOne(world, call, deliver, options.latencyMsMax ?? 0);
    } finally {
      pulse.busy -= 1;
      pulse.beats += 1;
    }
  };
  connectInProcess(clients, services, carry);

  const log = (message: string, details?: Record<string, unknown>) =>
    void logLines.push(JSON.stringify({ message, ...details }));
  const sleepUntilDue = (delayMs: number) => new Promise<void>((resolve) => void clock.after(delayMs, resolve));
  const world: World = {
    clock,
    random,
    production,
    deployment: undefined as unknown as Deployment,
    deps: undefined as unknown as WorkflowDeps,
    media: undefined as unknown as MediaState,
    mediaServices,
    stepFunctions,
    items,
    events,
    logLines,
    faults: null,
    watchers: [],
    record: (destinationId) => toDestination(items.get(`DESTINATIONS/${destinationId}`)),
    records: () => [...items].filter(([key]) => key.startsWith('DESTINATIONS/')).map(([, item]) => toDestination(item)!),
    note(line) {
      pulse.beats += 1;
      events.push(`${((clock.now() - START_MS) / 1000).toFixed(3)} ${line}`);
    },
    runAs: (step, destinationId, action) => runAs(world, { step, destinationId, generation: null }, action),
    settle,
    async until(condition, limitMs) {
      const endMs = clock.now() + limitMs;
      for (;;) {
        await settle();
        if (condition()) return true;
        const dueMs = clock.nextDueMs();
        if (dueMs === null || dueMs > endMs) return false;
        clock.fireNext();
      }
    },
    async close() {
      world.faults = null;
      mediaServices.close().catch(() => {});
      await settle();
      await closeDatabase(dynamodb);
    },
  };

  async function settle(): Promise<void> {
    let quiet = 0;
    let beats = pulse.beats;
    // Busy calls wait for the database or for virtual time; only the latter may be left standing.
    while (quiet < QUIET_TURNS) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = pulse.beats === beats && working(pulse) === 0 ? quiet + 1 : 0;
      beats = pulse.beats;
    }
  }

  lambda.register(WORKFLOW_FUNCTION, async (event: StepInput) => {
    pulse.beats += 1;
    const { step, destinationId, generation } = event;
    const outcome = await runAs(world, { step, destinationId, generation }, () => production.runStep(world.deps, event));
    pulse.beats += 1;
    if (!outcome.ok) throw Object.assign(new Error(outcome.message), { name: outcome.error });
  });

  world.deployment = await prepare(world, clients, options);
  world.media = live.media!;
  world.deps = {
    clients,
    deployment: world.deployment,
    now: () => new Date(clock.now()),
    sleep: sleepUntilDue,
    resolveHost: async () => ['127.0.0.1'],
    logger: { info: log, warn: log, error: log },
  };
  events.length = 0;
  scheduleSweep(world, options.sweepEverySeconds === undefined ? 300 : options.sweepEverySeconds);
  return world;

  function working(state: typeof pulse): number {
    return state.busy - waitingCalls.get(world)!;
  }
}
