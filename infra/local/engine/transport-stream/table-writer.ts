import { PACKET_BYTES } from './packet.ts';
import { computeSectionCrc } from './section-crc.ts';

const PAT_PID = 0;
/** Clock PID of a program without a clock. */
export const NO_CLOCK_PID = 0x1fff;
const PROGRAM_NUMBER = 1;

export interface WrittenProgram {
  pmtPid: number;
  /** PID of the stream that carries the clock; `NO_CLOCK_PID` without one. */
  clockPid: number;
  streams: { streamType: number; pid: number; descriptors?: Buffer }[];
}

/**
 * Writes the PAT and the PMT of a stream with one program.
 * @param nextCounter continuity counter of the next packet of a PID
 */
export function writeTables(program: WrittenProgram, nextCounter: (pid: number) => number): Buffer {
  return Buffer.concat([
    ...packetizeSection(PAT_PID, buildPat(program.pmtPid), nextCounter),
    ...packetizeSection(program.pmtPid, buildPmt(program), nextCounter),
  ]);
}

function buildPat(pmtPid: number): Buffer {
  return buildSection(0x00, Buffer.from([0, PROGRAM_NUMBER, 0xe0 | (pmtPid >> 8), pmtPid & 0xff]));
}

function buildPmt({ clockPid, streams }: WrittenProgram): Buffer {
  const described = streams.flatMap(({ streamType, pid, descriptors = Buffer.alloc(0) }) => [
    Buffer.from([
      streamType,
      0xe0 | (pid >> 8),
      pid & 0xff,
      0xf0 | (descriptors.length >> 8),
      descriptors.length & 0xff,
    ]),
    descriptors,
  ]);
  return buildSection(
    0x02,
    Buffer.concat([Buffer.from([0xe0 | (clockPid >> 8), clockPid & 0xff, 0xf0, 0]), ...described]),
  );
}

/** Builds a table of one section; its id extension is both the transport stream's id and the program's number. */
function buildSection(tableId: number, body: Buffer): Buffer {
  const head = Buffer.from([tableId, 0, 0, 0, PROGRAM_NUMBER, 0xc1, 0, 0]);
  head.writeUInt16BE(0xb000 | (head.length - 3 + body.length + 4), 1);
  const section = Buffer.concat([head, body, Buffer.alloc(4)]);
  section.writeUInt32BE(computeSectionCrc(section.subarray(0, -4)), section.length - 4);
  return section;
}

function packetizeSection(pid: number, section: Buffer, nextCounter: (pid: number) => number): Buffer[] {
  const payload = Buffer.concat([Buffer.of(0), section]);
  const packets: Buffer[] = [];
  for (let at = 0; at < payload.length; at += PACKET_BYTES - 4) {
    const packet = Buffer.alloc(PACKET_BYTES, 0xff);
    packet[0] = 0x47;
    packet.writeUInt16BE((at === 0 ? 0x4000 : 0) | pid, 1);
    packet[3] = 0x10 | nextCounter(pid);
    payload.copy(packet, 4, at);
    packets.push(packet);
  }
  return packets;
}
