/**
 * Reduces a transport stream to what the analysis needs: tables, sound, and at most one keyframe a second. It hands them
 * on twice a second, because each write to a process costs more than the bytes in it.
 */
import type { Clock } from '../../host/clock.ts';
import { isPicturePacket, PACKET_BYTES } from '../transport-stream/demuxer.ts';
import type { Group } from '../transport-stream/raw-cache.ts';
import { TYPE_H264 } from '../transport-stream/video-reader.ts';

const BATCH_MS = 500;
/** A source may have a keyframe in every picture; the tolerance keeps one a second at one a second. */
const KEYFRAME_EVERY_MS = 900;
const TYPE_HEVC = 0x24;
/** Access unit delimiters (ITU-T H.264 7.3.2.4, H.265 7.3.2.5), which end the picture before them. */
const DELIMITERS: Record<number, Buffer> = {
  [TYPE_H264]: Buffer.from([0, 0, 0, 1, 0x09, 0xf0]),
  [TYPE_HEVC]: Buffer.from([0, 0, 0, 1, 0x46, 0x01, 0x50]),
};
/** ffmpeg reads this much before it looks at the first packet. */
const START_PADDING = Buffer.alloc(44 * PACKET_BYTES, 0xff);
for (let at = 0; at < START_PADDING.length; at += PACKET_BYTES) START_PADDING.writeUInt32BE(0x471fff10, at);
/** Start of a PES packet of pictures, without times and of any length. */
const PES_HEADER = Buffer.from([0, 0, 1, 0xe0, 0, 0, 0x80, 0, 0]);

export interface AnalysisFeed {
  /** Takes packets of tables, pictures and sound. Those of pictures are left out. */
  packets(packets: Buffer): void;
  keyframe(group: Group): void;
}

/**
 * @param deps.videoType stream type of the pictures
 * @param deps.write receives whole packets
 */
export function createAnalysisFeed(deps: {
  clock: Clock;
  videoType: number;
  write: (packets: Buffer) => void;
}): AnalysisFeed {
  const { clock } = deps;
  let batch: Buffer[] = [START_PADDING];
  let batchSinceMs = clock.now();
  let keyframeAtMs = -Infinity;
  let counter = 0;

  function handOn(): void {
    batchSinceMs = clock.now();
    deps.write(Buffer.concat(batch));
    batch = [];
  }

  /** Numbers the packets of pictures again, because those between two keyframes are missing. */
  function renumbered(packets: Buffer[]): Buffer {
    const copy = Buffer.concat(packets);
    for (let at = 0; at < copy.length; at += PACKET_BYTES) {
      copy[at + 3] = (copy[at + 3]! & 0xf0) | counter;
      counter = (counter + 1) & 15;
    }
    return copy;
  }

  return {
    packets(packets) {
      const kept = packetsOf(packets).filter((packet) => !isPicturePacket(packet));
      batch.push(...kept);
      if (batch.length > 0 && clock.now() - batchSinceMs >= BATCH_MS) handOn();
    },
    keyframe(group) {
      if (clock.now() - keyframeAtMs < KEYFRAME_EVERY_MS) return;
      keyframeAtMs = clock.now();
      const keyframe = firstPes(group);
      if (keyframe.length === 0) return;
      // A decoder would wait for the next keyframe to see that this one is complete. The first delimiter ends the
      // picture, the second ends the PES packet with the first. Pictures of other codecs are decoded one keyframe later.
      const delimiter = DELIMITERS[deps.videoType];
      const ends = delimiter ? [buildDelimiter(keyframe[0]!, delimiter), buildDelimiter(keyframe[0]!, delimiter)] : [];
      batch.push(renumbered([...packetsOf(group.headers), ...keyframe, ...ends]));
      handOn();
    },
  };
}

/** Returns the packets of the keyframe's PES packet, which begins the group. */
function firstPes(group: Group): Buffer[] {
  const packets: Buffer[] = [];
  for (const chunk of group.chunks) {
    for (const packet of packetsOf(chunk)) {
      if (!isPicturePacket(packet)) continue;
      const startsPes = (packet[1]! & 0x40) !== 0;
      if (startsPes && packets.length > 0) return packets;
      packets.push(packet);
    }
  }
  return packets;
}

function packetsOf(data: Buffer): Buffer[] {
  const count = Math.floor(data.length / PACKET_BYTES);
  return Array.from({ length: count }, (_, index) => data.subarray(index * PACKET_BYTES, (index + 1) * PACKET_BYTES));
}

/** Builds a packet with a PES packet that holds only a delimiter. @param like a packet of the same PID */
function buildDelimiter(like: Buffer, delimiter: Buffer): Buffer {
  const payload = Buffer.concat([PES_HEADER, delimiter]);
  const packet = Buffer.alloc(PACKET_BYTES, 0xff);
  like.copy(packet, 0, 0, 3);
  packet[1] = (packet[1]! & 0x1f) | 0x40;
  packet[3] = 0x30;
  packet[4] = PACKET_BYTES - 5 - payload.length;
  packet[5] = 0;
  payload.copy(packet, PACKET_BYTES - payload.length);
  return packet;
}
