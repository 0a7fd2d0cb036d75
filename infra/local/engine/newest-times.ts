import type { Clock } from '../host/clock.ts';
import { tickDistance } from './transport-stream/timeline.ts';

/** The newest times of a stream, 33 bits at 90 kHz. */
export interface NewestTimes {
  /** Decode time of the newest picture, or of the newest sound in a stream without pictures. */
  decodeTicks: number;
  /** When it arrived, ms epoch. */
  atMs: number;
  /** The newest presentation time of picture or sound. */
  presentationTicks: number;
  /** The newest time of sound; null without sound. */
  soundTicks: number | null;
}

/** Keeps the newest times while a stream passes. */
export function createNewestTimes(clock: Clock): {
  picture(times: { dts: number; pts: number }): void;
  /** @param ticks null for a packet without a time */
  sound(ticks: number | null): void;
  /** Returns null before the first picture or sound. */
  read(): NewestTimes | null;
  restart(): void;
} {
  let picture: { dts: number; pts: number; atMs: number } | null = null;
  let sound: { ticks: number; atMs: number } | null = null;

  return {
    picture({ dts, pts }) {
      const isNewest = picture === null || tickDistance(picture.pts, pts) > 0;
      picture = { dts, pts: isNewest ? pts : picture!.pts, atMs: clock.now() };
    },
    sound(ticks) {
      if (ticks !== null) sound = { ticks, atMs: clock.now() };
    },
    read() {
      const soundTicks = sound?.ticks ?? null;
      if (picture === null) {
        return sound && { decodeTicks: sound.ticks, atMs: sound.atMs, presentationTicks: sound.ticks, soundTicks };
      }
      const isSoundNewer = soundTicks !== null && tickDistance(picture.pts, soundTicks) > 0;
      return {
        decodeTicks: picture.dts,
        atMs: picture.atMs,
        presentationTicks: isSoundNewer ? soundTicks : picture.pts,
        soundTicks,
      };
    },
    restart() {
      picture = null;
      sound = null;
    },
  };
}
