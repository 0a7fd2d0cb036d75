import type { Recording } from '../../functions/domain/recording.ts';
import type { SourceSeen } from '../../functions/domain/incident-signals.ts';
import { runPrimary } from './primary-workflows.ts';
import { reach } from './reach.ts';
import { send, type ApiAnswer, type ApiRequest } from './requests.ts';
import { hasMedia, recordingsOf } from './watch-recordings.ts';
import type { Workflow } from './workflows.ts';
import type { World } from './world.ts';

/** Recordings from their start to their listing, their deletion and the end of their time. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Long enough for the copy and, after a fault, for two sweeps. */
const LASTS_MS = 16 * MINUTE_MS;
/** A step that began before the deletion has ended by then. */
const OUTLASTS_A_STEP_MS = 90_000;
/** A frozen process continues before this. */
const THAWED_MS = 7 * MINUTE_MS;
const AGAIN_AFTER_MS = 30_000;
const ATTEMPTS = 25;
/** What a harvest job may refuse for good. */
const REFUSALS = /fault (Forbidden|NotFound|UnprocessableEntity)Exception at AdvanceRecording.*CreateHarvestJob/;

const pause = (world: World, ms: number) => new Promise<void>((done) => void world.clock.after(ms, done));
const onlyOne = (world: World): Recording | null => {
  const all = recordingsOf(world);
  return all.length === 1 ? all[0]! : null;
};
const isAtWork = (world: World) =>
  recordingsOf(world).some(({ state }) => state === 'finishing' || state === 'deleting');
const isInProgress = (world: World) => recordingsOf(world).some(({ state }) => state === 'recording');

/** Sends a request as a person does: again and again, until it is seen to be done. @returns whether it is */
async function insist(
  world: World,
  request: () => ApiRequest,
  isDone: (answer: ApiAnswer | null) => boolean,
): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const answer = isDone(null) ? null : await send(world, request());
    if (isDone(answer)) return true;
    await pause(world, AGAIN_AFTER_MS);
  }
  return false;
}

const START: ApiRequest = { method: 'POST', path: '/api/recordings', body: { name: 'A service' } };

const start = (world: World) =>
  insist(
    world,
    () => ({ ...START, idempotencyKey: 'one start' }),
    () => recordingsOf(world).length > 0,
  );

/** Returns the recording that is meant: the newest one. */
const newest = (world: World) => recordingsOf(world).at(-1)!;

const stop = (world: World) =>
  insist(
    world,
    () => ({ method: 'POST', path: `/api/recordings/${newest(world).recordingId}/stop` }),
    () => newest(world).state !== 'recording',
  );

/** Lists until the recording is shown as finished. @returns whether it was, with its media or a reason */
const seeFinished = (world: World) =>
  insist(
    world,
    () => ({ method: 'GET', path: '/api/recordings' }),
    (answer) => {
      if (answer?.status !== 200) return false;
      const [shown] = (JSON.parse(answer.text) as { data: (Recording & { failure: { remedy: string } | null })[] })
        .data;
      return (shown?.state === 'ready' && shown.sizeBytes! > 0) || Boolean(shown?.failure?.remedy);
    },
  );

const isMarked = (world: World, recordingId: string) => world.items.has(`RECORDINGS-OPEN/${recordingId}`);

/** Returns whether a recording can be played, or MediaPackage refused to copy it and the recording says so. */
function isFinished(world: World, recording: Recording | null): boolean {
  if (recording === null || isMarked(world, recording.recordingId)) return false;
  if (recording.state === 'ready') return hasMedia(world, recording.recordingId) && recording.durationSeconds === 4;
  return recording.failure === 'refused' && world.events.some((line) => REFUSALS.test(line));
}

/** Returns whether every recording is finished. A frozen process begins another one when it continues. */
function areFinished(world: World): boolean {
  const all = recordingsOf(world);
  return all.length > 0 && all.length <= (isFrozen(world) ? 2 : 1) && all.every((each) => isFinished(world, each));
}

const isFrozen = (world: World) =>
  world.events.some((line) => / fault aborted, process continues at (api|monitor)/.test(line));

/** Waits as long as the copy and two sweeps may take. */
async function wait(world: World, isReached: (world: World) => boolean): Promise<boolean> {
  for (const untilMs = world.clock.now() + LASTS_MS; world.clock.now() < untilMs;) {
    if (isReached(world)) return true;
    await pause(world, AGAIN_AFTER_MS);
  }
  return isReached(world);
}

/** An object in a folder like those of recordings, which another deployment's tool may have stored. */
const FOREIGN_KEY = 'recordings/rec_of_another_tool/index.m3u8';

/** Begins a recording, beside media that no recording owns. */
async function record(world: World): Promise<void> {
  const { objects, deployment } = world;
  const attributes = { headers: {}, metadata: {}, checksum: null };
  objects.put(deployment.recordingBucket, FOREIGN_KEY, Buffer.from('#EXTM3U'), attributes);
  await world.drive(start(world));
  await world.drive(pause(world, MINUTE_MS));
}

async function runAndRecord(world: World): Promise<void> {
  await runPrimary(world);
  await record(world);
}

