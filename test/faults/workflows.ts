import { CreateInputCommand } from '@aws-sdk/client-medialive';
import { StopFlowCommand } from '@aws-sdk/client-mediaconnect';
import type { Destination } from '../../functions/domain/destination.ts';
import { addDestination, ask, type Ask } from './act.ts';
import { idOf } from './destination-ids.ts';
import type { TimingProfile } from '../../infra/local/endpoints/media/profiles.ts';
import { flowOf, type World, type WorldOptions } from './world.ts';
import { reach } from './reach.ts';

/**
 * A workflow under test: its trigger and its goal. The plain ones meet every fault at every call. The others cover
 * further events: desired states that change on the way, and channels that fail or change by themselves.
 */
export interface Workflow {
  name: string;
  profile?: TimingProfile;
  /** Meets every fault at every call. */
  isInMatrix?: boolean;
  /** AWS resources change behind our back, so the record may lag until the next poll. */
  isMeddledWith?: boolean;
  /** AWS refuses some changes even without a fault, for example a stop of a channel that is still starting. */
  isContested?: boolean;
  /** Whose calls meet the faults: the first sweep, or (by default) everything else. */
  subject?: 'sweep';
  /** Secrets that sign webhooks, by the receiver's host. */
  signingSecrets?: ReadonlyMap<string, string>;
  /** Additional options of its world. */
  world?: Partial<WorldOptions>;
  /** How long it lasts even if nothing moves meanwhile, in milliseconds. */
  lastsMs?: number;
  /** Whether it lasts until its request has been answered. */
  lastsUntilAnswered?: boolean;
  /** How long it may take to come to rest, if more than 15 minutes. */
  restWithinMs?: number;
  prepare(world: World): Promise<void>;
  setOff(world: World): Promise<{ ok: boolean }>;
  /** Returns true if the goal is reached. */
  isReached(record: Destination | null, world: World): boolean;
}

/** The destination under test. */
export const ID = idOf(1);
const NEIGHBOUR_ID = idOf(2);
const restsAs = (status: Destination['status']) => (record: Destination | null) =>
  record?.status === status && record.operation === null && record.lastError === null;

/** Returns true for an idle destination that holds input and channel if warm, nothing if cold. */
const keeps = (standby: Destination['standby']) => (record: Destination | null) =>
  restsAs('idle')(record) &&
  Object.keys(record!.held).toSorted().join() === (standby === 'warm' ? 'channel,input' : '');

const isGone = (record: Destination | null) => record === null;

const failedWith = (code: string) => (record: Destination | null, world: World) =>
  record?.status === 'error' &&
  record.operation === null &&
  record.lastError?.code === code &&
  record.held.channelRun === undefined &&
  !Object.values(world.media.channels).some(
    ({ id, state }) => id === record.held.channel?.channelId && state === 'RUNNING',
  );

/**
 * Creates unrelated resources: a second destination, and an input of another deployment with the same destination id.
 */
async function makeNeighbours(world: World): Promise<void> {
  await world.drive(addDestination(world, 2, { standby: 'warm' }));
  await reach(world, () => restsAs('idle')(world.record(NEIGHBOUR_ID)));
  const { clients, deployment } = world.deps;
  const foreign = new CreateInputCommand({
    Name: 'of another deployment',
    Type: 'RTP_PUSH',
    InputSecurityGroups: [deployment.inputSecurityGroupId],
    Tags: { 'sluice:deployment': 'another', 'sluice:destination': ID },
  });
  await world.drive(clients.mediaLive.send(foreign));
  await world.until(() => false, 10_000);
}

async function make(world: World, standby: Destination['standby'], more: Partial<Destination> = {}): Promise<void> {
  await makeNeighbours(world);
  await world.drive(addDestination(world, 1, { standby, ...more }));
  await reach(world, () => restsAs('idle')(world.record(ID)));
}

async function makeAndStart(world: World, standby: Destination['standby']): Promise<void> {
  await make(world, standby);
  await world.drive(ask(world, ID, 'start'));
  await reach(world, () => restsAs('running')(world.record(ID)));
}

/** What makes the channel one with two pipelines. */
const BACKUP = { backupRtmpUrl: 'rtmp://127.0.0.1:1936/live' };

