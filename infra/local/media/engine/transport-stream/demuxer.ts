/**
 * Cuts an MPEG transport stream (ISO/IEC 13818-1) into PES packets of one video and one audio stream: those of the first
 * program named by the PAT. It knows nothing of codecs.
 *
 * A video PES usually does not say how long it is, so its end shows only when the next one begins, one picture later.
 * Muxers put stuffing into the last packet of a PES and nowhere else; once a stream has kept to that for a while, stuffing
 * ends the packet at once, which saves the picture's duration in latency. One counter-example switches that off again.
 */
import { createSectionReader } from './section-reader.ts';

export const PACKET_BYTES = 188;

export interface StreamDescription {
  pid: number;
  /** ISO/IEC 13818-1 table 2-34: 0x1b H.264, 0x24 HEVC, 0x0f AAC in ADTS. */
  streamType: number;
}

export interface ProgramStreams {
  video: StreamDescription | null;
  audio: StreamDescription | null;
  /** Programs the PAT names; more than one is not copied. */
  programCount: number;
}

export interface PesPacket {
  kind: 'video' | 'audio';
  /** 33-bit, 90 kHz. Null when the packet carries no time. */
  pts: number | null;
  dts: number | null;
  data: Buffer;
  /** Offset of its first transport packet, counted over all bytes handed to `onPackets`. */
  offset: number;
  /** The muxer marked it as a place to start decoding. */
  randomAccess: boolean;
}

export interface DemuxerHandlers {
  /** Whole packets in stream order, before anything in them is reported. */
  onPackets(packets: Buffer, offset: number): void;
  onStreams(streams: ProgramStreams): void;
  onPes(packet: PesPacket): void;
}

export interface Demuxer {
  push(chunk: Buffer): void;
  /** Forgets everything but the totals: the next byte comes from a new connection. */
  reset(): void;
  /** Packets lost, repeated out of order or damaged since the start. */
  continuityErrors(): number;
  /** The newest PAT and PMT packets, to put in front of a stream joined in the middle. */
  tables(): Buffer;
}

const VIDEO_TYPES = new Set([0x01, 0x02, 0x10, 0x1b, 0x24, 0x33, 0xd1, 0xea]);
const AUDIO_TYPES = new Set([0x03, 0x04, 0x0f, 0x11, 0x81, 0x87, 0x8a]);
const TABLE_PAT = 0x00;
const TABLE_PMT = 0x02;
const TYPE_PRIVATE = 0x06;
/** AC-3, E-AC-3 and DTS (ETSI EN 300 468, annexes D and G). */
const AUDIO_DESCRIPTORS = new Set([0x6a, 0x7a, 0x7b]);
const REGISTRATION_DESCRIPTOR = 0x05;
/** Registered format identifiers; BSSD is SMPTE ST 302, uncompressed sound as SDI encoders send it. */
const AUDIO_FORMATS = new Set(['AC-3', 'EAC3', 'DTS1', 'DTS2', 'DTS3', 'Opus', 'BSSD']);
/** PES packets a stream must end with stuffing before stuffing is believed. */
const STUFFING_TRUST = 25;
/** More than this in one PES is not a picture but a lost end. */
const PES_BYTES_MAX = 8 * 1024 * 1024;

interface Assembly {
  kind: 'video' | 'audio';
  pid: number;
  chunks: Buffer[];
  bytes: number;
  /** Whole PES length in bytes, header included; 0 = not said. */
  expectedBytes: number;
  offset: number;
  randomAccess: boolean;
  open: boolean;
  counter: number;
  stuffed: boolean;
  stuffingTrust: number;
  flushedEarly: boolean;
}

