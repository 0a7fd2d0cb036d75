/**
 * Follows the stream of a listener that does not feed the flow, so that the flow can change to it at once: it keeps the
 * tables and everything since the newest keyframe, unread and as the encoder sent it.
 */
import type { ColourNumbers } from '../../../functions/domain/picture-colour.ts';
import type { Clock } from '../host/clock.ts';
import { createElementaryReaders } from './elementary-readers.ts';
import type { NewestTimes } from './newest-times.ts';
import { buildHeaderPackets } from './raw-feed.ts';
import { createDemuxer, type Demuxer } from './transport-stream/demuxer.ts';
import type { Picture } from './transport-stream/video-reader.ts';

/** A group of pictures larger than this is not kept. */
const GROUP_BYTES_MAX = 16 * 1024 * 1024;

/** From where a flow can continue with this stream. */
export interface StandbyGroup {
  /** Tables, keyframe and all later packets. */
  bytes: Buffer;
  /** Decode time of the keyframe; of the newest sound in a stream without pictures. */
  keyframeTicks: number;
  /** Presentation time of the keyframe, or the same. */
  keyframeShownTicks: number;
  newest: NewestTimes;
}

export interface SourceStandby {
  push(chunk: Buffer): void;
  /** Handles the end of the connection. */
  restart(): void;
  /** Returns whether there is a group. */
  isReady(): boolean;
  /** Returns null before the first keyframe. */
  group(): StandbyGroup | null;
  /** Returns the tables, the newest keyframe and all later packets; null without a keyframe. */
  newestKeyframe(): Buffer | null;
  /** Returns the colours of the newest keyframe; undefined while they are unknown. */
  colour(): ColourNumbers | undefined;
}

/** Creates the follower of a stream that has not begun. */
export function createSourceStandby(clock: Clock): SourceStandby {
  const readers = createElementaryReaders({ clock, onPicture: takePicture });
  const kept = createKeptBytes();
  let videoPid = 0;
  /** By PID, from the packet that a table begins in. */
  let tables = new Map<number, Buffer[]>();
  let keyframe: { ticks: number; shownTicks: number; headers: Buffer } | null = null;
  let demuxer = openDemuxer();

  function openDemuxer(): Demuxer {
    return createDemuxer({
      onPackets() {},
      onTables(packet, pid) {
        const starts = (packet[1]! & 0x40) !== 0;
        tables.set(pid, [...(starts ? [] : (tables.get(pid) ?? [])), Buffer.from(packet)]);
      },
      onStreams({ video, audio }, change) {
        if (change.video) {
          readers.begin('video', video);
          videoPid = video?.pid ?? 0;
          keyframe = null;
        }
        if (change.audio) readers.begin('audio', audio);
      },
      onPes: readers.read,
    });
  }

  function takePicture(picture: Picture): void {
    if (!picture.keyframe || picture.offset === null) return;
    const first = kept.dropBefore(picture.offset);
    keyframe = first && {
      ...{ ticks: picture.dts, shownTicks: picture.pts },
      headers: buildHeaderPackets(picture, videoPid, first[3]! & 15),
    };
  }

  /** A stream without pictures can begin anywhere. */
  function isReady(): boolean {
    return readers.newest() !== null && (!readers.hasPictures() || keyframe !== null);
  }

  function fromTables(...packets: Buffer[]): Buffer {
    return Buffer.concat([...[...tables.values()].flat(), ...packets]);
  }

  function newestKeyframe(): Buffer | null {
    return keyframe && fromTables(keyframe.headers, ...kept.chunks());
  }

  return {
    push(chunk) {
      if (!kept.add(chunk)) keyframe = null;
      demuxer.push(chunk);
    },
    restart() {
      demuxer = openDemuxer();
      kept.restart();
      readers.restart();
      tables = new Map();
      keyframe = null;
    },
    isReady,
    group() {
      const times = readers.newest();
      if (!times || !isReady()) return null;
      const bytes = newestKeyframe() ?? fromTables();
      const { ticks, shownTicks } = keyframe ?? { ticks: times.decodeTicks, shownTicks: times.decodeTicks };
      return { bytes, keyframeTicks: ticks, keyframeShownTicks: shownTicks, newest: times };
    },
    newestKeyframe,
    colour: () => readers.header()?.coding,
  };
}

/** The bytes of a stream since a place in it. */
function createKeptBytes() {
  let chunks: { offset: number; data: Buffer }[] = [];
  let bytes = 0;
  let pushed = 0;

  return {
    /** Returns false when it had to drop everything. */
    add(data: Buffer): boolean {
      chunks.push({ offset: pushed, data });
      pushed += data.length;
      bytes += data.length;
      if (bytes <= GROUP_BYTES_MAX) return true;
      chunks = [];
      bytes = 0;
      return false;
    },
    /** Returns the first bytes from this place on; null when they were dropped. */
    dropBefore(offset: number): Buffer | null {
      chunks = chunks.filter((chunk) => chunk.offset + chunk.data.length > offset);
      const [first] = chunks;
      if (!first || first.offset > offset) return null;
      const data = first.data.subarray(offset - first.offset);
      chunks[0] = { offset, data };
      bytes = chunks.reduce((sum, chunk) => sum + chunk.data.length, 0);
      return data;
    },
    chunks: () => chunks.map(({ data }) => data),
    restart() {
      chunks = [];
      bytes = 0;
      pushed = 0;
    },
  };
}
