import type { SourceAnalysis } from '../contract.ts';
import { SOUND_READING_MS } from './analysis-arguments.ts';
import type { AnalysisReading, PictureReading, SoundReading } from './analysis-reading.ts';

/** Readings older than this say nothing about now. Keyframes may be ten seconds apart. */
const PICTURE_FRESH_MS = 15_000;
const SOUND_FRESH_MS = 3_000;

/** A tolerance for a few bright pixels. */
const BLACK_PERCENT_MIN = 99;
/**
 * Measured at 160 × 90 with x264 at 4 Mbit/s: a still picture differs by 0.03 to 0.14 from one keyframe to the next, a
 * locked camera with faint noise by 0.21, a test picture by 2.5.
 */
const FROZEN_DIFFERENCE_MAX = 0.15;
/** Below the noise of an open microphone, above that of a muted channel with dither. */
const SILENT_DBFS_MAX = -60;

/** What the readings of one analyser mean. */
export interface AnalysisFindings {
  take(reading: AnalysisReading, nowMs: number): void;
  /** Returns what is known now, without what is too old. */
  read(nowMs: number): Pick<SourceAnalysis, 'picture' | 'sound'>;
}

/** Creates findings that know nothing yet. */
export function createAnalysisFindings(): AnalysisFindings {
  let picture: { atMs: number; blackSinceMs: number | null; frozenSinceMs: number | null } | null = null;
  let sound: { atMs: number; silentSinceMs: number | null; reading: SoundReading } | null = null;

  function takePicture({ blackPercent, difference }: PictureReading, nowMs: number): void {
    const isBlack = blackPercent >= BLACK_PERCENT_MIN;
    const isFrozen = picture !== null && difference <= FROZEN_DIFFERENCE_MAX;
    picture = {
      atMs: nowMs,
      blackSinceMs: isBlack ? (picture?.blackSinceMs ?? nowMs) : null,
      // It has stood still since the picture before.
      frozenSinceMs: isFrozen ? (picture!.frozenSinceMs ?? picture!.atMs) : null,
    };
  }

  function takeSound(reading: SoundReading, nowMs: number): void {
    const isSilent = reading.channelPeaksDbfs.every((peak) => peak === null || peak <= SILENT_DBFS_MAX);
    const silentSinceMs = isSilent ? (sound?.silentSinceMs ?? nowMs - SOUND_READING_MS) : null;
    sound = { atMs: nowMs, silentSinceMs, reading };
  }

  return {
    take(reading, nowMs) {
      if (reading.kind === 'picture') takePicture(reading, nowMs);
      else takeSound(reading, nowMs);
    },
    read(nowMs) {
      const found: Pick<SourceAnalysis, 'picture' | 'sound'> = {};
      if (picture && nowMs - picture.atMs <= PICTURE_FRESH_MS) {
        found.picture = { blackSinceMs: picture.blackSinceMs, frozenSinceMs: picture.frozenSinceMs };
      }
      if (sound && nowMs - sound.atMs <= SOUND_FRESH_MS) {
        const { kind: _kind, ...levels } = sound.reading;
        found.sound = { silentSinceMs: sound.silentSinceMs, ...levels };
      }
      return found;
    },
  };
}
