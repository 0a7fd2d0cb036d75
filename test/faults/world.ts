import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { DescribeStateMachineCommand, StopExecutionCommand, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AwsClients, Deployment } from '../../functions/aws/clients.ts';
import type { Destination } from '../../functions/domain/destination.ts';
import type { StepInput } from '../../functions/workflow/run-step.ts';
import type { WorkflowDeps } from '../../functions/workflow/workflow-deps.ts';
import { createDynamodb } from '../../infra/local/dynamodb/create-dynamodb.ts';
import { createEventBus } from '../../infra/local/events/event-bus.ts';
import { createKms } from '../../infra/local/kms/create-kms.ts';
import { createLambdaRegistry, toFunctionArn } from '../../infra/local/lambda/registry.ts';
import { makeIdleEngine } from '../../infra/local/media/engine/contract.ts';
import { createMediaServices, type MediaServices } from '../../infra/local/media/media-services.ts';
import type { MediaHooks } from '../../infra/local/media/media-context.ts';
import type { MediaState } from '../../infra/local/media/media-state.ts';
import type { Durations, TimingProfile } from '../../infra/local/media/profiles.ts';
import { provision } from '../../infra/local/provision.ts';
import { LOCAL_REGION, type LocalService, type StateStore } from '../../infra/local/service.ts';
import {
  createStepFunctions,
  type LocalStepFunctions,
} from '../../infra/local/step-functions/create-step-functions.ts';
import {
  connectInProcess,
  currentInvocation,
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
  kms: LocalService;
  template: Template;
  stepFunctions: LocalStepFunctions;
  /** The table as stored, by `pk` and `sk` joined with a slash. */
  items: ReadonlyMap<string, Item>;
  /** What happened, in order, one line each. */
  events: string[];
  /** Every line the functions logged. */
  logLines: string[];
  /** Asked about every call; what it returns happens to the call. Null: no faults. */
  faults: Faults | null;
  /** May redirect the changes of state of media resources; null lets them be. */
  planTransition: NonNullable<MediaHooks['planTransition']> | null;
  watchers: Watcher[];
  /** How often a media resource has changed. */
  mediaChanges(): number;
  /** Calls that are still on their way although nobody waits for them. */
  callsUnderWay: number;
  /** Processes that have begun and neither ended nor died. */
  runningInvocations(): number;
  /** Ends the run at the next quiet moment. */
  report(failure: Error): void;
  record(destinationId: string): Destination | null;
  records(): Destination[];
  note(line: string): void;
  /** Runs something as a process of its own, that faults can kill. Never rejects. */
  runAs(step: string, destinationId: string | null, action: () => Promise<unknown>): Promise<Outcome>;
  /** Ends the execution an invocation belongs to, as a person or a stopped process does. */
  abortExecutionOf(invocation: Invocation | null): Promise<void>;
  /** Lets everything happen until the work is done. */
  drive<Result>(work: Promise<Result>): Promise<Result>;
  /** Lets everything happen until the condition holds. @returns whether it did, within `limitMs` of virtual time */
  until(condition: () => boolean, limitMs: number): Promise<boolean>;
  /** Lets everything happen that happens before the clock moves. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** A row of the table. */
export type Item = Record<string, unknown>;

export type Outcome = { ok: true; result: unknown } | { ok: false; error: string; message: string };

/** Decides what happens to a call; see faults.ts. */
export type Faults = (call: WireCall, deliver: () => Promise<WireAnswer>, world: World) => Promise<WireAnswer>;

/** Looks on. Throwing is how it reports; the first report ends the run. */
export interface Watcher {
  /** A call was carried out by its endpoint. */
  delivered?(call: WireCall, answer: WireAnswer): void;
  /** A row of the table has changed. Null: there was, or is, none. */
  wrote?(key: string, before: Item | null, after: Item | null, call: WireCall): void;
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
  /** Begins where another world has rested. */
  from?: Snapshot;
  /** Seconds between two sweeps; null runs none. */
  sweepEverySeconds?: number | null;
}

const START_MS = Date.UTC(2030, 0, 1);
const WORKFLOW_FUNCTION = 'sluice-workflow';
/** Signs of life at one instant; more is a loop that no time bounds. */
const BEATS_AT_ONCE_MAX = 20_000;

/** Something goes round without waiting. */
export class Stuck extends Error {
  override readonly name = 'Stuck';
}

/** Turns of the event loop without any sign of life after which the world counts as quiet. */
const QUIET_TURNS = 3;

/** Builds one, runs `body` in it, and takes it down. */
export async function inWorld<Result>(options: WorldOptions, body: (world: World) => Promise<Result>): Promise<Result> {
  // Before time is ours: the database makes its table by a timer of its own.
  const world = await makeWorld(options);
  return withVirtualTimers(world.clock, async () => {
    try {
      if (!(await world.until(() => flowOf(world).status === 'ACTIVE', 600_000)))
        throw new Error('the flow did not start');
      world.events.length = 0;
      scheduleSweep(world, options.sweepEverySeconds === undefined ? 300 : options.sweepEverySeconds);
      return await body(world);
    } finally {
      await world.close();
    }
  });
}

/** The deployment's flow as it really is. */
export function flowOf(world: World) {
  return Object.values(world.media.flows)[0]!;
}

async function makeWorld(options: WorldOptions): Promise<World> {
  // Null until it is made: what happens before is set-up, which nobody watches or disturbs.
  let world: World | null = null;
  const { production } = options;
  const clock = makeVirtualClock(options.from?.nowMs ?? START_MS);
  const random = makeRandom(options.seed);
  const pulse = { beats: 0, busy: 0 };
  const items = new Map<string, Item>(options.from ? structuredClone(options.from.items) : []);
  const events: string[] = [];
  const logLines: string[] = [];
  const live = { media: null as MediaState | null, changes: 0 };
  const template = options.from ?? (await templateFor(options));
  const { lambda, stepFunctions, media, kms, services } = await makeServices({
    ...options,
    clock,
    random,
    template,
    planTransition: (plan) => world?.planTransition?.(plan),
    keep(name, state) {
      if (name !== 'media') return;
      live.media = state as MediaState;
      live.changes += 1;
    },
  });
  const clients = makeClients(production);
  connectInProcess(clients, services, async (call, deliver) => {
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
  });
  const deployment = await prepare(clients, template, options);
  // Takes up the flow's start, and saves, which is how its live state reaches us.
  await media.restore();
  const log = (message: string, details?: Record<string, unknown>) =>
    void logLines.push(JSON.stringify({ message, ...details }));
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
      resolveHost: async () => ['127.0.0.1'],
      logger: { info: log, warn: log, error: log },
    },
    media: live.media!,
    mediaServices: media,
    kms,
    template,
    stepFunctions,
    items,
    events,
    logLines,
    faults: null,
    planTransition: options.planTransition ?? null,
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
    runAs: (step, destinationId, action) => runAs(made, { step, destinationId, generation: null }, action),
    async settle() {
      let quiet = 0;
      let beats = pulse.beats;
      const beatsMax = beats + BEATS_AT_ONCE_MAX;
      while (quiet < QUIET_TURNS) {
        await new Promise((resolve) => setImmediate(resolve));
        quiet = pulse.beats === beats && pulse.busy === 0 ? quiet + 1 : 0;
        beats = pulse.beats;
        if (beats > beatsMax) throw new Stuck(`time stands still at ${made.events.at(-1)}`);
      }
    },
    async until(condition, limitMs) {
      const endMs = clock.now() + limitMs;
      for (;;) {
        await made.settle();
        for (const failure of failures.splice(0)) throw failure;
        if (condition()) return true;
        const dueMs = clock.nextDueMs();
        if (dueMs === null || dueMs > endMs) return false;
        clock.fireNext();
      }
    },
    async drive(work) {
      let isDone = false;
      const done = work.finally(() => (isDone = true));
      done.catch(() => {});
      if (!(await made.until(() => isDone, 3_600_000))) throw new Error('it does not end within an hour');
      return done;
    },
    async abortExecutionOf(invocation) {
      const { destinationId, generation } = invocation ?? {};
      const operation = destinationId && made.record(destinationId)?.operation;
      if (!operation || operation.generation !== generation) return;
      const machineArn = deployment.stateMachineArns[operation.kind];
      const executionArn = `${machineArn.replace(':stateMachine:', ':execution:')}:${operation.operationId}`;
      made.note(`abort ${operation.operationId}`);
      // Nobody's process makes this call, so no fault can meet it.
      await currentInvocation.exit(() => clients.sfn.send(new StopExecutionCommand({ executionArn })));
    },
    runningInvocations: () => running.size,
    report: (failure) => void failures.push(failure),
    async close() {
      made.faults = null;
      made.watchers = [];
      await media.close();
    },
  };
  const failures: Error[] = [];
  const running = runningIn(made);
  lambda.register(WORKFLOW_FUNCTION, async (event: StepInput) => {
    const { step, destinationId, generation } = event;
    const run = () => production.runStep(made.deps, event);
    const outcome = await runAs(made, { step, destinationId, generation }, run);
    if (outcome.ok) return outcome.result;
    throw Object.assign(new Error(outcome.message), { name: outcome.error });
  });
  world = made;
  return made;
}

