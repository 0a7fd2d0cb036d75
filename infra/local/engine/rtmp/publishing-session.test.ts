import { describe, expect, it } from 'vitest';
import { makeAudioFrame, makeVideoFrame, SAMPLE_FORMAT } from '../../../../test/support/rtmp.ts';
import type { Frame, ProgramFormat } from '../program.ts';
import { buildAvcConfiguration, buildAvcTagBody } from '../transport-stream/h264.ts';
import { MESSAGE_TYPE, type OutgoingMessage } from '../../../../functions/connect/rtmp/chunk-writer.ts';
import { createPublishingSession } from './publishing-session.ts';

const SPS = Buffer.from('674d401eeca05017fcb80880000003008000001e078b16cb', 'hex');
const PPS = Buffer.from('68ce3c80', 'hex');
const OTHER_PPS = Buffer.from('68ef023c80', 'hex');
const IDR = Buffer.from([0x65, 1, 2, 3]);
const withPps = (pps: Buffer): ProgramFormat => ({
  ...SAMPLE_FORMAT,
  video: { ...SAMPLE_FORMAT.video!, avcConfiguration: buildAvcConfiguration(SPS, [pps]) },
});
const ONE = withPps(PPS);
const OTHER = withPps(OTHER_PPS);

function setUp() {
  const sent: OutgoingMessage[] = [];
  let bytes = 0;
  const session = createPublishingSession(
    {
      send(message) {
        sent.push(message);
        return (bytes += message.body.length);
      },
      isReady: () => true,
      unsentBytes: () => 0,
      delivered: () => ({ bytes, atMs: 0 }),
    },
    0,
  );
  const keyframe = (dtsMs: number, units: Buffer[]): Frame => ({
    ...makeVideoFrame(dtsMs, true),
    flvBody: buildAvcTagBody(units, true, 0),
  });
  const push = (dtsMs: number, units: Buffer[]) => {
    session.push(keyframe(dtsMs, units), dtsMs);
    return sent.at(-1)!.body;
  };
  return { push, sent, session };
}

describe('the pictures of a session', () => {
  it('are sent as they are after the first header', () => {
    const { push, session } = setUp();
    session.setFormat(ONE);
    expect(push(0, [IDR])).toEqual(buildAvcTagBody([IDR], true, 0));
  });

  it('begin with their parameter sets where the header has changed, once', () => {
    const { push, session } = setUp();
    session.setFormat(ONE);
    push(0, [IDR]);
    session.setFormat(OTHER);
    expect(push(40, [IDR])).toEqual(buildAvcTagBody([SPS, OTHER_PPS, IDR], true, 0));
    expect(push(80, [IDR])).toEqual(buildAvcTagBody([IDR], true, 0));
  });

  it('get no second sets where the source sends them', () => {
    const { push, session } = setUp();
    session.setFormat(OTHER);
    push(0, [IDR]);
    session.setFormat(ONE);
    const units = [Buffer.from([9, 16]), SPS, PPS, IDR];
    expect(push(40, units)).toEqual(buildAvcTagBody(units, true, 0));
  });
});

it('sends no two sounds of a session with one time, and none that is older', () => {
  const { push, sent, session } = setUp();
  session.setFormat(ONE);
  push(1_000, [IDR]);
  for (const atMs of [990, 1_000, 1_021, 1_021, 1_010, 1_043]) session.push(makeAudioFrame(atMs), atMs);
  const sounds = sent.filter(({ body, typeId }) => typeId === MESSAGE_TYPE.audio && body[1] === 1);
  expect(sounds.map(({ timestampMs }) => timestampMs)).toEqual([0, 21, 43]);
});