/** One recording that is kept, and one whose time is over in a minute. */
async function keepTwo(world: World): Promise<void> {
  await runPrimary(world);
  for (const keepDays of [null, 1]) {
    const answer = await world.drive(send(world, { ...START, body: { keepDays } }));
    if (answer?.status !== 201) throw new Error(`the recording was refused: ${answer?.text}`);
    await world.drive(pause(world, MINUTE_MS));
    await world.drive(stop(world));
    await reach(world, () => newest(world).state === 'ready');
  }
  await world.until(() => false, DAY_MS);
}

/** Runs the monitor's part in recordings. */
function monitor(world: World, seen: SourceSeen): void {
  const { production, deps } = world;
  void world.runAs('monitor', null, async () => {
    const { recordAlways } = await production.loadEntryPoints();
    await recordAlways({ ...deps, everySeconds: 60 }, seen, world.records());
  });
}

const CONNECTED: SourceSeen = { isFlowUp: true, connected: true, lostSince: null };

const COMMON = { isContested: true, lastsUntilAnswered: true } satisfies Partial<Workflow>;

/** MediaPackage fails to copy it at first. */
const KEPT: Workflow = {
  ...COMMON,
  name: 'a recording is started, stopped and listed',
  prepare: runPrimary,
  async setOff(world) {
    world.harvester.failNext(1);
    if (!(await start(world))) return { ok: false };
    await pause(world, MINUTE_MS);
    const isSeen = (await stop(world)) && (await wait(world, () => !isAtWork(world))) && (await seeFinished(world));
    if (isFrozen(world)) await pause(world, THAWED_MS);
    return { ok: isSeen && (!isInProgress(world) || (await stop(world))) && (await wait(world, areFinished)) };
  },
  isReached: (_record, world) => areFinished(world),
};

const DELETED: Workflow = {
  ...COMMON,
  name: 'a recording is deleted while it is copied',
  prepare: runAndRecord,
  async setOff(world) {
    const { recordingId } = newest(world);
    world.harvester.slowDown(OUTLASTS_A_STEP_MS);
    await stop(world);
    // The copy began after twenty seconds.
    await pause(world, 25_000);
    const isRequested = () =>
      recordingsOf(world).every((each) => each.recordingId !== recordingId || each.state === 'deleting');
    await insist(world, () => ({ method: 'DELETE', path: `/api/recordings/${recordingId}` }), isRequested);
    return { ok: await wait(world, isDeleted) };
  },
  isReached: (_record, world) => isDeleted(world),
};

/** Returns whether no recording is left, and everything else is. A mark may be left, which the sweep removes in an hour. */
const isDeleted = (world: World) =>
  recordingsOf(world).length === 0 && world.objects.list(world.deployment.recordingBucket, 'recordings/').length === 1;

const isExpired = (world: World) => onlyOne(world)?.keepDays === null && areFinished(world);

const EXPIRED: Workflow = {
  ...COMMON,
  name: 'the time of a recording is over',
  prepare: keepTwo,
  async setOff(world) {
    const { production, deps } = world;
    await world.runAs('expiry', null, async () => (await production.loadEntryPoints()).sweepRecordings(deps));
    return { ok: await wait(world, isExpired) };
  },
  isReached: (_record, world) => isExpired(world),
};

/** Returns whether every recording ended when the source was lost, whenever that was noticed. */
const areEndedAtLoss = (world: World) =>
  areFinished(world) &&
  recordingsOf(world).every(({ startedAt, endedAt, endReason }) => {
    return endReason === 'source_lost' && Date.parse(endedAt!) - Date.parse(startedAt) <= 3 * MINUTE_MS;
  });

const ALWAYS: Workflow = {
  ...COMMON,
  name: 'the source is recorded while it delivers',
  async prepare(world) {
    await runPrimary(world);
    const body = { mode: 'always', keepDays: null, limitBytes: null };
    await world.drive(send(world, { method: 'PUT', path: '/api/recording-settings', body }));
  },
  async setOff(world) {
    // Two monitors overlap.
    monitor(world, CONNECTED);
    monitor(world, CONNECTED);
    await pause(world, MINUTE_MS);
    // The fault may have kept the first two from it.
    if (recordingsOf(world).length === 0) monitor(world, CONNECTED);
    await pause(world, MINUTE_MS);
    const lost = { ...CONNECTED, connected: false, lostSince: new Date(world.clock.now()).toISOString() };
    for (let minute = 1; minute <= 2 || isInProgress(world); minute += 1) {
      await pause(world, MINUTE_MS);
      monitor(world, lost);
      await pause(world, isFrozen(world) ? THAWED_MS : 1_000);
    }
    return { ok: await wait(world, areEndedAtLoss) };
  },
  isReached: (_record, world) => areEndedAtLoss(world),
};

export const RECORDING_WORKFLOWS: readonly Workflow[] = [KEPT, DELETED, EXPIRED, ALWAYS];

/** MediaPackage fails to copy it each time: the recording ends with the reason after three jobs. */
export const NEVER_COPIED: Workflow = {
  ...COMMON,
  name: 'a recording that cannot be copied says so',
  prepare: runAndRecord,
  async setOff(world) {
    world.harvester.failNext(Infinity);
    return {
      ok:
        (await stop(world)) &&
        (await seeFinished(world)) &&
        (await wait(world, () => !isMarked(world, newest(world).recordingId))),
    };
  },
  isReached: (_record, world) =>
    onlyOne(world)?.failure === 'copy_failed' &&
    Object.values(world.media.harvestJobs).length === 3 &&
    !isMarked(world, newest(world).recordingId),
};
