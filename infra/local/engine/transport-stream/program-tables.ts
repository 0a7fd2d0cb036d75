/**
 * Reads the PAT and the PMTs of a transport stream and chooses one program: the first in the PAT with a picture, else
 * the first with sound. A choice is kept as long as possible.
 */
import type { SoundSelection } from '../contract.ts';
import { NULL_PID } from './packet.ts';
import { createSectionReader, type Section } from './section-reader.ts';
import { selectSound } from './sound-selection.ts';

export interface StreamDescription {
  pid: number;
  /** ISO/IEC 13818-1 table 2-34: 0x1b H.264, 0x24 HEVC, 0x0f AAC in ADTS. */
  streamType: number;
}

/** A stream as described by a PMT. */
export interface ElementaryStream extends StreamDescription {
  descriptors: Buffer;
}

export interface SelectedProgram {
  video: ElementaryStream | null;
  audio: ElementaryStream | null;
  /** All audio streams of the program, in the order of its table. */
  audios: ElementaryStream[];
  clockPid: number;
}

export interface ProgramTables {
  /** Returns whether the PID carries tables. */
  carries(pid: number): boolean;
  push(pid: number, packet: Buffer, payload: Buffer, starts: boolean): void;
}

interface ProgramMap {
  videos: ElementaryStream[];
  audios: ElementaryStream[];
  clockPid: number;
  /** Number of times it was received. */
  sightings: number;
}

const TABLE_PAT = 0x00;
const TABLE_PMT = 0x02;
const PAT_PID = 0;
/** Lower PIDs are reserved for fixed tables. */
const FIRST_FREE_PID = 0x10;
const VIDEO_TYPES = new Set([0x01, 0x02, 0x10, 0x1b, 0x24, 0x33, 0xd1, 0xea]);
const AUDIO_TYPES = new Set([0x03, 0x04, 0x0f, 0x11, 0x81, 0x87, 0x8a]);
/** PES private data, identified by descriptors. */
export const TYPE_PRIVATE = 0x06;
/** AC-3, E-AC-3 and DTS (ETSI EN 300 468, annexes D and G). */
const AUDIO_DESCRIPTORS = new Set([0x6a, 0x7a, 0x7b]);
const REGISTRATION_DESCRIPTOR = 0x05;
/** Registered format identifiers; BSSD is SMPTE ST 302, uncompressed sound as SDI encoders send it. */
const AUDIO_FORMATS = new Set(['AC-3', 'EAC3', 'DTS1', 'DTS2', 'DTS3', 'Opus', 'BSSD']);

const NOTHING_SELECTED: SelectedProgram = { video: null, audio: null, audios: [], clockPid: NULL_PID };

/**
 * @param onProgram called with every table of the chosen program, changed or not
 * @param sound absent: the first audio stream
 */