function sleep(clock: VirtualClock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve));
}

function toDestination(item: Item | undefined): Destination | null {
  return (item as unknown as Destination) ?? null;
}

/** A world at rest, to begin others from: what has led to it need not be run again. */
export interface Snapshot extends Template {
  nowMs: number;
  kms: LocalService;
  items: ReadonlyMap<string, Item>;
}

/** Takes one. Nothing may be under way. */
export function takeSnapshot(world: World): Snapshot {
  return {
    deployment: world.deployment,
    media: structuredClone(world.media),
    stepFunctions: world.template.stepFunctions,
    nowMs: world.clock.now(),
    kms: world.kms,
    items: structuredClone(world.items),
  };
}

/** The shared resources, made once with the product's own set-up and copied into every world. */
interface Template {
  deployment: Deployment;
  media: unknown;
  stepFunctions: unknown;
}

const templates = new Map<WorldOptions['definition'], Promise<Template>>();

function templateFor(options: WorldOptions): Promise<Template> {
  const known = templates.get(options.definition);
  if (known) return known;
  const making = makeTemplate(options);
  templates.set(options.definition, making);
  return making;
}

async function makeTemplate({ production, definition }: WorldOptions): Promise<Template> {
  const clock = makeVirtualClock(START_MS);
  const stores = { media: null as unknown, stepFunctions: null as unknown };
  const parts = await makeServices({
    clock,
    random: makeRandom(0),
    keep: (name, state) => void (stores[name] = state),
  });
  const clients = makeClients(production);
  connectInProcess(clients, parts.services, (_call, deliver) => deliver());
  const deployment = await provision({
    clients,
    settings: { srtPort: 9998, srtPassphrase: undefined, srtLatencyMs: 200, loopbackTargetsAllowed: true },
    workflowFunctionArn: toFunctionArn(WORKFLOW_FUNCTION),
    fingerprintSecret: 'for simulation only',
    quotas: { channelQuota: 100, pushInputQuota: 100 },
  });
  for (const [kind, stateMachineArn] of Object.entries(definition ? deployment.stateMachineArns : {})) {
    const { definition: text } = await clients.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    await clients.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: definition!(kind, text!) }));
  }
  return { deployment, media: structuredClone(stores.media), stepFunctions: structuredClone(stores.stepFunctions) };
}

