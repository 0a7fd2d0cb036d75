import { makeProbe } from '../support/make-probe.ts';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { Api } from '../../functions/api/api-deps.ts';
import type { AwsClients, AwsDeps, Deployment } from '../../functions/aws/clients.ts';
import type { Destination } from '../../functions/domain/destination.ts';
import type { SendDeps } from '../../functions/notify/send-message.ts';
import type { WorkflowDeps } from '../../functions/workflow/workflow-deps.ts';
import { createEventBus } from '../../infra/local/endpoints/events/event-bus.ts';
import type { MediaHooks } from '../../infra/local/endpoints/media/media-context.ts';
import type { MediaServices } from '../../infra/local/endpoints/media-services.ts';
import type { MediaState } from '../../infra/local/endpoints/media/media-state.ts';
import type { Durations, Quotas, TimingProfile } from '../../infra/local/endpoints/media/profiles.ts';
import type { ObjectStore } from '../../infra/local/endpoints/s3/object-store.ts';
import type { AwsEvent, LocalService } from '../../infra/local/endpoints/wire/local-service.ts';
import type { TopicMail } from '../../infra/local/endpoints/sns/create-sns.ts';
import type { ExecutionRecord } from '../../infra/local/endpoints/step-functions/executions.ts';
import type { LocalStepFunctions } from '../../infra/local/endpoints/step-functions/create-step-functions.ts';
import { makeEventHandler, makeSimulatedApi, observe } from './entry-points.ts';
import {
  currentInvocation,
  type Carry,
  type Invocation,
  type WireAnswer,
  type WireCall,
} from './in-process-transport.ts';
import { runAs, runningIn, type Outcome } from './processes.ts';
import type { Production } from './production.ts';
import { postTo, type Receiver } from './receivers.ts';
import { makeRandom, type Random } from './random.ts';
import type { SimulatedHarvester } from './simulated-harvester.ts';
import { START_MS, templateFor, type Snapshot, type Template, type TemplateOptions } from './template.ts';
import { makeVirtualClock, withVirtualTimers, type VirtualClock } from './virtual-clock.ts';
import { deliverWatched, tell, type Item, type Watcher } from './watching.ts';
import { toExecutionArn, whoRuns, type WorkflowEvent } from './workflow-event.ts';
import { clientsOf, makeServices, prepare, TOPIC_ARN, WORKFLOW_FUNCTION } from './world-services.ts';

/**
 * A simulated deployment: the production handlers, the real state machines and the real SDK clients on the local
 * endpoints, in one process, under a virtual clock. When nothing moves any more, the clock advances to the next timer.
 * Nothing reads the machine's clock or draws other random numbers, so a seed always gives the same event log.
 */
