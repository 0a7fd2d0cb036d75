/**
 * Writes frames as an MPEG transport stream (ISO/IEC 13818-1): one program, H.264 on pid 256 with the clock, AAC on 257.
 */
import type { Frame, ProgramFormat } from '../program.ts';
import { buildAdtsHeader } from '../transport-stream/aac.ts';
import { NAL_ACCESS_UNIT_DELIMITER, NAL_SPS, readAvcConfiguration } from '../transport-stream/h264.ts';

const PACKET_BYTES = 188;
const PMT_PID = 0x1000;
const VIDEO_PID = 0x100;
const AUDIO_PID = 0x101;
const STREAM_TYPE_H264 = 0x1b;
const STREAM_TYPE_AAC = 0x0f;
/** Presentation lags the clock by this, so that no picture is late at the decoder. */
const CLOCK_LEAD_MS = 400;
const START_CODE = Buffer.from([0, 0, 0, 1]);
const DELIMITER = Buffer.from([0, 0, 0, 1, 9, 0xf0]);

export interface TsMuxer {
  /** PAT and PMT, to begin a segment with. */
  tables(format: ProgramFormat): Buffer;
  /** All packets of one frame. */
  packetize(frame: Frame, format: ProgramFormat): Buffer;
}

export function createTsMuxer(): TsMuxer {
  const counters = new Map<number, number>();
  const nextCounter = (pid: number) => {
    const counter = counters.get(pid) ?? 0;
    counters.set(pid, (counter + 1) & 15);
    return counter;
  };

  return {
    tables: (format) =>
      Buffer.concat([
        buildSectionPacket(0, nextCounter(0), buildPat()),
        buildSectionPacket(PMT_PID, nextCounter(PMT_PID), buildPmt(format)),
      ]),
    packetize(frame, format) {
      const isVideo = frame.kind === 'video';
      const payload = isVideo ? toAnnexB(frame, format) : toAdts(frame, format);
      const pes = Buffer.concat([buildPesHeader(frame, payload.length), payload]);
      const pid = isVideo ? VIDEO_PID : AUDIO_PID;
      const clockMs = isVideo || !format.video ? frame.dtsMs : null;
      return splitPackets(pes, { pid, clockMs, randomAccess: frame.keyframe, nextCounter: () => nextCounter(pid) });
    },
  };
}

function splitPackets(
  pes: Buffer,
  options: { pid: number; clockMs: number | null; randomAccess: boolean; nextCounter(): number },
): Buffer {
  const firstAdaptation = options.clockMs !== null ? 8 : options.randomAccess ? 2 : 0;
  const count = Math.ceil((pes.length + firstAdaptation) / (PACKET_BYTES - 4));
  const out = Buffer.alloc(count * PACKET_BYTES, 0xff);
  let read = 0;
  for (let index = 0; index < count; index += 1) {
    const at = index * PACKET_BYTES;
    const minimum = index === 0 ? firstAdaptation : 0;
    const size = Math.min(PACKET_BYTES - 4 - minimum, pes.length - read);
    const adaptation = PACKET_BYTES - 4 - size;
    out[at] = 0x47;
    out.writeUInt16BE(options.pid | (index === 0 ? 0x4000 : 0), at + 1);
    out[at + 3] = (adaptation > 0 ? 0x30 : 0x10) | options.nextCounter();
    if (adaptation > 0) {
      out[at + 4] = adaptation - 1;
      if (adaptation > 1) out[at + 5] = 0;
      if (index === 0 && firstAdaptation > 0) {
        out[at + 5] = (options.randomAccess ? 0x40 : 0) | (options.clockMs !== null ? 0x10 : 0);
        if (options.clockMs !== null) writeClock(out, at + 6, options.clockMs);
      }
    }
    read += pes.copy(out, at + PACKET_BYTES - size, read, read + size);
  }
  return out;
}

function writeClock(out: Buffer, at: number, clockMs: number): void {
  const base = toTicks(clockMs);
  out.writeUInt32BE(Math.floor(base / 2), at);
  out[at + 4] = ((base % 2) << 7) | 0x7e;
  out[at + 5] = 0;
}

function toTicks(ms: number): number {
  return Math.round(ms * 90) % 2 ** 33;
}

