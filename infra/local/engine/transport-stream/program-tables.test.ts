import { expect, it } from 'vitest';

import type { SoundSelection } from '../contract.ts';
import { createDemuxer, PACKET_BYTES, type PesPacket, type ProgramStreams, type StreamChange } from './demuxer.ts';
import { computeSectionCrc } from './section-crc.ts';

function cut(stream: Buffer): Buffer[] {
  return Array.from({ length: stream.length / PACKET_BYTES }, (_, index) =>
    stream.subarray(index * PACKET_BYTES, (index + 1) * PACKET_BYTES),
  );
}

/** Continuity counters by PID. */
function counting(): (pid: number) => number {
  const counters = new Map<number, number>();
  return (pid) => {
    const counter = counters.get(pid) ?? 0;
    counters.set(pid, (counter + 1) & 15);
    return counter;
  };
}

interface TestProgram {
  number: number;
  pmtPid: number;
  /** Type, PID and language of each stream; null omits the PMT. */
  streams: [number, number, string?][] | null;
}

function makeSection(
  tableId: number,
  extension: number,
  body: number[],
  options: { version?: number; isNext?: boolean } = {},
) {
  const flags = 0xc0 | ((options.version ?? 0) << 1) | (options.isNext ? 0 : 1);
  const section = Buffer.from([tableId, 0, 0, extension >> 8, extension & 0xff, flags, 0, 0, ...body, 0, 0, 0, 0]);
  section.writeUInt16BE(0xb000 | (section.length - 3), 1);
  section.writeUInt32BE(computeSectionCrc(section.subarray(0, -4)), section.length - 4);
  return section;
}

const pid13 = (pid: number) => [0xe0 | (pid >> 8), pid & 0xff];

function makePmt({ number, streams }: TestProgram, options: { version?: number; isNext?: boolean } = {}): Buffer {
  const listed = (streams ?? []).flatMap(([type, pid, language]) => {
    const descriptors = language === undefined ? [] : [0x0a, 4, ...Buffer.from(language, 'latin1'), 0];
    return [type, ...pid13(pid), 0xf0, descriptors.length, ...descriptors];
  });
  return makeSection(2, number, [...pid13(streams?.[0]?.[1] ?? 0x1fff), 0xf0, 0, ...listed], options);
}

function makePat(programs: TestProgram[], version = 0): Buffer {
  return makeSection(
    0,
    1,
    programs.flatMap(({ number, pmtPid }) => [number >> 8, number & 0xff, ...pid13(pmtPid)]),
    { version },
  );
}

/** Creates a demuxer fed with sections and single-packet PES of any PID. */
function makeFeed(sound?: SoundSelection) {
  const counter = counting();
  const streams: ProgramStreams[] = [];
  const changes: StreamChange[] = [];
  const pes: PesPacket[] = [];
  const handedOn: Buffer[] = [];
  const demuxer = createDemuxer({
    sound,
    onPackets: (packets) => handedOn.push(packets),
    onStreams(found, change) {
      streams.push(found);
      changes.push(change);
    },
    onPes: (packet) => pes.push(packet),
  });
  const packet = (pid: number, payload: Buffer, starts = true) => {
    const out = Buffer.alloc(PACKET_BYTES, 0xff);
    out.set([0x47, (starts ? 0x40 : 0) | (pid >> 8), pid & 0xff, 0x10 | counter(pid)]);
    payload.copy(out, 4);
    return out;
  };
  return {
    demuxer,
    streams,
    changes,
    pes,
    handedOn,
    section: (pid: number, ...sections: Buffer[]) =>
      demuxer.push(packet(pid, Buffer.concat([Buffer.of(0), ...sections]))),
    tables(programs: TestProgram[], version = 0) {
      this.section(0, makePat(programs, version));
      for (const program of programs) if (program.streams) this.section(program.pmtPid, makePmt(program, { version }));
    },
    /** Feeds a PES packet with a stated length that fills its transport packet. */
    unit(pid: number, mark: number) {
      const data = Buffer.alloc(PACKET_BYTES - 4, mark);
      data.set([0, 0, 1, 0xe0, 0, data.length - 6, 0x84, 0x80, 5, 0x21, 0, 1, 0, 1]);
      demuxer.push(packet(pid, data));
    },
    /** Feeds a PES packet that is one frame of AAC: 48 kHz, mono. */
    sound(pid: number) {
      const frameBytes = PACKET_BYTES - 4 - 14;
      const frame = Buffer.alloc(frameBytes);
      frame.set([
        0xff,
        0xf1,
        0x4c,
        0x40 | (frameBytes >> 11),
        (frameBytes >> 3) & 0xff,
        (frameBytes << 5) & 0xe0,
        0xfc,
      ]);
      const head = [0, 0, 1, 0xc0, 0, frameBytes + 8, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1];
      demuxer.push(packet(pid, Buffer.concat([Buffer.from(head), frame])));
    },
  };
}