export interface World {
  clock: VirtualClock;
  random: Random;
  deps: WorkflowDeps & AwsDeps & Pick<SendDeps, 'post'>;
  deployment: Deployment;
  production: Production;
  /** Returns the REST API of this world, created on first use. */
  api(): Promise<Api>;
  /** Ids for the next new destinations, first to last. When the list is empty, the API counts up. */
  idsToGive: string[];
  /** Live state of the media services: the truth. */
  media: MediaState;
  mediaServices: MediaServices;
  /** Live objects of S3. */
  objects: ObjectStore;
  /** Copies recordings. */
  harvester: SimulatedHarvester;
  kms: LocalService;
  template: Template;
  stepFunctions: LocalStepFunctions;
  /** Live record of the executions. */
  executions(): ExecutionRecord[];
  /** The table as stored, by `pk` and `sk` joined with a slash. */
  items: ReadonlyMap<string, Item>;
  /** The event log, one line each. */
  events: string[];
  /** Every line that the functions logged. */
  logLines: string[];
  /** Called for every call; its result is the call's result. Null: no faults. */
  faults: Faults | null;
  /** May redirect state changes of media resources. Null: no redirection. */
  planTransition: NonNullable<MediaHooks['planTransition']> | null;
  /** Returns after how many milliseconds to deliver an event, one number per delivery. Null: once, immediately. */
  planDelivery: ((event: AwsEvent) => number[]) | null;
  /** Puts an event on the bus unchanged, including forged ones. */
  putEvent(event: AwsEvent): void;
  /** What SNS sent by e-mail, in order. */
  topicMails: TopicMail[];
  /** Receivers of webhooks by host. */
  receivers: Map<string, Receiver>;
  /** Number of media events that the handler received. */
  eventsTaken(): number;
  /** Makes the media engine report that every running channel and flow is healthy. */
  tickEngine(): void;
  /** Decides whether the encoder sends. */
  setSending(isSending: boolean): void;
  /** Whether the encoder sends, and since when. */
  encoder: { isSending: boolean; sinceMs: number };
  watchers: Watcher[];
  /** Number of changes of media resources so far. */
  mediaChanges(): number;
  /** Calls in transit that no process waits for any more. */
  callsUnderWay: number;
  /** Number of processes that have begun and neither ended nor died. */
  runningInvocations(): number;
  /** Ends the run when the world is next quiet. */
  report(failure: Error): void;
  record(destinationId: string): Destination | null;
  records(): Destination[];
  note(line: string): void;
  /** Runs an action as a process that faults can kill. Never rejects. */
  runAs(step: string, destinationId: string | null, action: () => Promise<unknown>): Promise<Outcome>;
  /** Aborts the execution of an invocation, like a user or a stopped process. */
  abortExecutionOf(invocation: Invocation | null): Promise<void>;
  /** Advances the world until the work is done. */
  drive<Result>(work: Promise<Result>): Promise<Result>;
  /** Advances the world until the condition holds. @returns whether it did, within `limitMs` of virtual time */
  until(condition: () => boolean, limitMs: number): Promise<boolean>;
  /** Lets everything happen that happens before the clock moves. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Decides the result of a call; see faults.ts. */
export type Faults = (call: WireCall, deliver: () => Promise<WireAnswer>, world: World) => Promise<WireAnswer>;

export interface WorldOptions extends TemplateOptions {
  seed: number;
  profile?: TimingProfile;
  durations?: Partial<Durations>;
  /** Quotas in the deployment's settings. */
  quotas?: { channelQuota: number; pushInputQuota: number };
  /** Quotas that the endpoints enforce. */
  resourceQuotas?: Partial<Quotas>;
  planTransition?: MediaHooks['planTransition'];
  /** Largest latency of a call in milliseconds of virtual time; the seed draws it from 0 to this number. */
  latencyMsMax?: number;
  /** Begins from a snapshot of another world. */
  from?: Snapshot;
  /** Seconds between two sweeps; null runs none. */
  sweepEverySeconds?: number | null;
  /** Seconds between two runs of the monitor; none by default. */
  monitorEverySeconds?: number | null;
  /** Delivers media events to the handler. */
  withEvents?: boolean;
}

/** The real engine reports each second; this interval is enough for metrics of a minute. */
const ENGINE_EVERY_SECONDS = 20;
/** Limit of events at one virtual instant. More indicates an endless loop. */
const BEATS_AT_ONCE_MAX = 5_000;

/** Thrown if something loops without waiting. */
export class Stuck extends Error {
  override readonly name = 'Stuck';
}

/** Turns of the event loop without an event after which the world counts as quiet. */
const QUIET_TURNS = 3;

/** Creates a world, runs `body` in it and closes it. */
export async function inWorld<Result>(options: WorldOptions, body: (world: World) => Promise<Result>): Promise<Result> {
  // Created before the virtual timers apply, because the database uses a real timer to create its table.
  const world = await makeWorld(options);
  return withVirtualTimers(world.clock, async () => {
    try {
      if (!(await world.until(() => flowOf(world).status === 'ACTIVE', 600_000)))
        throw new Error('the flow did not start');
      world.events.length = 0;
      const { sweepEverySeconds = 300, monitorEverySeconds = null } = options;
      repeat(world, sweepEverySeconds, () => void world.runAs('sweep', null, () => sweepOnce(world)));
      repeat(world, monitorEverySeconds === null ? null : ENGINE_EVERY_SECONDS, world.tickEngine);
      repeat(world, monitorEverySeconds, () => void world.runAs('monitor', null, () => observe(world)));
      return await body(world);
    } finally {
      await world.close();
    }
  });
}

/** Sweeps like the schedule. */
export function sweepOnce(world: World): Promise<unknown> {
  return world.production.sweep(world.deps);
}

function repeat(world: World, everySeconds: number | null, action: () => void): void {
  if (everySeconds === null) return;
  world.clock.after(everySeconds * 1000, () => {
    action();
    repeat(world, everySeconds, action);
  });
}

/** Returns the real state of the deployment's flow. */
export function flowOf(world: World) {
  return Object.values(world.media.flows)[0]!;
}

async function makeWorld(options: WorldOptions): Promise<World> {
  // Null until the world is complete: no watcher or fault may see the set-up.
  let world: World | null = null;
  const { production } = options;
  const clock = makeVirtualClock(options.from?.nowMs ?? START_MS);
  const random = makeRandom(options.seed);
  const pulse = { beats: 0, busy: 0 };
  const items = new Map<string, Item>(options.from ? structuredClone(options.from.items) : []);
  const events: string[] = [];
  const logLines: string[] = [];
  const topicMails: TopicMail[] = [];
  const live = { media: null as MediaState | null, stepFunctions: null as unknown, changes: 0, taken: 0 };
  const bus = createEventBus({ clock });
  const template = options.from ?? (await templateFor(options));
  const { lambda, stepFunctions, media, kms, services, engine, objects, harvester } = await makeServices({
    ...options,
    clock,
    random,
    template,
    events: { put: (event) => world && options.withEvents && deliverEvent(world, event) },
    planTransition: (plan) => world?.planTransition?.(plan),
    mailbox: (mail) => void topicMails.push(mail),
    keep(name, state) {
      if (name === 'stepFunctions') live.stepFunctions = state;
      if (name !== 'media') return;
      live.media = state as MediaState;
      live.changes += 1;
    },
  });
  const { clients: shared, connect } = clientsOf(production);
  const clients = asOwn(shared);
  const carry: Carry = async (call, deliver) => {
    pulse.beats += 1;
    const work = async () => {
      pulse.busy += 1;
      try {
        return await (world ? deliverWatched(world, call, deliver) : deliver());
      } finally {
        pulse.busy -= 1;
        pulse.beats += 1;
      }
    };
    const latencyMs = world && options.latencyMsMax ? random.integer(0, options.latencyMsMax) : 0;
    if (latencyMs > 0) await sleep(clock, latencyMs);
    return world?.faults && call.invocation ? world.faults(call, work, world) : work();
  };
  connect(services, carry);
  if (options.withEvents || options.monitorEverySeconds) await production.loadEntryPoints();
  const deployment = await prepare(clients, template, options);
  // Resumes the start of the flow and saves, which makes the live state available here.
  await media.restore();
  const log = (message: string, details?: Record<string, unknown>) =>
    void logLines.push(JSON.stringify({ message, ...details }));
  const failures: Error[] = [];
  /** Loading a module takes real time, during which the world must not count as quiet. */
  const whileBusy = async <Result>(work: Promise<Result>): Promise<Result> => {
    pulse.busy += 1;
    return work.finally(() => {
      pulse.busy -= 1;
      pulse.beats += 1;
    });
  };
  let api: Promise<Api> | null = null;
  const made: World = {
    clock,
    random,
    production,
    deployment,
    deps: {
      clients,
      deployment,
      now: () => new Date(clock.now()),
      sleep: (delayMs) => sleep(clock, delayMs),
      readsLagMs: 30_000,
      harvestDelaySeconds: 20,
      startSeconds: 180,
      startPace: { atOnceMax: 20, intervalMs: 0 },
      pausesOutputs: true,
      primaryMode: 'always',
      mail: { kind: 'topic', topicArn: TOPIC_ARN },
      post: (request) => postTo(made, carry, request),
      preflight: { probe: makeProbe({}, 'elsewhere'), freshSeconds: 150 },
      resolveHost: async () => ['127.0.0.1'],
      logger: { info: log, warn: log, error: log },
    },
    api: () => (api ??= whileBusy(makeSimulatedApi(made))),
    idsToGive: [],
    media: live.media!,
    mediaServices: media,
    objects,
    harvester,
    kms,
    template,
    stepFunctions,
    executions: () => (live.stepFunctions as { executions: ExecutionRecord[] } | null)?.executions ?? [],
    items,
    events,
    logLines,
    faults: null,
    planTransition: options.planTransition ?? null,
    planDelivery: null,
    topicMails,
    receivers: new Map(),
    putEvent: (event) => bus.put(event),
    eventsTaken: () => live.taken,
    tickEngine: () => engine.tick(clock.now()),
    setSending(isSending) {
      engine.setSending(isSending);
      made.encoder = { isSending, sinceMs: clock.now() };
    },
    encoder: { isSending: true, sinceMs: 0 },
    watchers: [],
    callsUnderWay: 0,
    mediaChanges: () => live.changes,
    record: (destinationId) => toDestination(items.get(`DESTINATIONS/${destinationId}`)),
    records: () =>
      [...items].filter(([key]) => key.startsWith('DESTINATIONS/')).map(([, item]) => toDestination(item)!),
    note(line) {
      pulse.beats += 1;
      events.push(`${((clock.now() - START_MS) / 1000).toFixed(3)} ${line}`);
    },
    runAs: (step, destinationId, action) =>
      runAs(made, { step, destinationId, generation: null, executionArn: null }, action),
    async settle() {
      let quiet = 0;
      let beats = pulse.beats;
      const beatsMax = beats + BEATS_AT_ONCE_MAX;
      while (quiet < QUIET_TURNS) {
        await new Promise((resolve) => setImmediate(resolve));
        quiet = pulse.beats === beats && pulse.busy === 0 ? quiet + 1 : 0;
        beats = pulse.beats;
        if (beats > beatsMax) throw new Stuck(`endless loop at ${made.events.at(-1)}`);
      }
    },
    async until(condition, limitMs) {
      const endMs = clock.now() + limitMs;
      for (;;) {
        await made.settle();
        for (const failure of failures.splice(0)) throw failure;
        if (condition()) return true;
        const dueMs = clock.nextDueMs();
        if (dueMs === null || dueMs > endMs) {
          clock.skipTo(endMs);
          return false;
        }
        clock.fireNext();
      }
    },
    async drive(work) {
      let isDone = false;
      const done = work.finally(() => (isDone = true));
      done.catch(() => {});
      if (!(await made.until(() => isDone, 3_600_000))) throw new Error('the work did not end within an hour');
      return done;
    },
    async abortExecutionOf(invocation) {
      const executionArn = invocation?.executionArn ?? operationInFlight(invocation);
      if (executionArn === null) return;
      made.note(`abort ${executionArn.split(':').at(-1)}`);
      // No process makes this call, so no fault can meet it.
      await currentInvocation.exit(() => clients.sfn.send(new StopExecutionCommand({ executionArn })));
    },
    runningInvocations: () => runningIn(made).size,
    report: (failure) => void failures.push(failure),
    async close() {
      made.faults = null;
      made.watchers = [];
      // The clients are used by the next world, so pending processes of this one must not reach it.
      for (const invocation of runningIn(made)) invocation.isDead = true;
      harvester.close();
      await media.close();
    },
  };
  lambda.register(WORKFLOW_FUNCTION, async (event: WorkflowEvent) => {
    const { step } = event;
    tell(made, (watcher) => watcher.said?.(`the input of ${step}`, JSON.stringify(event)));
    const run = () => production.handleStep(made.deps, event);
    const outcome = await runAs(made, whoRuns(event, deployment), run);
    tell(made, (watcher) => watcher.said?.(`the output of ${step}`, JSON.stringify(outcome)));
    if (outcome.ok) return outcome.result;
    throw Object.assign(new Error(outcome.message), { name: outcome.error });
  });
  let takeEvent: ReturnType<typeof makeEventHandler> | null = null;
  bus.subscribe({}, async (event) => {
    live.taken += 1;
    const take = await (takeEvent ??= makeEventHandler(made));
    await made.runAs('event', null, () => take(event));
  });
  world = made;
  return made;

  function operationInFlight(invocation: Invocation | null): string | null {
    const operation = made.record(invocation?.destinationId ?? '')?.operation;
    if (!operation || operation.generation !== invocation?.generation) return null;
    return toExecutionArn(deployment.stateMachineArns[operation.kind], operation.operationId);
  }

  function deliverEvent(to: World, event: AwsEvent): void {
    for (const delayMs of to.planDelivery?.(event) ?? [0]) clock.after(delayMs, () => bus.put(event));
  }
}

/** Gives each world its own client objects in front of the shared ones, because production code caches by client. */
function asOwn(shared: AwsClients): AwsClients {
  return Object.fromEntries(
    Object.entries(shared).map(([name, client]) => [name, Object.create(client as object)]),
  ) as unknown as AwsClients;
}

function sleep(clock: VirtualClock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve));
}

function toDestination(item: Item | undefined): Destination | null {
  return (item as unknown as Destination) ?? null;
}