async function makeAndStartWithBackup(world: World, standby: Destination['standby']): Promise<void> {
  await make(world, standby, BACKUP);
  await world.drive(ask(world, ID, 'start'));
  await reach(world, () => restsAs('running')(world.record(ID)));
}

/** Returns true for a running destination with this many pipelines, each fed by a flow output. */
const runsWith = (pipelines: number) => (record: Destination | null, world: World) => {
  const channel = world.media.channels[record?.held.channel?.channelId ?? ''];
  const outputs = flowOf(world).outputs.filter(({ Name }) => Name?.includes(ID));
  const settings = channel?.settings.Destinations?.[0]?.Settings ?? [];
  return restsAs('running')(record) && outputs.length === pipelines && settings.length === pipelines;
};

/** An SRT destination, which holds nothing while it is idle. */
const SRT = {
  platform: 'srt',
  rtmpUrl: 'srt://127.0.0.1:9000',
  preset: 'source',
  standby: 'cold',
  streamId: 'live',
  latencyMs: 200,
} as const;

async function makeSrt(world: World): Promise<void> {
  await makeNeighbours(world);
  await world.drive(addDestination(world, 1, SRT));
}

async function makeAndStartSrt(world: World): Promise<void> {
  await makeSrt(world);
  await world.drive(ask(world, ID, 'start'));
  await reach(world, () => restsAs('running')(world.record(ID)));
}

/** Returns the passphrase that the flow's output of the destination reads. */
function passphraseOf(world: World, record: Destination): string {
  const output = flowOf(world).outputs.find(({ arn }) => arn === record.held.flowOutput?.flowOutputArn);
  const secrets = Object.values(world.media.secrets);
  return secrets.find(({ arn }) => arn === output?.Encryption?.SecretArn)?.value ?? 'nothing';
}

/** Runs an action once, as soon as a step has begun. */
function whenBegins(world: World, step: string, action: () => void): void {
  let isDone = false;
  world.watchers.push({
    began(invocation) {
      if (isDone || invocation.step !== step || invocation.destinationId !== ID) return;
      isDone = true;
      action();
    },
  });
}

/**
 * Sends one request, and another while a step of the first is running. When the API does not take one of them, its caller
 * receives an error and would repeat it: `ok` becomes false.
 */
async function askTwice(world: World, first: Ask, step: string, second: Ask): Promise<{ ok: boolean }> {
  const asked = { ok: true };
  const note = ({ ok }: { ok: boolean }) => void (asked.ok &&= ok);
  whenBegins(world, step, () => void ask(world, ID, second).then(note));
  note(await ask(world, ID, first));
  return asked;
}

/** The workflows that meet every fault. */
const PLAIN: Omit<Workflow, 'isInMatrix'>[] = [
  {
    name: 'create warm',
    prepare: makeNeighbours,
    setOff: (world) => addDestination(world, 1, { standby: 'warm' }),
    isReached: keeps('warm'),
  },
  ...(['warm', 'cold'] as const).flatMap((standby) => [
    {
      name: `start ${standby}`,
      prepare: (world: World) => make(world, standby),
      setOff: (world: World) => ask(world, ID, 'start'),
      isReached: restsAs('running'),
    },
    {
      name: `stop ${standby}`,
      prepare: (world: World) => makeAndStart(world, standby),
      setOff: (world: World) => ask(world, ID, 'stop'),
      isReached: keeps(standby),
    },
  ]),
  {
    name: 'start with backup ingest',
    prepare: (world) => make(world, 'cold', BACKUP),
    setOff: (world) => ask(world, ID, 'start'),
    isReached: runsWith(2),
  },
  {
    name: 'stop with backup ingest',
    prepare: (world) => makeAndStartWithBackup(world, 'cold'),
    setOff: (world) => ask(world, ID, 'stop'),
    isReached: keeps('cold'),
  },
  {
    name: 'start srt',
    prepare: makeSrt,
    setOff: (world) => ask(world, ID, 'start'),
    isReached: restsAs('running'),
  },
  {
    name: 'stop srt',
    prepare: makeAndStartSrt,
    setOff: (world) => ask(world, ID, 'stop'),
    isReached: keeps('cold'),
  },
  {
    name: 'teardown srt',
    prepare: makeAndStartSrt,
    setOff: (world) => ask(world, ID, 'delete'),
    isReached: isGone,
  },
  {
    name: 'teardown warm',
    prepare: (world) => make(world, 'warm'),
    setOff: (world) => ask(world, ID, 'delete'),
    isReached: isGone,
  },
  {
    name: 'teardown running',
    prepare: (world) => makeAndStart(world, 'cold'),
    setOff: (world) => ask(world, ID, 'delete'),
    isReached: isGone,
  },
];