const H264 = 0x1b;
const AAC = 0x0f;
const main: TestProgram = {
  number: 3,
  pmtPid: 0x30,
  streams: [
    [H264, 0x200],
    [AAC, 0x201],
  ],
};

it('chooses the first program with a picture, in any order of the PAT', () => {
  const feed = makeFeed();
  const programs = [
    { number: 1, pmtPid: 0x10, streams: null },
    { number: 2, pmtPid: 0x20, streams: [] },
    { number: 7, pmtPid: 0x70, streams: [[AAC, 0x701]] },
    main,
    { number: 4, pmtPid: 0x40, streams: [[H264, 0x400]] },
  ] satisfies TestProgram[];
  feed.tables(programs);
  expect(feed.streams).toEqual([]);
  feed.tables(programs);
  expect(feed.streams).toEqual([{ video: { pid: 0x200, streamType: H264 }, audio: { pid: 0x201, streamType: AAC } }]);
  for (let round = 0; round < 4; round += 1) feed.tables(programs);
  expect(feed.streams).toHaveLength(1);
});

it('chooses a program with sound alone when none has a picture', () => {
  const feed = makeFeed();
  const programs: TestProgram[] = [
    { number: 1, pmtPid: 0x10, streams: [] },
    { number: 2, pmtPid: 0x20, streams: [[AAC, 0x201]] },
  ];
  feed.tables(programs);
  expect(feed.streams).toEqual([{ video: null, audio: { pid: 0x201, streamType: AAC } }]);
});

it('reads a PMT behind another table in its packet, and those of several programs on one PID', () => {
  const feed = makeFeed();
  const other: TestProgram = { number: 9, pmtPid: 0x30, streams: [[H264, 0x900]] };
  feed.section(0, makePat([main, other]));
  feed.section(0x30, makeSection(0xc0, 1, [1, 2, 3]), makePmt(other), makePmt(main));
  expect(feed.streams).toMatchObject([{ video: { pid: 0x200 } }]);
});

it.each([
  [
    'is only announced',
    makePmt(
      {
        ...main,
        streams: [
          [H264, 0x300],
          [AAC, 0x301],
        ],
      },
      { version: 1, isNext: true },
    ),
  ],
  ['is damaged', Buffer.from(makePmt(main).map((byte, index) => (index === 14 ? byte ^ 0x10 : byte)))],
  ['belongs to a program that is not named', makePmt({ ...main, number: 8, streams: [[H264, 0x300]] })],
  ['is another table', makeSection(0x42, 3, [...pid13(0x300), 0xf0, 0, H264, ...pid13(0x300), 0xf0, 0])],
])('ignores a PMT that %s', (_name, section) => {
  const feed = makeFeed();
  feed.tables([main]);
  feed.section(main.pmtPid, section);
  feed.unit(0x200, 1);
  expect(feed.streams).toHaveLength(1);
  expect(feed.pes).toMatchObject([{ kind: 'video' }]);
});

it('ignores a PAT that is only announced', () => {
  const feed = makeFeed();
  feed.tables([main]);
  feed.section(0, makeSection(0, 1, [0, 5, ...pid13(0x50)], { version: 1, isNext: true }));
  feed.section(0x50, makePmt({ number: 5, pmtPid: 0x50, streams: [[H264, 0x500]] }));
  expect(feed.streams).toHaveLength(1);
});

it('continues with the picture when the sound moves, another program appears, or a track is listed before', () => {
  const feed = makeFeed();
  feed.tables([main]);
  feed.unit(0x200, 1);
  feed.tables(
    [
      {
        ...main,
        streams: [
          [H264, 0x200],
          [AAC, 0x222],
        ],
      },
    ],
    1,
  );
  feed.unit(0x200, 2);
  feed.unit(0x222, 3);
  feed.tables(
    [
      { number: 1, pmtPid: 0x10, streams: [[H264, 0x101]] },
      {
        ...main,
        streams: [
          [H264, 0x200],
          [AAC, 0x222],
        ],
      },
    ],
    2,
  );
  feed.tables(
    [
      {
        ...main,
        streams: [
          [AAC, 0x201],
          [H264, 0x200],
          [AAC, 0x222],
        ],
      },
    ],
    3,
  );
  feed.unit(0x200, 4);
  feed.unit(0x222, 5);
  expect(feed.pes.map(({ kind, data }) => `${kind} ${data[20]}`)).toEqual([
    'video 1',
    'video 2',
    'audio 3',
    'video 4',
    'audio 5',
  ]);
  expect(feed.changes.slice(1)).toEqual([{ video: false, audio: true, audioCodec: false }]);
  // Readers of the output see two unchanged streams.
  const pids = cut(Buffer.concat(feed.handedOn)).map((packet) => packet.readUInt16BE(1) & 0x1fff);
  expect(new Set(pids).size).toBe(2);
});