/** What is cheap to make is made anew: a table, and a key that only this world can decrypt with. */
async function prepare(clients: AwsClients, { deployment }: Template, options: WorldOptions): Promise<Deployment> {
  const keys = [
    { name: 'pk', kind: 'HASH' },
    { name: 'sk', kind: 'RANGE' },
  ] as const;
  await clients.table.send(
    new CreateTableCommand({
      TableName: deployment.tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map(({ name }) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: keys.map(({ name, kind }) => ({ AttributeName: name, KeyType: kind })),
    }),
  );
  if (options.from) {
    for (const item of options.from.items.values()) {
      await clients.table.send(new PutCommand({ TableName: deployment.tableName, Item: item }));
    }
    return deployment;
  }
  const { KeyMetadata: key } = await clients.kms.send(new CreateKeyCommand({}));
  return { ...deployment, ...options.quotas, keyId: key!.Arn! };
}

function makeClients(production: Production): AwsClients {
  return production.createAwsClients({
    region: LOCAL_REGION,
    endpoint: 'http://aws.simulated',
    credentials: { accessKeyId: 'SIMULATED', secretAccessKey: 'unused' },
    attemptsMax: 1,
  });
}

interface ServicesOptions extends Pick<WorldOptions, 'profile' | 'durations'> {
  clock: VirtualClock;
  random: Random;
  template?: Template;
  from?: Snapshot;
  planTransition?: MediaHooks['planTransition'];
  keep(name: 'media' | 'stepFunctions', state: unknown): void;
}

async function makeServices(options: ServicesOptions) {
  const { clock, random, template, keep } = options;
  const lambda = createLambdaRegistry({ clock });
  const storeOf = (name: 'media' | 'stepFunctions'): StateStore => ({
    load: () => (template ? structuredClone(template[name]) : null),
    save: (state) => keep(name, state),
  });
  const stepFunctions = createStepFunctions({
    store: storeOf('stepFunctions'),
    lambda,
    clock,
    random: () => random.next(),
  });
  const media = createMediaServices({
    engine: makeIdleEngine(),
    clock,
    store: storeOf('media'),
    events: createEventBus({ clock }),
    profile: options.profile ?? 'instant',
    durations: options.durations,
    hooks: { planTransition: options.planTransition },
    quotas: { inputs: 200, channels: 200 },
    idSeed: 'simulation',
  });
  // A key cannot be taken out of the service that has made it, so the service comes along.
  const kms = options.from?.kms ?? createKms({ directory: null, clock });
  const services = [await createDynamodb({ directory: null }), kms, stepFunctions, ...media.services];
  return { lambda, stepFunctions, media, kms, services };
}

/** Runs something as a process: it has a name, it can be killed, and its death is what its caller hears of it. */
const runningOf = new WeakMap<World, Set<Invocation>>();

function runningIn(world: World): Set<Invocation> {
  const running = runningOf.get(world) ?? new Set();
  runningOf.set(world, running);
  return running;
}

async function runAs(
  world: World,
  who: Pick<Invocation, 'step' | 'destinationId' | 'generation'>,
  action: () => Promise<unknown>,
): Promise<Outcome> {
  const { promise: death, resolve: die } = Promise.withResolvers<Outcome>();
  const invocation: Invocation = {
    ...who,
    calls: 0,
    isDead: false,
    diesAtNextCall: false,
    kill() {
      invocation.isDead = true;
      // What the Lambda service reports when a function dies.
      die({ ok: false, error: 'Lambda.Unknown', message: 'the process died' });
    },
  };
  const label = `${who.step} ${who.destinationId ?? '-'}${who.generation === null ? '' : ` #${who.generation}`}`;
  world.note(`begin ${label}`);
  for (const watcher of world.watchers) watcher.began?.(invocation);
  const work = currentInvocation.run(invocation, () =>
    action().then(
      (result): Outcome => ({ ok: true, result }),
      (error: unknown): Outcome => ({ ok: false, error: (error as Error).name, message: (error as Error).message }),
    ),
  );
  runningIn(world).add(invocation);
  let outcome = await Promise.race([work, death]);
  if (invocation.diesAtNextCall && !invocation.isDead) {
    invocation.kill();
    outcome = await death;
  }
  runningIn(world).delete(invocation);
  world.note(`end   ${label} ${outcome.ok ? 'ok' : outcome.error}`);
  return outcome;
}

async function deliverWatched(world: World, call: WireCall, deliver: () => Promise<WireAnswer>): Promise<WireAnswer> {
  const isUpdate = call.service === 'dynamodb' && call.operation === 'UpdateItem';
  // The row as it is after the update, so that the simulation knows the table without asking for it.
  if (isUpdate) call.body['ReturnValues'] = 'ALL_NEW';
  const changesBefore = world.mediaChanges();
  const answer = await deliver();
  call.hasChanged = world.mediaChanges() !== changesBefore;
  const whose = call.invocation ? `${call.invocation.step} ${call.invocation.destinationId ?? '-'}` : 'set-up';
  world.note(`call  ${whose} ${call.service}.${call.operation} ${targetOf(call)}-> ${answer.status}${errorOf(answer)}`);
  if (call.service === 'dynamodb' && answer.status === 200) mirror(world, call, answer);
  for (const watcher of world.watchers) {
    try {
      watcher.delivered?.(call, answer);
    } catch (error) {
      world.report(error as Error);
    }
  }
  return answer;
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
  for (const watcher of world.watchers) {
    try {
      watcher.wrote?.(key, before, after, call);
    } catch (error) {
      world.report(error as Error);
    }
  }
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

function errorOf({ status, headers, body }: WireAnswer): string {
  if (status < 300) return '';
  const type = headers['x-amzn-errortype'] ?? /"__type":"([^"]*)"/.exec(body)?.[1] ?? '';
  return ` ${type.split('#').at(-1)}`;
}

function scheduleSweep(world: World, everySeconds: number | null): void {
  if (everySeconds === null) return;
  world.clock.after(everySeconds * 1000, () => {
    void world.runAs('sweep', null, () => world.production.sweep(world.deps));
    scheduleSweep(world, everySeconds);
  });
}