const ELSE: Workflow[] = [
  {
    name: 'turn the backup ingest off',
    prepare: (world) => makeAndStartWithBackup(world, 'warm'),
    setOff: (world) => ask(world, ID, 'backup-off-now'),
    isReached: runsWith(1),
  },
  {
    name: 'stop with backup ingest while starting',
    prepare: (world) => make(world, 'cold', BACKUP),
    setOff: (world) => askTwice(world, 'start', 'EnsureFlowOutput', 'stop'),
    isReached: keeps('cold'),
  },
  {
    name: 'stop srt while starting',
    prepare: makeSrt,
    setOff: (world) => askTwice(world, 'start', 'EnsureFlowOutput', 'stop'),
    isReached: keeps('cold'),
  },
  {
    name: 'replace the passphrase now',
    profile: 'aws-like',
    // The former secret still blocks its name for a while.
    isContested: true,
    prepare: makeAndStartSrt,
    setOff: (world) => ask(world, ID, 'replace-key-now'),
    isReached: (record, world) => restsAs('running')(record) && passphraseOf(world, record!).includes('replaced'),
  },
  {
    name: 'the srt output is removed manually',
    isMeddledWith: true,
    prepare: makeAndStartSrt,
    async setOff(world) {
      flowOf(world).outputs = [];
      return { ok: true };
    },
    isReached: (record, world) => restsAs('running')(record) && passphraseOf(world, record!) !== 'nothing',
  },
  {
    name: 'start slow',
    profile: 'aws-like',
    prepare: (world) => make(world, 'cold'),
    setOff: (world) => ask(world, ID, 'start'),
    isReached: restsAs('running'),
  },
  {
    name: 'stop slow',
    profile: 'aws-like',
    prepare: (world) => makeAndStart(world, 'cold'),
    setOff: (world) => ask(world, ID, 'stop'),
    isReached: keeps('cold'),
  },
  {
    name: 'stop while starting',
    prepare: (world) => make(world, 'cold'),
    setOff: (world) => askTwice(world, 'start', 'EnsureFlowOutput', 'stop'),
    isReached: keeps('cold'),
  },
  {
    name: 'stop while the channel starts',
    profile: 'aws-like',
    isContested: true,
    prepare: (world) => make(world, 'warm'),
    setOff: (world) => askTwice(world, 'start', 'EnsureChannelRun', 'stop'),
    isReached: keeps('warm'),
  },
  {
    name: 'stop before anything is recorded',
    prepare: (world) => make(world, 'cold'),
    setOff: (world) => askTwice(world, 'start', 'EnsureChannel', 'stop'),
    isReached: keeps('cold'),
  },
  {
    name: 'delete while starting',
    isContested: true,
    prepare: (world) => make(world, 'warm'),
    setOff: (world) => askTwice(world, 'start', 'EnsureChannelRun', 'delete'),
    isReached: isGone,
  },
  {
    name: 'start while stopping',
    // The end of the stop begins the start, and nothing has to wait for a sweep.
    world: { sweepEverySeconds: null },
    prepare: (world) => makeAndStart(world, 'warm'),
    setOff: (world) => askTwice(world, 'stop', 'ReleaseFlowOutput', 'start'),
    isReached: restsAs('running'),
  },
  {
    name: 'edit now',
    prepare: (world) => makeAndStart(world, 'warm'),
    setOff: (world) => ask(world, ID, 'replace-key-now'),
    isReached: (record, world) => restsAs('running')(record) && sendsKey(world, record!).includes('replaced'),
  },
  {
    name: 'the start falls back to idle',
    prepare: (world) => make(world, 'warm'),
    setOff(world) {
      world.planTransition = ({ from }) => (from === 'STARTING' ? { to: 'IDLE', afterMs: 3_000 } : undefined);
      return ask(world, ID, 'start');
    },
    isReached: failedWith('channel_start_failed'),
  },
  {
    name: 'the start hangs',
    isContested: true,
    prepare: (world) => make(world, 'warm'),
    setOff(world) {
      // The channel starts only after the deadline of the step.
      world.planTransition = ({ from }) => (from === 'STARTING' ? { afterMs: 800_000 } : undefined);
      return ask(world, ID, 'start');
    },
    isReached: failedWith('deadline_passed'),
  },
  {
    name: 'the channel cannot be created',
    prepare: (world) => make(world, 'cold'),
    setOff(world) {
      world.planTransition = ({ kind, from }) =>
        kind === 'channels' && from === 'CREATING' ? { to: 'CREATE_FAILED' } : undefined;
      return ask(world, ID, 'start');
    },
    isReached: (record, world) =>
      failedWith('channel_create_failed')(record, world) && record!.held.channel === undefined,
  },
  {
    name: 'the input takes four minutes',
    prepare: (world) => make(world, 'cold'),
    setOff(world) {
      world.planTransition = ({ kind, from }) =>
        kind === 'inputs' && from === 'CREATING' ? { afterMs: 240_000 } : undefined;
      return ask(world, ID, 'start');
    },
    isReached: restsAs('running'),
  },
  {
    name: 'stop while recovering',
    prepare: (world) => makeAndStart(world, 'warm'),
    async setOff(world) {
      world.planTransition = ({ from }) => (from === 'RECOVERING' ? { afterMs: 3_600_000 } : undefined);
      world.mediaServices.disturbChannel(world.record(ID)!.held.channel!.channelId);
      return ask(world, ID, 'stop');
    },
    isReached: keeps('warm'),
  },
  {
    name: 'deletion is denied for an hour',
    isContested: true,
    prepare: (world) => make(world, 'warm'),
    setOff(world) {
      const deniedUntilMs = world.clock.now() + 3_600_000;
      const others = world.faults!;
      world.faults = async (call, deliver, self) => {
        if (call.operation !== 'DeleteChannel' || world.clock.now() > deniedUntilMs) return others(call, deliver, self);
        return { status: 403, headers: { 'x-amzn-errortype': 'ForbiddenException' }, body: '{"message":"no"}' };
      };
      return ask(world, ID, 'delete');
    },
    // It is retried occasionally, not continuously: an hour has twelve sweeps.
    isReached: (record, world) => isGone(record) && operationsOf(world).length <= 2 + 13,
    restWithinMs: 4_500_000,
  },
  {
    name: 'the flow is off',
    prepare: (world) => make(world, 'warm'),
    async setOff(world) {
      const { clients, deployment } = world.deps;
      await clients.mediaConnect.send(new StopFlowCommand({ FlowArn: deployment.flowArn }));
      return ask(world, ID, 'start');
    },
    isReached: failedWith('source_not_active'),
  },
  {
    name: 'the flow output is removed manually',
    isMeddledWith: true,
    prepare: (world) => makeAndStart(world, 'warm'),
    async setOff(world) {
      flowOf(world).outputs = [];
      return { ok: true };
    },
    isReached: (record, world) => restsAs('running')(record) && flowOf(world).outputs.length === 1,
  },
  {
    name: 'the channel is stopped manually',
    isMeddledWith: true,
    prepare: (world) => makeAndStart(world, 'warm'),
    async setOff(world) {
      world.media.channels[world.record(ID)!.held.channel!.channelId]!.state = 'IDLE';
      return { ok: true };
    },
    isReached: failedWith('resource_missing'),
  },
];

/** All workflows; the plain ones are in the matrix. */
export const WORKFLOWS: readonly Workflow[] = [...PLAIN.map((each) => ({ ...each, isInMatrix: true })), ...ELSE];

/** Returns the ids of the destination's ended operations. */
function operationsOf(world: World): string[] {
  const ids = [...world.items.values()].map(({ operationId, outcome }) => (outcome ? String(operationId) : ''));
  return ids.filter((id) => id.startsWith(ID));
}

/** Returns the stream key that a destination's channel really sends. */
function sendsKey(world: World, record: Destination): string {
  const channel = world.media.channels[record.held.channel?.channelId ?? ''];
  return channel?.settings.Destinations?.[0]?.Settings?.[0]?.StreamName ?? 'nothing';
}
