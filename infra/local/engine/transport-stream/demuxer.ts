/**
 * Cuts an MPEG transport stream (ISO/IEC 13818-1) into PES packets of one video and one audio stream, those of the
 * program that `program-tables.ts` chooses. It is independent of codecs.
 *
 * Its output is a new stream: only the packets of these two streams, on PIDs that remain when the source moves a stream
 * to another PID, and with its own tables. A reader of that output need not understand tables of several programs
 * and sees no unrelated change.
 */
import type { SoundSelection } from '../contract.ts';
import { NULL_PID, PACKET_BYTES, readPacket } from './packet.ts';
import { createPacketCutter } from './packet-cutter.ts';
import { createPacketRun } from './packet-run.ts';
import { createPesAssembler, type AssembledPes, type PesAssembler } from './pes-assembler.ts';
import {
  createProgramTables,
  TYPE_PRIVATE,
  type ElementaryStream,
  type SelectedProgram,
  type StreamDescription,
} from './program-tables.ts';
import { NO_CLOCK_PID, writeTables } from './table-writer.ts';
import { createTrackList, type AudioTrack } from './track-list.ts';

export { PACKET_BYTES } from './packet.ts';
export type { StreamDescription } from './program-tables.ts';

export type StreamKind = 'video' | 'audio';

export interface ProgramStreams {
  video: StreamDescription | null;
  audio: StreamDescription | null;
}

export interface PesPacket extends AssembledPes {
  kind: StreamKind;
}

/** The change a table announces. */
export interface StreamChange {
  /** The stream was replaced, possibly by one with the same codec on another PID. */
  video: boolean;
  audio: boolean;
  /** The sound changed its codec, started or ended: a decoder has to restart to follow. */
  audioCodec: boolean;
}

export interface DemuxerOptions {
  /** Receives packets of the two streams in order, before their content is reported. Offsets count all pushed bytes. */
  onPackets(packets: Buffer, offset: number): void;
  onStreams(streams: ProgramStreams, change: StreamChange): void;
  onPes(packet: PesPacket): void;
  /** Receives each packet with tables, as the source sent it. */
  onTables?(packet: Buffer, pid: number): void;
  /** The audio stream to choose; absent: the first. */
  sound?: SoundSelection | undefined;
}

export interface Demuxer {
  push(chunk: Buffer): void;
  /** Forgets everything but the totals: the next byte comes from a new connection. */
  reset(): void;
  /**
   * The next bytes are from another encoder of the same programme, beginning with its tables. Pictures and sound with
   * the same codec continue on their PIDs; what was unfinished is dropped.
   */
  splice(): void;
  /** Packets lost, repeated out of order or damaged since the start. */
  continuityErrors(): number;
  /** Returns the PAT and PMT of the output, for a reader that joins in the middle. Empty without a program. */
  tables(): Buffer;
  /** Returns the PID of the pictures in the output. */
  videoPid(): number;
  /** Returns all audio streams of the program, in the order of its table. */
  tracks(): AudioTrack[];
}

interface SelectedStream {
  kind: StreamKind;
  source: ElementaryStream;
  /** Its PID in the output. */
  pid: number;
  assembler: PesAssembler;
}

type Selection = Record<StreamKind, SelectedStream | null>;

const ALL_CHANGED: StreamChange = { video: true, audio: true, audioCodec: true };
const PMT_PID = 0x1000;
/** In the output, pictures have even PIDs and sound has odd ones; each new stream gets the next. */
const FIRST_PID = { video: 0x100, audio: 0x101 };
const PIDS_IN_TURN = 256;

/** Returns whether a packet of the output belongs to the pictures. */
export function isPicturePacket(packet: Buffer): boolean {
  const index = (packet.readUInt16BE(1) & 0x1fff) - FIRST_PID.video;
  return index >= 0 && index < 2 * PIDS_IN_TURN && index % 2 === 0;
}