export function createDemuxer(handlers: DemuxerHandlers): Demuxer {
  let remainder: Buffer = Buffer.alloc(0);
  let offset = 0;
  let errors = 0;
  let pmtPid = -1;
  let programCount = 0;
  let patPackets: Buffer | null = null;
  let pmtPackets: Buffer | null = null;
  let takePat = createSectionReader(TABLE_PAT);
  let takePmt = createSectionReader(TABLE_PMT);
  let streamsKey = '';
  let assemblies = new Map<number, Assembly>();

  function push(chunk: Buffer): void {
    let data = remainder.length > 0 ? Buffer.concat([remainder, chunk]) : chunk;
    while (data.length >= PACKET_BYTES) {
      const start = findSync(data);
      if (start > 0) {
        errors += 1;
        data = data.subarray(start);
        if (data.length < PACKET_BYTES) break;
      }
      let end = 0;
      while (end + PACKET_BYTES <= data.length && data[end] === 0x47) end += PACKET_BYTES;
      if (end === 0) break;
      const packets = data.subarray(0, end);
      handlers.onPackets(packets, offset);
      for (let at = 0; at < end; at += PACKET_BYTES) readPacket(packets.subarray(at, at + PACKET_BYTES), offset + at);
      offset += end;
      data = data.subarray(end);
    }
    remainder = Buffer.from(data);
  }

  function readPacket(packet: Buffer, at: number): void {
    const pid = packet.readUInt16BE(1) & 0x1fff;
    if (pid === 0x1fff) return;
    const damaged = (packet[1]! & 0x80) !== 0;
    const starts = (packet[1]! & 0x40) !== 0;
    const control = (packet[3]! >> 4) & 3;
    let payloadAt = 4;
    let randomAccess = false;
    let discontinuity = false;
    let stuffed = false;
    if (control & 2) {
      const length = packet[4]!;
      payloadAt = 5 + length;
      const flags = length > 0 ? packet[5]! : 0;
      discontinuity = (flags & 0x80) !== 0;
      randomAccess = (flags & 0x40) !== 0;
      const used = length === 0 ? 0 : 1 + (flags & 0x10 ? 6 : 0) + (flags & 0x08 ? 6 : 0) + (flags & 0x04 ? 1 : 0);
      stuffed = (flags & 0x03) === 0 && (length === 0 || length > used);
    }
    if (damaged) {
      errors += 1;
      return;
    }
    if ((control & 1) === 0 || payloadAt >= PACKET_BYTES) return;
    const payload = packet.subarray(payloadAt);
    if (pid === 0) readPat(packet, payload, starts);
    else if (pid === pmtPid) readPmt(packet, payload, starts);
    else {
      const assembly = assemblies.get(pid);
      if (assembly) readPesPart(assembly, packet, payload, { starts, randomAccess, discontinuity, stuffed, at });
    }
  }

  function readPesPart(
    assembly: Assembly,
    packet: Buffer,
    payload: Buffer,
    part: { starts: boolean; randomAccess: boolean; discontinuity: boolean; stuffed: boolean; at: number },
  ): void {
    const counter = packet[3]! & 15;
    if (assembly.counter >= 0 && !part.discontinuity) {
      if (counter === assembly.counter) return;
      if (counter !== ((assembly.counter + 1) & 15)) {
        errors += 1;
        // A picture with a hole in it would be drawn as garbage everywhere: better none.
        assembly.open = false;
        assembly.flushedEarly = false;
      }
    }
    assembly.counter = counter;
    if (part.starts) {
      assembly.stuffingTrust = assembly.open && assembly.stuffed ? assembly.stuffingTrust + 1 : assembly.stuffingTrust;
      flush(assembly);
      Object.assign(assembly, {
        chunks: [],
        bytes: 0,
        open: true,
        offset: part.at,
        randomAccess: part.randomAccess,
        stuffed: false,
        flushedEarly: false,
      });
      const length = payload.length >= 6 ? payload.readUInt16BE(4) : 0;
      assembly.expectedBytes = length === 0 ? 0 : length + 6;
    } else {
      if (assembly.flushedEarly || (assembly.open && assembly.stuffed && assembly.expectedBytes === 0)) {
        assembly.stuffingTrust = Number.NEGATIVE_INFINITY;
        assembly.flushedEarly = false;
      }
      if (!assembly.open) return;
    }
    assembly.chunks.push(payload);
    assembly.bytes += payload.length;
    assembly.stuffed = part.stuffed;
    if (assembly.bytes > PES_BYTES_MAX) assembly.open = false;
    else if (assembly.expectedBytes > 0 && assembly.bytes >= assembly.expectedBytes) flush(assembly);
    else if (assembly.expectedBytes === 0 && part.stuffed && assembly.stuffingTrust >= STUFFING_TRUST) {
      flush(assembly);
      assembly.flushedEarly = true;
    }
  }

  function flush(assembly: Assembly): void {
    if (!assembly.open) return;
    assembly.open = false;
    const packet = Buffer.concat(assembly.chunks);
    assembly.chunks = [];
    if (packet.length < 9 || packet.readUIntBE(0, 3) !== 1) return;
    const flags = packet[7]! >> 6;
    const pts = flags & 2 && packet.length >= 14 ? readTime(packet, 9) : null;
    const dts = flags === 3 && packet.length >= 19 ? readTime(packet, 14) : pts;
    const end = assembly.expectedBytes > 0 ? Math.min(packet.length, assembly.expectedBytes) : packet.length;
    const data = packet.subarray(9 + packet[8]!, end);
    if (data.length > 0)
      handlers.onPes({
        kind: assembly.kind,
        pts,
        dts,
        data,
        offset: assembly.offset,
        randomAccess: assembly.randomAccess,
      });
  }

  function readPat(packet: Buffer, payload: Buffer, starts: boolean): void {
    const taken = takePat(packet, payload, starts);
    if (!taken) return;
    const section = taken.data;
    const pids: number[] = [];
    for (let at = 8; at + 4 <= section.length - 4; at += 4) {
      if (section.readUInt16BE(at) !== 0) pids.push(section.readUInt16BE(at + 2) & 0x1fff);
    }
    if (pids.length === 0) return;
    patPackets = taken.packets;
    programCount = pids.length;
    if (pids[0] !== pmtPid) {
      pmtPid = pids[0]!;
      pmtPackets = null;
      takePmt = createSectionReader(TABLE_PMT);
    }
  }

  function readPmt(packet: Buffer, payload: Buffer, starts: boolean): void {
    const taken = takePmt(packet, payload, starts);
    if (!taken) return;
    const section = taken.data;
    pmtPackets = taken.packets;
    let video: StreamDescription | null = null;
    let audio: StreamDescription | null = null;
    let at = 12 + (section.readUInt16BE(10) & 0x0fff);
    while (at + 5 <= section.length - 4) {
      const description = { streamType: section[at]!, pid: section.readUInt16BE(at + 1) & 0x1fff };
      const descriptorsLength = section.readUInt16BE(at + 3) & 0x0fff;
      if (VIDEO_TYPES.has(description.streamType)) video ??= description;
      else if (
        AUDIO_TYPES.has(description.streamType) ||
        isPrivateAudio(description, section.subarray(at + 5, at + 5 + descriptorsLength))
      )
        audio ??= description;
      at += 5 + descriptorsLength;
    }
    const key = JSON.stringify([video, audio, programCount]);
    if (key === streamsKey) return;
    streamsKey = key;
    assemblies = new Map();
    if (video) assemblies.set(video.pid, newAssembly('video', video.pid));
    if (audio) assemblies.set(audio.pid, newAssembly('audio', audio.pid));
    handlers.onStreams({ video, audio, programCount });
  }

  return {
    push,
    reset() {
      remainder = Buffer.alloc(0);
      pmtPid = -1;
      patPackets = null;
      pmtPackets = null;
      takePat = createSectionReader(TABLE_PAT);
      takePmt = createSectionReader(TABLE_PMT);
      streamsKey = '';
      assemblies = new Map();
    },
    continuityErrors: () => errors,
    tables: () => Buffer.concat([patPackets, pmtPackets].filter((packets) => packets !== null)),
  };
}

