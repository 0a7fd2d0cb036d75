import { newPrimary } from '../../functions/domain/primary.ts';
import type { Recording } from '../../functions/domain/recording.ts';
import { addShowDestinations, createShow, showIdOf, storedShow, wallClockIn } from './act-show.ts';
import { idOf } from './destination-ids.ts';
import { runPrimary } from './primary-workflows.ts';
import { hasMedia, recordingsOf } from './watch-recordings.ts';
import type { Workflow } from './workflows.ts';
import { sweepOnce, type World } from './world.ts';

/** Shows that are recorded: while the preview runs, and when it starts as the show goes live. */

const MINUTE_MS = 60_000;
const SHOW = 73;
const SHOW_ID = showIdOf(SHOW);
const STARTS_MS = 3 * MINUTE_MS;
/** The preview is still starting when the show goes live. */
const PREVIEW_STARTS_MS = STARTS_MS - 2_000;
const CHANNEL_START_MS = 12_000;
/** A channel that runs has nothing on MediaPackage for so long. */
const FIRST_SEGMENT_MS = 5_000;

async function plan(world: World): Promise<{ ok: boolean }> {
  await createShow(world, SHOW, {
    title: 'Show',
    zone: 'UTC',
    localStart: wallClockIn(world, STARTS_MS),
    localEnd: wallClockIn(world, 6 * MINUTE_MS),
    destinations: [{ destinationId: idOf(1) }],
    isDraft: false,
    record: true,
  });
  return { ok: true };
}

/** Starts the preview for the first time. */
async function startPreview(world: World): Promise<void> {
  const { production, deps } = world;
  await production.insertDestination(deps, { ...newPrimary('720p30', deps.now()), desired: 'running' });
  await world.runAs('sweep', null, () => sweepOnce(world));
}

/** Returns the recording of a show that has ended, once its media is copied and nothing else is recorded. */
function finished(world: World): (Recording & { liveAt: string }) | null {
  const show = storedShow(world, SHOW_ID);
  const [recording, other] = recordingsOf(world);
  if (show?.state !== 'ended' || !recording || other) return null;
  const isOwn = show.recording?.recordingId === recording.recordingId && recording.endedAt === show.endedAt;
  const isReady = recording.state === 'ready' && hasMedia(world, recording.recordingId);
  return isOwn && isReady ? { ...recording, liveAt: show.liveAt! } : null;
}

const COMMON = { isContested: true, isMeddledWith: true, lastsMs: 12 * MINUTE_MS } satisfies Partial<Workflow>;

const RECORDED: Workflow = {
  ...COMMON,
  name: 'a show is recorded from its planned second to its end',
  async prepare(world) {
    await addShowDestinations(world, 1);
    await runPrimary(world);
  },
  setOff: plan,
  isReached: (_, world) => {
    const recording = finished(world);
    return recording !== null && recording.startedAt === recording.liveAt;
  },
};

const RECORDED_WITH_PREVIEW: Workflow = {
  ...COMMON,
  name: 'a show that goes live while the preview starts is recorded from its first segment',
  world: { durations: { channelStartMs: CHANNEL_START_MS, firstSegmentMs: FIRST_SEGMENT_MS } },
  prepare: (world) => addShowDestinations(world, 1),
  setOff(world) {
    world.clock.after(PREVIEW_STARTS_MS, () => void startPreview(world));
    return plan(world);
  },
  isReached: (_, world) => {
    const recording = finished(world);
    if (recording === null) return false;
    const lateMs = Date.parse(recording.startedAt) - Date.parse(recording.liveAt);
    return lateMs >= FIRST_SEGMENT_MS && lateMs < MINUTE_MS;
  },
};

export const SHOW_RECORDING_WORKFLOWS: readonly Workflow[] = [RECORDED, RECORDED_WITH_PREVIEW];

/** The same with the goals that a crash leaves: nothing that is sent is lost from the recording of a late show. */
export const RECORDED_DESPITE_CRASHES: readonly Workflow[] = [
  {
    ...RECORDED,
    name: 'a show is recorded despite a crash',
    isReached: (_, world) => finished(world) !== null,
  },
  {
    ...RECORDED_WITH_PREVIEW,
    name: 'a show that goes live while the preview starts is recorded despite a crash',
    isReached: (_, world) => finished(world) !== null,
  },
];
