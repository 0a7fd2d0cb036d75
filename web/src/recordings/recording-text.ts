import type { RecordingResource, RecordingSettingsResource } from '../../../functions/api/schemas/recordings.ts';
import { formatClock, sentence } from '../ui/format.ts';
import type { Glyph, Tone } from '../ui/tone.ts';

/** Words of recordings. */

type State = RecordingResource['state'];

export const STATE_WORDS: Record<State, string> = {
  recording: 'Recording',
  finishing: 'Saving',
  ready: 'Ready',
  failed: 'Failed',
  deleting: 'Deleting',
};

export const STATE_LOOKS: Record<State, { tone: Tone; glyph: Glyph }> = {
  recording: { tone: 'air', glyph: 'air' },
  finishing: { tone: 'motion', glyph: 'motion' },
  ready: { tone: 'off', glyph: 'off' },
  failed: { tone: 'attention', glyph: 'attention' },
  deleting: { tone: 'motion', glyph: 'motion' },
};

const END_WORDS: Record<NonNullable<RecordingResource['endReason']>, string | null> = {
  operator: null,
  source_lost: 'Ended when the source was lost.',
  length_limit: 'Ended at the longest possible length. Start another one to continue.',
  space_limit: 'Ended early: the recordings took all the space they may. Delete some, or raise the limit.',
  disk_full: 'Ended early: the disk was full. Free some space, then record again.',
  show_ended: null,
  disk_failed: 'Ended early: the disk refused to store it. Check the disk, then record again.',
};

/** Formats bytes: `840 KB`, `12.4 MB`, `1.3 GB`. */
export function formatSize(bytes: number): string {
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} KB`;
  if (bytes < 999_500_000) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Returns length and size, as far as they are known. */
export function measureWords(
  { startedAt, endedAt, durationSeconds, sizeBytes }: RecordingResource,
  nowMs: number,
): string {
  const spanMs = (endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt);
  const length = formatClock(durationSeconds === null ? spanMs : durationSeconds * 1000);
  return sizeBytes === null ? length : `${length} · ${formatSize(sizeBytes)}`;
}

/** Returns why a recording failed or ended early, and what to do; null for an ordinary end. */
export function problemWords({ failure, endReason }: RecordingResource): string | null {
  if (failure) return `${sentence(failure.detail)}. ${sentence(failure.remedy)}.`;
  return endReason && END_WORDS[endReason];
}

/** Returns when a recording is deleted by itself; null when it is kept. */
export function keptWords({ keptUntil }: RecordingResource): string | null {
  return keptUntil && `Deleted on ${new Date(keptUntil).toLocaleDateString([], { dateStyle: 'medium' })}`;
}

const WARNINGS: Record<NonNullable<RecordingSettingsResource['space']['warning']>, string> = {
  limit_near: 'The recordings will soon take all the space they may. Delete some, or raise the limit.',
  limit_reached: 'The recordings take all the space they may, so nothing is recorded. Delete some, or raise the limit.',
  disk_low: 'The disk is nearly full. Recordings end when it is; the show continues.',
};

/** Returns what is wrong with the space, and what to do; null while there is enough. */
export function spaceWarningWords({ warning }: RecordingSettingsResource['space']): string | null {
  return warning && WARNINGS[warning];
}

/**
 * Returns how much space the recordings take, and how much is left. On AWS nothing runs out, but the space costs, and no
 * price file has a price for it.
 */
export function spaceWords({ limitBytes, space }: RecordingSettingsResource, isOnAws: boolean): string {
  const used = `${formatSize(space.usedBytes)} used${limitBytes === null ? '' : ` of ${formatSize(limitBytes)}`}`;
  if (isOnAws) return `${used} · AWS bills copying, storage and playback: price unknown`;
  return space.freeBytes === null ? used : `${used} · ${formatSize(space.freeBytes)} free on the disk`;
}