export function createProgramTables(
  onProgram: (program: SelectedProgram) => void,
  sound?: SoundSelection | undefined,
): ProgramTables {
  let programs: { number: number; pmtPid: number }[] = [];
  let patKey = '';
  let patSections = new Map<number, Section>();
  let readers = new Map([[PAT_PID, createSectionReader(takePat)]]);
  const maps = new Map<number, ProgramMap>();
  let chosen: number | null = null;
  let selected = NOTHING_SELECTED;

  function takePat(section: Section): void {
    if (section.tableId !== TABLE_PAT) return;
    const key = [section.tableIdExtension, section.version, section.lastNumber].join(' ');
    if (key !== patKey) patSections = new Map();
    patKey = key;
    patSections.set(section.number, section);
    if (patSections.size <= section.lastNumber) return;
    const named = [...patSections]
      .toSorted(([one], [other]) => one - other)
      .flatMap(([, { body }]) => readPrograms(body))
      .filter(({ number, pmtPid }) => number !== 0 && pmtPid >= FIRST_FREE_PID && pmtPid < NULL_PID);
    // A PAT without programs is ignored.
    if (named.length === 0) return;
    programs = named;
    readers = new Map([
      [PAT_PID, readers.get(PAT_PID)!],
      ...named.map(({ pmtPid }) => [pmtPid, readers.get(pmtPid) ?? createPmtReader(pmtPid)] as const),
    ]);
    for (const number of maps.keys()) if (!programs.some((program) => program.number === number)) maps.delete(number);
  }

  function createPmtReader(pid: number) {
    return createSectionReader((section) => {
      const number = section.tableIdExtension;
      const isNamed = programs.some((program) => program.number === number && program.pmtPid === pid);
      if (section.tableId !== TABLE_PMT || section.body.length < 4 || !isNamed) return;
      const sightings = (maps.get(number)?.sightings ?? 0) + 1;
      maps.set(number, { ...readProgramMap(section.body), sightings });
      const next = choose();
      const isNew = next !== null && next !== chosen;
      if (isNew) selected = NOTHING_SELECTED;
      chosen = next ?? chosen;
      if (next !== null && (isNew || next === number)) select(next);
    });
  }

  function select(number: number): void {
    const map = maps.get(number);
    if (!map) return;
    selected = {
      video: keepOrFirst(map.videos, selected.video),
      audio: selectSound(map.audios, sound, selected.audio),
      audios: map.audios,
      clockPid: map.clockPid,
    };
    onProgram(selected);
  }

  /** Returns null while a program earlier in the PAT may still be chosen. */
  function choose(): number | null {
    for (const kind of ['videos', 'audios'] as const) {
      if (chosen !== null && maps.get(chosen)?.[kind].length) return chosen;
      let isComplete = true;
      for (const { number } of programs) {
        const map = maps.get(number);
        // When another table has arrived twice, a table that has not arrived yet is not being sent.
        if (map && map[kind].length > 0) return isComplete || map.sightings > 1 ? number : null;
        isComplete &&= map !== undefined;
      }
      if (!isComplete && ![...maps.values()].some(({ sightings }) => sightings > 1)) return null;
    }
    // No program has a usable stream: the chosen one has lost its streams.
    return chosen !== null && maps.has(chosen) ? chosen : null;
  }

  return {
    carries: (pid) => readers.has(pid),
    push: (pid, packet, payload, starts) => readers.get(pid)?.(packet, payload, starts),
  };
}

function readPrograms(body: Buffer): { number: number; pmtPid: number }[] {
  const programs = [];
  for (let at = 0; at + 4 <= body.length; at += 4)
    programs.push({ number: body.readUInt16BE(at), pmtPid: body.readUInt16BE(at + 2) & 0x1fff });
  return programs;
}

function readProgramMap(body: Buffer): Omit<ProgramMap, 'sightings'> {
  const videos: ElementaryStream[] = [];
  const audios: ElementaryStream[] = [];
  let at = 4 + (body.readUInt16BE(2) & 0x0fff);
  while (at + 5 <= body.length) {
    const length = body.readUInt16BE(at + 3) & 0x0fff;
    const stream = {
      streamType: body[at]!,
      pid: body.readUInt16BE(at + 1) & 0x1fff,
      descriptors: Buffer.from(body.subarray(at + 5, at + 5 + length)),
    };
    if (VIDEO_TYPES.has(stream.streamType)) videos.push(stream);
    else if (AUDIO_TYPES.has(stream.streamType) || isPrivateAudio(stream)) audios.push(stream);
    at += 5 + length;
  }
  return { videos, audios, clockPid: body.readUInt16BE(0) & 0x1fff };
}

/** Keeps the stream in use while it is listed, in any position. */
function keepOrFirst(streams: ElementaryStream[], used: ElementaryStream | null): ElementaryStream | null {
  const same = streams.find(({ pid, streamType }) => pid === used?.pid && streamType === used.streamType);
  return same ?? streams[0] ?? null;
}

/** PES private data (type 6) is audio when any of its descriptors identifies it as audio. */
function isPrivateAudio({ streamType, descriptors }: ElementaryStream): boolean {
  if (streamType !== TYPE_PRIVATE) return false;
  for (let at = 0; at + 2 <= descriptors.length; at += 2 + descriptors[at + 1]!) {
    const tag = descriptors[at]!;
    if (AUDIO_DESCRIPTORS.has(tag)) return true;
    const format = descriptors.toString('latin1', at + 2, at + 6);
    if (tag === REGISTRATION_DESCRIPTOR && AUDIO_FORMATS.has(format)) return true;
  }
  return false;
}
