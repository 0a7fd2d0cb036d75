/**
 * Writes frames as an MPEG transport stream (ISO/IEC 13818-1): one program, H.264 on pid 256 with the clock, AAC on
 * 257.
 */
import type { Frame, ProgramFormat } from '../program.ts';
import { buildAdtsHeader } from '../transport-stream/aac.ts';
import { writePes } from '../transport-stream/packet-writer.ts';
import { writeTables } from '../transport-stream/table-writer.ts';
import { NAL_ACCESS_UNIT_DELIMITER, NAL_SPS, readAvcConfiguration } from '../transport-stream/h264.ts';

const PMT_PID = 0x1000;
const VIDEO_PID = 0x100;
const AUDIO_PID = 0x101;
const STREAM_TYPE_H264 = 0x1b;
const STREAM_TYPE_AAC = 0x0f;
/** Presentation lags the program clock by this, so that no picture reaches the decoder late. */
const CLOCK_LEAD_MS = 400;
const START_CODE = Buffer.from([0, 0, 0, 1]);
const DELIMITER = Buffer.from([0, 0, 0, 1, 9, 0xf0]);

export interface TsMuxer {
  /** Returns the PAT and PMT that start a segment. */
  tables(format: ProgramFormat): Buffer;
  /** Returns all packets of one frame. */
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
    tables(format) {
      const streams = [
        ...(format.video ? [{ streamType: STREAM_TYPE_H264, pid: VIDEO_PID }] : []),
        ...(format.audio ? [{ streamType: STREAM_TYPE_AAC, pid: AUDIO_PID }] : []),
      ];
      return writeTables({ pmtPid: PMT_PID, clockPid: format.video ? VIDEO_PID : AUDIO_PID, streams }, nextCounter);
    },
    packetize(frame, format) {
      const isVideo = frame.kind === 'video';
      const pid = isVideo ? VIDEO_PID : AUDIO_PID;
      const dtsMs = frame.dtsMs + CLOCK_LEAD_MS;
      // A recording continues with the segments of another muxer after a restart.
      const isDiscontinuous = !counters.has(pid);
      return writePes(
        {
          pid,
          kind: frame.kind,
          pts: toTicks(dtsMs + frame.compositionOffsetMs),
          dts: isVideo ? toTicks(dtsMs) : null,
          payload: isVideo ? toAnnexB(frame, format) : toAdts(frame, format),
          clock: isVideo || !format.video ? toTicks(frame.dtsMs) : null,
          randomAccess: frame.keyframe,
          isDiscontinuous,
        },
        () => nextCounter(pid),
      );
    },
  };
}

function toTicks(ms: number): number {
  return Math.round(ms * 90) % 2 ** 33;
}

/** Converts to start codes, puts a delimiter in front, and adds parameter sets to every keyframe that lacks them. */
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