/** Creates a demuxer that waits for the tables of its first program. */
export function createDemuxer(handlers: DemuxerOptions): Demuxer {
  let errors = 0;
  let tables = createProgramTables(takeProgram, handlers.sound);
  let tracks = createTrackList();
  let hasProgram = false;
  /** Whether the tables of a spliced stream are still awaited. */
  let isSpliced = false;
  let clockPid = NULL_PID;
  const turns = { video: 0, audio: 0 };
  let selected: Selection = { video: null, audio: null };
  const output = createPacketRun(handlers.onPackets);
  const cutter = createPacketCutter({ onPacket: take, onEnd: output.flush, onLoss: countError });

  function countError(): void {
    errors += 1;
  }

  function take(data: Buffer, at: number, offset: number): void {
    const packet = data.subarray(at, at + PACKET_BYTES);
    const header = readPacket(packet);
    if (header.pid === NULL_PID) return;
    if (header.isDamaged) {
      errors += 1;
      return;
    }
    if (tables.carries(header.pid)) {
      handlers.onTables?.(packet, header.pid);
      if (header.payload.length > 0) tables.push(header.pid, packet, header.payload, header.starts);
      return;
    }
    tracks.push(header, offset);
    const stream = streamOf(selected, header.pid);
    if (!stream) return;
    packet.writeUInt16BE((packet.readUInt16BE(1) & 0xe000) | stream.pid, 1);
    output.add(data, at, offset);
    stream.assembler.push(header, offset);
  }

  function takeProgram(program: SelectedProgram): void {
    const isFirst = !hasProgram;
    hasProgram = true;
    ({ clockPid } = program);
    tracks.name(program.audios);
    // Streams with the same codec continue, whatever PIDs they have in the source.
    const keep = (kind: StreamKind) =>
      hasSameCodec(selected, program, kind) ? open(kind, program[kind]) : selected[kind];
    if (isSpliced) selected = mapKinds(keep);
    isSpliced = false;
    const change = isFirst ? ALL_CHANGED : changeOf(selected, program);
    if (!change.video && !change.audio) return;
    output.flush();
    if (change.video) turns.video += 1;
    if (change.audioCodec) turns.audio += 1;
    selected = {
      video: change.video ? open('video', program.video) : selected.video,
      audio: change.audio ? open('audio', program.audio) : selected.audio,
    };
    handlers.onStreams({ video: describe(selected.video), audio: describe(selected.audio) }, change);
  }

  function open(kind: StreamKind, source: ElementaryStream | null): SelectedStream | null {
    if (!source) return null;
    return openStream(kind, source, FIRST_PID[kind] + 2 * (turns[kind] % PIDS_IN_TURN), {
      onPes(pes) {
        output.flush();
        handlers.onPes({ ...pes, kind });
      },
      onGap: countError,
    });
  }

  return {
    push: cutter.push,
    reset() {
      cutter.reset();
      tables = createProgramTables(takeProgram, handlers.sound);
      tracks = createTrackList();
      hasProgram = false;
      selected = { video: null, audio: null };
      isSpliced = false;
      output.clear();
    },
    splice() {
      output.flush();
      cutter.reset();
      tables = createProgramTables(takeProgram, handlers.sound);
      tracks = createTrackList();
      isSpliced = hasProgram;
      // Half a picture of the earlier stream would be completed by one of the new stream.
      selected = mapKinds((kind) => open(kind, selected[kind]?.source ?? null));
    },
    continuityErrors: () => errors,
    tables: () => (hasProgram ? writeTablesOf(selected, clockPid) : Buffer.alloc(0)),
    videoPid: () => selected.video?.pid ?? FIRST_PID.video,
    tracks: () => tracks.list(),
  };
}

function mapKinds(open: (kind: StreamKind) => SelectedStream | null): Selection {
  return { video: open('video'), audio: open('audio') };
}

function hasSameCodec(selected: Selection, program: SelectedProgram, kind: StreamKind): boolean {
  const { source } = selected[kind] ?? {};
  return source !== undefined && !isOtherCodec(source, program[kind]);
}

function openStream(
  kind: StreamKind,
  source: ElementaryStream,
  pid: number,
  handlers: Parameters<typeof createPesAssembler>[0],
): SelectedStream {
  return { kind, source, pid, assembler: createPesAssembler(handlers) };
}

function streamOf({ video, audio }: Selection, pid: number): SelectedStream | null {
  if (video?.source.pid === pid) return video;
  return audio?.source.pid === pid ? audio : null;
}

/** Writes the tables of the output. @param clockPid the source's PID of the program clock */
function writeTablesOf({ video, audio }: Selection, clockPid: number): Buffer {
  const selected = [video, audio].filter((stream) => stream !== null);
  const streams = selected.map(({ pid, source: { streamType, descriptors } }) => ({ pid, streamType, descriptors }));
  const clock = selected.find(({ source }) => source.pid === clockPid);
  const counters = new Map<number, number>();
  return writeTables({ pmtPid: PMT_PID, clockPid: clock?.pid ?? NO_CLOCK_PID, streams }, (pid) => {
    const counter = counters.get(pid) ?? 0;
    counters.set(pid, (counter + 1) & 15);
    return counter;
  });
}

function changeOf({ video, audio }: Selection, program: SelectedProgram): StreamChange {
  return {
    video: isOther(video?.source, program.video),
    audio: isOther(audio?.source, program.audio),
    audioCodec: isOtherCodec(audio?.source, program.audio),
  };
}

function isOther(before: ElementaryStream | undefined, after: ElementaryStream | null): boolean {
  return before?.pid !== after?.pid || isOtherCodec(before, after);
}

/** Private data is identified by its descriptors alone. */
function isOtherCodec(before: ElementaryStream | undefined, after: ElementaryStream | null): boolean {
  if (before?.streamType !== after?.streamType) return true;
  if (!before || !after || before.streamType !== TYPE_PRIVATE) return false;
  return !before.descriptors.equals(after.descriptors);
}

function describe(stream: SelectedStream | null): StreamDescription | null {
  return stream && { pid: stream.source.pid, streamType: stream.source.streamType };
}
