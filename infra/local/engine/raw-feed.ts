/**
 * The source's unread packets for the encoders, each from a keyframe on: kept since the newest keyframe, and preceded by
 * the tables and by headers that the keyframe lacks.
 */
import type { Clock } from '../host/clock.ts';
import { createRawTaps, type RawTap } from './raw-taps.ts';
import { PACKET_BYTES, type Demuxer } from './transport-stream/demuxer.ts';
import { writePes } from './transport-stream/packet-writer.ts';
import { createRawCache } from './transport-stream/raw-cache.ts';
import { tickDistance } from './transport-stream/timeline.ts';
import type { Picture } from './transport-stream/video-reader.ts';

export interface RawFeed {
  /** Adds packets, which begin at this offset of the stream. */
  packets(packets: Buffer, offset: number): void;
  /** Starts a group at a keyframe. `dtsMs` is its program time. */
  startGroup(keyframe: Picture, offset: number, dtsMs: number): void;
  /** Drops the group: the next packets do not belong to it. */
  endGroup(): void;
  soundHeard(): void;
  /** Starts the taps that can start; call it after each picture and each audio frame. */
  startTaps(): void;
  /** Handles changed streams: every tap restarts at the next keyframe and receives all packets until then. */
  renewTaps(): void;
  /** Handles the tables of a new connection: every tap waits for its first keyframe. */
  restartTaps(): void;
  /** Starts a tap at the newest keyframe, or at the next one. Returns the function that removes it. */
  tap(tap: RawTap): () => void;
  isTapped(): boolean;
  /** Returns the tables, the newest keyframe and all later packets; null without a keyframe. */
  newestKeyframe(): Buffer | null;
  /** Handles the end of the connection. */
  restart(): void;
}

/** @param deps.namesSound whether the tables name sound */
export function createRawFeed(deps: {
  clock: Clock;
  demuxer: Pick<Demuxer, 'tables' | 'videoPid'>;
  namesSound: () => boolean;
}): RawFeed {
  const { demuxer } = deps;
  const cache = createRawCache();
  const taps = createRawTaps({ ...deps, raw: cache, newestKeyframe });

  function newestKeyframe(): Buffer | null {
    const group = cache.group();
    return group && Buffer.concat([demuxer.tables(), group.headers, ...group.chunks]);
  }

  return {
    packets(packets, offset) {
      cache.add(packets, offset);
      taps.packets(packets);
    },
    startGroup(keyframe, offset, dtsMs) {
      const ptsMs = dtsMs + tickDistance(keyframe.dts, keyframe.pts) / 90;
      cache.startGroup(offset, (first) => ({
        dtsMs: Math.round(dtsMs),
        ptsMs,
        headers: buildHeaderPackets(keyframe, demuxer.videoPid(), first[3]! & 15),
      }));
      taps.groupStarted();
    },
    endGroup: cache.endGroup,
    soundHeard: taps.soundHeard,
    startTaps: taps.start,
    renewTaps: taps.renew,
    restartTaps: taps.restart,
    tap: taps.add,
    isTapped: () => taps.count() > 0,
    newestKeyframe,
    restart() {
      cache.clear();
      taps.restart();
    },
  };
}

/** Builds packets with the headers a keyframe lacks, to precede its first packet. */
export function buildHeaderPackets(picture: Picture, pid: number, firstCounter: number): Buffer {
  if (picture.missingHeaders.length === 0) return Buffer.alloc(0);
  const pes = {
    pid,
    kind: 'video' as const,
    pts: picture.pts,
    dts: picture.dts === picture.pts ? null : picture.dts,
    payload: picture.missingHeaders,
    clock: null,
    randomAccess: true,
    isDiscontinuous: false,
  };
  const count = writePes(pes, () => 0).length / PACKET_BYTES;
  let counter = firstCounter - count;
  return writePes(pes, () => counter++ & 15);
}
