import type { Recording, RecordingState } from '../../functions/domain/recording.ts';
import type { WireAnswer } from './in-process-transport.ts';
import { HARVESTED } from './simulated-harvester.ts';
import { Violation } from './violation.ts';
import type { Item, Watcher } from './watching.ts';
import type { World } from './world.ts';

/**
 * I17 recordings: each ends with its media or with a reason, is copied once, and is removed only after a request or when
 * its time is over, when no job can write any more. Nothing outside the folder of a recording that is being deleted is
 * deleted.
 */

const NEXT: Record<RecordingState, readonly RecordingState[]> = {
  recording: ['finishing'],
  finishing: ['ready', 'failed', 'deleting'],
  ready: ['deleting'],
  failed: ['deleting'],
  deleting: [],
};

const fail = (what: string): never => {
  throw new Violation('I17 recordings', what);
};

/** Returns all recordings of a world. */
export function recordingsOf(world: World): Recording[] {
  return [...world.items].filter(([key]) => key.startsWith('RECORDINGS/')).map(([, item]) => toRecording(item)!);
}

/** Returns whether everything that a harvest job stores is there. */
export function hasMedia({ objects, deployment }: World, recordingId: string): boolean {
  const names = Object.keys(HARVESTED);
  return names.every((name) => objects.get(deployment.recordingBucket, `recordings/${recordingId}/${name}`) !== null);
}

/** Creates the watcher. */
export function watchRecordings(world: World): Watcher & { checkAtRest(): void } {
  const { recordingBucket: bucket } = world.deployment;
  const listKeys = () => world.objects.list(bucket, 'recordings/').map(({ key }) => key);
  let known = listKeys();
  const jobsOf = (recordingId: string) =>
    Object.values(world.media.harvestJobs).filter(({ id }) => id.includes(`-${recordingId}-`));

  function wrote(key: string, beforeItem: Item | null, afterItem: Item | null): void {
    if (!key.startsWith('RECORDINGS/')) return;
    const [before, after] = [toRecording(beforeItem), toRecording(afterItem)];
    if (before === null) return after === null ? undefined : checkBeginning(after);
    if (after === null) return checkRemoval(before);
    if (before.state !== after.state && !NEXT[before.state].includes(after.state)) {
      fail(`${after.recordingId} was ${before.state} and is ${after.state}`);
    }
    if (after.state === 'ready' && !hasMedia(world, after.recordingId)) {
      fail(`${after.recordingId} is ready without its media`);
    }
    if ((after.state === 'failed') !== (after.failure !== null) && after.state !== 'deleting') {
      fail(`${after.recordingId} is ${after.state} with the reason ${after.failure}`);
    }
  }

  function checkBeginning({ recordingId, origin }: Recording): void {
    const isOther = (other: Recording) => other.recordingId !== recordingId && other.origin === origin;
    if (recordingsOf(world).some((other) => isOther(other) && other.state === 'recording')) {
      fail(`${recordingId} was begun while another recording of its origin was in progress`);
    }
    if (!world.items.has(`RECORDINGS-OPEN/${recordingId}`)) fail(`${recordingId} began without its mark`);
  }

  function checkRemoval({ recordingId, state }: Recording): void {
    if (state !== 'deleting') fail(`${recordingId} was ${state} and is gone`);
    if (listKeys().some((key) => key.includes(recordingId))) fail(`${recordingId} is gone and its media is not`);
  }

  function checkJob(answer: WireAnswer): void {
    if (answer.status >= 300) return;
    const { id: jobId } = JSON.parse(answer.body) as { id: string };
    const recording = recordingsOf(world).find(({ recordingId }) => jobId.includes(`-${recordingId}-`));
    if (!recording) return fail(`${jobId} copies a recording that is gone`);
    const own = jobsOf(recording.recordingId);
    const useful = own.filter(({ status }) => status !== 'FAILED');
    if (useful.length > 1) fail(`${recording.recordingId} is copied twice: ${useful.map((job) => job.id).join(', ')}`);
    const { StartTime, EndTime } = own.find((job) => job.id === jobId)!.settings;
    if (StartTime !== recording.startedAt || EndTime !== recording.endedAt) {
      fail(`${jobId} copies another time than the recording covers`);
    }
    return undefined;
  }

  function checkDeletion(): void {
    const now = new Set(listKeys());
    for (const key of known.filter((each) => !now.has(each))) {
      const owner = recordingsOf(world).find(({ recordingId }) => key.startsWith(`recordings/${recordingId}/`));
      if (owner?.state !== 'deleting') fail(`${key} was deleted, which belongs to ${owner?.state ?? 'no'} recording`);
    }
  }

  return {
    wrote,
    delivered(call, answer) {
      if (call.operation === 'CreateHarvestJob') checkJob(answer);
      if (call.operation === 'DeleteObjects') checkDeletion();
      if (call.service === 's3' || call.service === 'mediapackage') known = listKeys();
    },
    checkAtRest() {
      for (const { recordingId, state } of recordingsOf(world)) {
        if (state === 'finishing' || state === 'deleting') fail(`${recordingId} is ${state}, and nothing happens`);
        if (state === 'recording' && !world.items.has(`RECORDINGS-OPEN/${recordingId}`)) {
          fail(`${recordingId} records without its mark, so the sweep cannot end it`);
        }
      }
      const records = new Set(recordingsOf(world).map(({ recordingId }) => recordingId));
      const left = Object.values(world.media.harvestJobs)
        .map(({ settings }) => settings.S3Destination!.ManifestKey!.split('/')[1]!)
        .filter((recordingId) => !records.has(recordingId) && listKeys().some((key) => key.includes(recordingId)));
      if (left.length > 0) fail(`media is left of ${left.join(', ')}, which is deleted`);
    },
  };
}

function toRecording(item: Item | null): Recording | null {
  return item as unknown as Recording | null;
}