function newAssembly(kind: 'video' | 'audio', pid: number): Assembly {
  const nothing = { chunks: [], bytes: 0, expectedBytes: 0, offset: 0, randomAccess: false, open: false, counter: -1 };
  return { kind, pid, ...nothing, stuffed: false, stuffingTrust: 0, flushedEarly: false };
}

/** Position of a byte 0x47 that is followed by another one packet later, or of the last candidate. */
function findSync(data: Buffer): number {
  for (let at = 0; at < data.length; at += 1) {
    if (data[at] === 0x47 && (at + PACKET_BYTES >= data.length || data[at + PACKET_BYTES] === 0x47)) return at;
  }
  return data.length;
}

/** PES private data (type 6) is audio when one of its descriptors, in whatever order, says so. */
function isPrivateAudio(description: StreamDescription, descriptors: Buffer): boolean {
  if (description.streamType !== TYPE_PRIVATE) return false;
  for (let at = 0; at + 2 <= descriptors.length; at += 2 + descriptors[at + 1]!) {
    const tag = descriptors[at]!;
    if (AUDIO_DESCRIPTORS.has(tag)) return true;
    const format = descriptors.toString('latin1', at + 2, at + 6);
    if (tag === REGISTRATION_DESCRIPTOR && AUDIO_FORMATS.has(format)) return true;
  }
  return false;
}

function readTime(packet: Buffer, at: number): number {
  const high = (packet[at]! >> 1) & 7;
  const middle = packet.readUInt16BE(at + 1) >> 1;
  const low = packet.readUInt16BE(at + 3) >> 1;
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}