it('continues with the sound when the picture moves, and outputs the new picture stream under another PID', () => {
  const feed = makeFeed();
  feed.tables([main]);
  feed.unit(0x200, 1);
  feed.tables(
    [
      {
        ...main,
        streams: [
          [H264, 0x2aa],
          [AAC, 0x201],
        ],
      },
    ],
    1,
  );
  feed.unit(0x201, 2);
  feed.unit(0x2aa, 3);
  expect(feed.pes.map(({ kind }) => kind)).toEqual(['video', 'audio', 'video']);
  expect(feed.changes[1]).toEqual({ video: true, audio: false, audioCodec: false });
  const [before, sound, after] = cut(Buffer.concat(feed.handedOn)).map((packet) => packet.readUInt16BE(1) & 0x1fff);
  expect(new Set([before, sound, after]).size).toBe(3);
});

it('switches to another program when its own disappears', () => {
  const feed = makeFeed();
  feed.tables([main]);
  feed.tables([{ number: 4, pmtPid: 0x40, streams: [[H264, 0x400]] }], 1);
  expect(feed.streams.at(-1)).toEqual({ video: { pid: 0x400, streamType: H264 }, audio: null });
});

it('reads a PAT of several sections', () => {
  const feed = makeFeed();
  const part = (number: number, program: TestProgram) => {
    const section = makePat([program]);
    section[6] = number;
    section[7] = 1;
    section.writeUInt32BE(computeSectionCrc(section.subarray(0, -4)), section.length - 4);
    return section;
  };
  feed.section(0, part(1, main));
  feed.section(main.pmtPid, makePmt(main));
  expect(feed.streams).toEqual([]);
  feed.section(0, part(0, { number: 1, pmtPid: 0x10, streams: [] }));
  feed.section(0x10, makePmt({ number: 1, pmtPid: 0x10, streams: [] }));
  feed.section(main.pmtPid, makePmt(main));
  expect(feed.streams).toMatchObject([{ video: { pid: 0x200 } }]);
});

const withLanguages = (...languages: string[]): TestProgram => ({
  ...main,
  streams: [[H264, 0x200], ...languages.map((code, index): [number, number, string] => [AAC, 0x201 + index, code])],
});

it('follows a chosen language that appears, moves and disappears in the middle of a stream', () => {
  const feed = makeFeed({ by: 'language', language: 'spa', isStrict: true });
  feed.tables([withLanguages('eng')], 0);
  feed.tables([withLanguages('eng', 'spa')], 1);
  feed.tables([withLanguages('spa', 'eng')], 2);
  feed.tables([withLanguages('eng')], 3);
  expect(feed.streams.map(({ audio }) => audio?.pid ?? null)).toEqual([null, 0x202, 0x201, null]);
  // A decoder restarts for sound that begins or ends, and not for the same sound on another PID.
  expect(feed.changes.map(({ audioCodec }) => audioCodec)).toEqual([true, true, false, true]);
  expect(feed.changes.slice(1).every(({ video }) => !video)).toBe(true);
});

it('lists every audio stream, with the channels once its first frame has arrived', () => {
  const feed = makeFeed();
  feed.tables([withLanguages('eng', 'spa')]);
  const unread = { streamType: AAC, sampleRateHz: null, channels: null };
  expect(feed.demuxer.tracks()).toEqual([
    { pid: 0x201, language: 'eng', ...unread },
    { pid: 0x202, language: 'spa', ...unread },
  ]);
  feed.sound(0x202);
  feed.tables([withLanguages('eng', 'spa')]);
  expect(feed.demuxer.tracks()).toEqual([
    { pid: 0x201, language: 'eng', ...unread },
    { pid: 0x202, language: 'spa', streamType: AAC, sampleRateHz: 48_000, channels: 1 },
  ]);
});