function buildPesHeader(frame: Frame, payloadBytes: number): Buffer {
  const isVideo = frame.kind === 'video';
  const header = Buffer.alloc(isVideo ? 19 : 14);
  header.writeUInt32BE(isVideo ? 0x1e0 : 0x1c0, 0);
  const length = payloadBytes + header.length - 6;
  header.writeUInt16BE(isVideo || length > 0xffff ? 0 : length, 4);
  header[6] = 0x84;
  header[7] = isVideo ? 0xc0 : 0x80;
  header[8] = header.length - 9;
  const dtsMs = frame.dtsMs + CLOCK_LEAD_MS;
  writeTime(header, 9, isVideo ? 3 : 2, toTicks(dtsMs + frame.compositionOffsetMs));
  if (isVideo) writeTime(header, 14, 1, toTicks(dtsMs));
  return header;
}

function writeTime(out: Buffer, at: number, marker: number, ticks: number): void {
  out[at] = (marker << 4) | (Math.floor(ticks / 2 ** 30) << 1) | 1;
  out.writeUInt16BE(((Math.floor(ticks / 2 ** 15) & 0x7fff) << 1) | 1, at + 1);
  out.writeUInt16BE(((ticks & 0x7fff) << 1) | 1, at + 3);
}

/** Start codes instead of lengths, a delimiter in front, parameter sets before every keyframe that lacks them. */
function toAnnexB(frame: Frame, format: ProgramFormat): Buffer {
  const parts: Buffer[] = [];
  let hasDelimiter = false;
  let hasParameters = false;
  for (let at = 5; at + 4 <= frame.flvBody.length;) {
    const length = frame.flvBody.readUInt32BE(at);
    const unit = frame.flvBody.subarray(at + 4, at + 4 + length);
    const type = (unit[0] ?? 0) & 0x1f;
    hasDelimiter ||= type === NAL_ACCESS_UNIT_DELIMITER;
    hasParameters ||= type === NAL_SPS;
    parts.push(START_CODE, unit);
    at += 4 + length;
  }
  if (frame.keyframe && !hasParameters && format.video) {
    const { sps, pps } = readAvcConfiguration(format.video.avcConfiguration);
    const parameters = [...sps, ...pps].flatMap((unit) => [START_CODE, unit]);
    parts.splice(hasDelimiter ? 2 : 0, 0, ...parameters);
  }
  if (!hasDelimiter) parts.unshift(DELIMITER);
  return Buffer.concat(parts);
}

function toAdts(frame: Frame, format: ProgramFormat): Buffer {
  const data = frame.flvBody.subarray(2);
  return format.audio ? Buffer.concat([buildAdtsHeader(format.audio.specificConfig, data.length), data]) : data;
}

function buildPat(): Buffer {
  return withCrc(Buffer.from([0x00, 0xb0, 13, 0, 1, 0xc1, 0, 0, 0, 1, 0xe0 | (PMT_PID >> 8), PMT_PID & 0xff]));
}

function buildPmt(format: ProgramFormat): Buffer {
  const streams: number[] = [];
  if (format.video) streams.push(STREAM_TYPE_H264, 0xe0 | (VIDEO_PID >> 8), VIDEO_PID & 0xff, 0xf0, 0);
  if (format.audio) streams.push(STREAM_TYPE_AAC, 0xe0 | (AUDIO_PID >> 8), AUDIO_PID & 0xff, 0xf0, 0);
  const clockPid = format.video ? VIDEO_PID : AUDIO_PID;
  const head = [0x02, 0xb0, 13 + streams.length, 0, 1, 0xc1, 0, 0, 0xe0 | (clockPid >> 8), clockPid & 0xff, 0xf0, 0];
  return withCrc(Buffer.from([...head, ...streams]));
}

function buildSectionPacket(pid: number, counter: number, section: Buffer): Buffer {
  const packet = Buffer.alloc(PACKET_BYTES, 0xff);
  packet[0] = 0x47;
  packet.writeUInt16BE(0x4000 | pid, 1);
  packet[3] = 0x10 | counter;
  packet[4] = 0;
  section.copy(packet, 5);
  return packet;
}

/** Appends the MPEG-2 CRC-32 (ISO/IEC 13818-1 annex A). */
function withCrc(section: Buffer): Buffer {
  let crc = 0xffffffff;
  for (const byte of section) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  const end = Buffer.alloc(4);
  end.writeUInt32BE(crc >>> 0);
  return Buffer.concat([section, end]);
}
