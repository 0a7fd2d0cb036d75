import { describe, expect, test } from 'vitest';
import { createChannelLogs, streamNameOf } from './channel-logs.ts';
import type { ChannelReport } from '../../engine/contract.ts';
import type { ChannelRecord } from '../media/media-state.ts';

const START_MS = Date.UTC(2030, 0, 1);
const arn = 'arn:aws:medialive:us-east-1:000000000000:channel:7';
const streamName = 'arn_aws_medialive_us-east-1_000000000000_channel_7_0';

function makeChannel(state: string, level = 'INFO'): ChannelRecord {
  return { id: '7', arn, state, settings: { LogLevel: level } } as ChannelRecord;
}

function makeReport(over: Partial<ChannelReport>): ChannelReport {
  return {
    ...{ channelId: '7', state: 'publishing', sinceMs: 0, mode: 'copy', bitrateBps: 0, framesPerSecond: 0 },
    ...{ framesSent: 0, droppedFrames: 0, unsentFrames: 0, reconnects: 0, bytesSent: 0, queuedBytes: 0 },
    ...over,
  };
}

function makeLogs() {
  let nowMs = START_MS;
  const logs = createChannelLogs({ now: () => nowMs, after: () => () => {} });
  const lines = () =>
    logs.read(streamName)?.map(({ message }) => {
      const { severity, message: text } = JSON.parse(message);
      return `${severity} ${text}`;
    }) ?? null;
  return { logs, lines, pass: (ms: number) => (nowMs += ms) };
}

describe('the encoder log of a channel', () => {
  test('records each change once', () => {
    const { logs, lines } = makeLogs();
    logs.observe(makeChannel('STARTING'), undefined);
    logs.observe(makeChannel('RUNNING'), makeReport({ state: 'connecting' }));
    logs.observe(makeChannel('RUNNING'), makeReport({ state: 'connecting' }));
    logs.observe(makeChannel('RUNNING'), makeReport({}));
    const problem = { code: 'connection_lost', detail: 'the far end closed the connection' } as const;
    for (const attempt of [1, 1, 2]) {
      logs.observe(makeChannel('RUNNING'), makeReport({ state: 'reconnecting', problem: { ...problem, attempt } }));
    }
    logs.observe(makeChannel('IDLE'), undefined);
    expect(lines()).toEqual([
      'I Channel is STARTING',
      'I Channel is RUNNING',
      'I Connecting to the RTMP server',
      'I Publishing',
      'W Connection lost, connecting again: the far end closed the connection (attempt 1)',
      'W Connection lost, connecting again: the far end closed the connection (attempt 2)',
      'I Channel is IDLE',
    ]);
  });

  test('reports dropped frames in one line per ten seconds', () => {
    const { logs, lines, pass } = makeLogs();
    logs.observe(makeChannel('RUNNING', 'WARNING'), makeReport({}));
    for (let second = 1; second <= 20; second++) {
      pass(1000);
      logs.observe(makeChannel('RUNNING', 'WARNING'), makeReport({ unsentFrames: second * 3 }));
    }
    expect(lines()).toEqual(
      ['W', 'W'].map((severity, index) => expect.stringContaining(`${severity} Dropped ${index ? 30 : 3} frames`)),
    );
  });

  test('contains the lines that the log level admits, in MediaLive’s format', () => {
    const { logs, lines } = makeLogs();
    logs.observe(makeChannel('RUNNING', 'DISABLED'), makeReport({ state: 'rejected' }));
    expect(lines()).toBeNull();
    logs.observe(makeChannel('RUNNING', 'ERROR'), makeReport({ state: 'publishing' }));
    logs.observe(makeChannel('RUNNING', 'ERROR'), makeReport({ state: 'rejected' }));
    expect(logs.read(streamNameOf(arn))).toEqual([{ timestampMs: START_MS, message: expect.any(String) }]);
    expect(JSON.parse(logs.read(streamName)![0]!.message)).toEqual({
      encoder_pipeline: 0,
      severity: 'E',
      timestamp: '2030-01-01T00:00:00.000000',
      channel_arn: arn,
      logger_name: '',
      message: 'Refused by the RTMP server',
    });
  });

  test('is a stream for each pipeline, and a channel with one pipeline has one', () => {
    const { logs } = makeLogs();
    const report = makeReport({ backup: makeReport({ state: 'rejected' }) });
    const single = makeChannel('RUNNING');
    logs.observe(single, report);
    expect(logs.read(streamNameOf(arn, '1'))).toBeNull();
    logs.observe({ ...single, settings: { ...single.settings, ChannelClass: 'STANDARD' } }, report);
    const lines = logs.read(streamNameOf(arn, '1'))!.map(({ message }) => JSON.parse(message));
    expect(lines).toMatchObject([
      { encoder_pipeline: 1, message: 'Channel is RUNNING' },
      { encoder_pipeline: 1, message: 'Refused by the RTMP server' },
    ]);
  });

  test('keeps the newest 500 lines', () => {
    const { logs } = makeLogs();
    for (let index = 0; index < 600; index++) logs.observe(makeChannel(index % 2 ? 'IDLE' : 'STARTING'), undefined);
    expect(logs.read(streamName)).toHaveLength(500);
  });
});
