import { timeOfDigits } from './derived-ulid.ts';
import { DAY_MS } from './utc-day.ts';

/**
 * A recording: a stretch of what the HLS preview packages, copied into a bucket once it has ended. While it records,
 * nothing of it exists but its beginning; MediaPackage keeps the media of its startover window anyway. Pure rules.
 */

export const RECORDING_STATES = ['recording', 'finishing', 'ready', 'failed', 'deleting'] as const;
export type RecordingState = (typeof RECORDING_STATES)[number];

/** Who began it. There is at most one of each at a time, and of each show. */
export const RECORDING_ORIGINS = ['operator', 'always', 'show'] as const;
export type RecordingOrigin = (typeof RECORDING_ORIGINS)[number];

/** Why it ended. */
export const END_REASONS = [
  'operator',
  'source_lost',
  'length_limit',
  'space_limit',
  'disk_full',
  'disk_failed',
  'show_ended',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Why it could not be kept. */
export const RECORDING_FAILURES = ['no_media', 'copy_failed', 'refused', 'too_slow'] as const;
export type RecordingFailure = (typeof RECORDING_FAILURES)[number];

export interface Recording {
  /** `rec_` and a lower-case ULID, so the ids sort by age. */
  recordingId: string;
  name: string;
  state: RecordingState;
  origin: RecordingOrigin;
  /** The show that is recorded; absent for the other origins. */
  showId?: string | undefined;
  /** What it covers; `endedAt` is null while it records. */
  startedAt: string;
  /** `startedAt` is what was asked for, and becomes the first instant that the preview delivers from then on. */
  awaitsPreview?: boolean | undefined;
  endedAt: string | null;
  endReason: EndReason | null;
  /** Days from its end after which it is deleted; null keeps it. */
  keepDays: number | null;
  failure: RecordingFailure | null;
  /** Known once it is ready. */
  sizeBytes: number | null;
  durationSeconds: number | null;
  /** Number of the state machine's execution that may work on it; 0 before the first. */
  execution: number;
  /** Number of the harvest job. A job that failed is tried again under another id. */
  attempt: number;
  createdBy: string;
  createdAt: string;
  lastModified: string;
  writeCount: number;
}

export interface RecordingSettings {
  /** `always` records while the source delivers and the preview runs. */
  mode: 'manual' | 'always';
  /** For new recordings; null keeps them. */
  keepDays: number | null;
  /** Space that all recordings together may take; null: no limit. */
  limitBytes: number | null;
}

export const DEFAULT_RECORDING_SETTINGS: RecordingSettings = { mode: 'manual', keepDays: 30, limitBytes: null };

/** Harvest jobs of one recording, the first included. */
export const ATTEMPTS_MAX = 3;
/**
 * What the preview's endpoint keeps: longer than the longest recording, so that there is time to begin the copy after
 * its end.
 */
export const STARTOVER_SECONDS = 26 * 3600;
/** A harvest job covers at most 24 hours, and MediaPackage cuts at segments. */
const LENGTH_SECONDS_MAX = 24 * 3600 - 300;
/** From this share of the limit on there is a warning. */
const WARNING_SHARE = 0.8;

/** Matches an id of a recording. */
export const RECORDING_ID = /^rec_[0-9a-hjkmnp-tv-z]{26}$/;

/** Returns a recording that has just begun. */
export function newRecording(
  chosen: Pick<
    Recording,
    'awaitsPreview' | 'createdBy' | 'keepDays' | 'name' | 'origin' | 'recordingId' | 'showId' | 'startedAt'
  >,
  now: Date,
): Recording {
  return {
    ...chosen,
    state: 'recording',
    endedAt: null,
    endReason: null,
    failure: null,
    sizeBytes: null,
    durationSeconds: null,
    execution: 0,
    attempt: 1,
    createdAt: now.toISOString(),
    lastModified: now.toISOString(),
    writeCount: 1,
  };
}

/** Ends a recording, whose media is copied next. Returns the same object if it has ended. */
export function endRecording(
  before: Recording,
  { endedAt, reason, now }: { endedAt: Date; reason: EndReason; now: Date },
): Recording {
  if (before.state !== 'recording') return before;
  const endMs = Math.max(endedAt.getTime(), Date.parse(before.startedAt) + 1000);
  return {
    ...before,
    state: 'finishing',
    endedAt: new Date(endMs).toISOString(),
    endReason: reason,
    execution: before.execution + 1,
    lastModified: now.toISOString(),
  };
}

/** Sets the beginning of a recording that awaited the preview. Returns the same object when it awaits nothing. */
export function withStart(before: Recording, startedAt: string, now: Date): Recording {
  if (!before.awaitsPreview) return before;
  return { ...before, startedAt, awaitsPreview: false, lastModified: now.toISOString() };
}

/** Begins to delete a recording that has ended. Returns the same object while it records or is being deleted. */
export function deleteRecording(before: Recording, now: Date): Recording {
  if (before.state === 'recording' || before.state === 'deleting') return before;
  return { ...before, state: 'deleting', execution: before.execution + 1, lastModified: now.toISOString() };
}

/** Returns when a recording is deleted; null while that is open. */
export function keptUntil({ endedAt, keepDays }: Pick<Recording, 'endedAt' | 'keepDays'>): Date | null {
  if (endedAt === null || keepDays === null) return null;
  return new Date(Date.parse(endedAt) + keepDays * DAY_MS);
}

/** Returns whether a recording's time is over. */
export function isExpired(recording: Recording, now: Date): boolean {
  if (recording.state !== 'ready' && recording.state !== 'failed') return false;
  const until = keptUntil(recording);
  return until !== null && until <= now;
}

/** Returns when a recording has to end so that one harvest job can still copy all of it. */
export function mustEndAt({ startedAt }: Recording): Date {
  return new Date(Date.parse(startedAt) + LENGTH_SECONDS_MAX * 1000);
}

/** Returns the time in a recording's id; null for another text. */
export function timeOfRecordingId(recordingId: string): Date | null {
  const [, digits] = /^rec_([0-7][0-9a-hjkmnp-tv-z]{9})/.exec(recordingId) ?? [];
  if (digits === undefined) return null;
  return new Date(timeOfDigits(digits));
}

/** Returns the name of the state machine's execution. */
export function recordingExecutionOf({ recordingId, execution }: Pick<Recording, 'recordingId' | 'execution'>): string {
  return `${recordingId}-${execution}`;
}

/** Returns the id of a harvest job: unique in the Region, and the same for a repeated step. */
export function harvestJobIdOf(deploymentId: string, recordingId: string, attempt: number): string {
  return `sluice-${deploymentId}-${recordingId}-${attempt}`;
}

/** Returns the space that recordings take together. */
export function totalBytes(recordings: readonly Recording[]): number {
  return recordings.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
}

export type SpaceWarning = 'limit_near' | 'limit_reached' | 'disk_low';

/** Returns what is wrong with the space; null while there is enough. */
export function spaceWarning(
  usedBytes: number,
  limitBytes: number | null,
  disk: { isLow: boolean } | null,
): SpaceWarning | null {
  if (limitBytes !== null && usedBytes >= limitBytes) return 'limit_reached';
  if (disk?.isLow) return 'disk_low';
  return limitBytes !== null && usedBytes >= limitBytes * WARNING_SHARE ? 'limit_near' : null;
}
