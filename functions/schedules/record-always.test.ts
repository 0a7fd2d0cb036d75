import { DescribeExecutionCommand, ExecutionDoesNotExist, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { makePrimary, NOW, useTestApi } from '../../test/support/api.ts';
import { changeDestination } from '../aws/destination-table.ts';
import {
  changeRecording,
  getRecording,
  insertRecording,
  listAllRecordings,
  listOpenRecordings,
  markOpen,
  putRecordingSettings,
} from '../aws/recording-table.ts';
import type { SourceSeen } from '../domain/incident-signals.ts';
import { DEFAULT_RECORDING_SETTINGS, newRecording, timeOfRecordingId, type Recording } from '../domain/recording.ts';
import { recordAlways } from './record-always.ts';
import { sweepRecordings } from './sweep-recordings.ts';

const test = useTestApi();
const DELIVERING: SourceSeen = { isFlowUp: true, connected: true };
const ALWAYS = { ...DEFAULT_RECORDING_SETTINGS, mode: 'always' } as const;

const run = (source: SourceSeen, primary = makePrimary()) =>
  recordAlways({ ...test.deps, everySeconds: 60 }, source, [primary]);
const seconds = (after: number) => new Date(NOW.getTime() + after * 1000);

async function insert(change: Partial<Recording> = {}): Promise<string> {
  const recordingId = `rec_${'0'.repeat(25)}1`;
  const chosen = { recordingId, name: 'Sunday', origin: 'operator', keepDays: 30, createdBy: 'test' } as const;
  const begun = newRecording({ ...chosen, startedAt: NOW.toISOString() }, NOW);
  await insertRecording(test.deps, { ...begun, ...change });
  return recordingId;
}

/** The preview has run for an hour, and its settings were edited since. */
beforeEach(() =>
  test.put({
    ...makePrimary(),
    runningSince: seconds(-3600).toISOString(),
    lastModified: seconds(-2).toISOString(),
  }),
);

describe('the setting always', () => {
  beforeEach(() => putRecordingSettings(test.deps, ALWAYS));

  it('begins one recording when the source delivers, from just before the run before', async () => {
    await run(DELIVERING);
    await run(DELIVERING);
    expect(await listAllRecordings(test.deps)).toMatchObject([
      { origin: 'always', state: 'recording', startedAt: seconds(-64).toISOString(), keepDays: 30 },
    ]);
  });

  it('begins one when the preview began to run, because MediaPackage has nothing from before', async () => {
    const runningSince = seconds(-20).toISOString();
    await changeDestination(test.deps, 'primary', (record) => ({ ...record, runningSince }));
    await run(DELIVERING);
    expect(await listAllRecordings(test.deps)).toMatchObject([{ startedAt: seconds(-20).toISOString() }]);
  });

  it.each([
    ['the flow is down', { ...DELIVERING, isFlowUp: false }],
    ['no encoder is connected', { ...DELIVERING, connected: false }],
    ['the source is unknown', { isFlowUp: true }],
  ])('begins none while %s', async (_when, source) => {
    await run(source);
    expect(await listAllRecordings(test.deps)).toEqual([]);
  });

  it('begins none while the preview does not run, or the recordings take all the space', async () => {
    await run(DELIVERING, { ...makePrimary(), status: 'starting' });
    expect(await listAllRecordings(test.deps)).toEqual([]);
    await insert({ state: 'ready', sizeBytes: 1_000_000 });
    await putRecordingSettings(test.deps, { ...ALWAYS, limitBytes: 1_000_000 });
    await run(DELIVERING);
    expect(await listAllRecordings(test.deps)).toHaveLength(1);
  });

  it('continues when the encoder reconnects within a minute, and ends when it was lost otherwise', async () => {
    await run(DELIVERING);
    const [{ recordingId } = { recordingId: '' }] = await listAllRecordings(test.deps);
    const lost = { isFlowUp: true, connected: false, lostSince: seconds(100).toISOString() };
    test.time.now = seconds(159);
    await run(lost);
    expect((await getRecording(test.deps, recordingId))!.state).toBe('recording');
    test.time.now = seconds(160);
    await run(lost);
    expect(await getRecording(test.deps, recordingId)).toMatchObject({
      state: 'finishing',
      endReason: 'source_lost',
      endedAt: seconds(100).toISOString(),
    });
  });

  it('leaves a recording by hand alone', async () => {
    const byHand = await insert();
    await run({ isFlowUp: false });
    expect((await getRecording(test.deps, byHand))!.state).toBe('recording');
  });
});

describe('the sweep', () => {
  it('ends a recording that is too long, at the longest that one job copies', async () => {
    const recordingId = await insert();
    test.time.now = seconds(86_099);
    await sweepRecordings(test.deps);
    expect((await getRecording(test.deps, recordingId))!.state).toBe('recording');
    test.time.now = seconds(90_000);
    await sweepRecordings(test.deps);
    expect(await getRecording(test.deps, recordingId)).toMatchObject({
      state: 'finishing',
      endReason: 'length_limit',
      endedAt: seconds(86_100).toISOString(),
    });
  });

  it('ends a recording that the setting began before it was turned off', async () => {
    const recordingId = await insert({ origin: 'always' });
    await sweepRecordings(test.deps);
    expect(await getRecording(test.deps, recordingId)).toMatchObject({ state: 'finishing', endReason: 'operator' });
  });

  it('ends a recording when all together have reached the space limit', async () => {
    const recordingId = await insert();
    await insert({ recordingId: recordingId.replace(/1$/, '0'), state: 'ready', sizeBytes: 2_000_000 });
    await putRecordingSettings(test.deps, { ...DEFAULT_RECORDING_SETTINGS, limitBytes: 2_000_001 });
    await sweepRecordings(test.deps);
    expect((await getRecording(test.deps, recordingId))!.state).toBe('recording');
    await putRecordingSettings(test.deps, { ...DEFAULT_RECORDING_SETTINGS, limitBytes: 2_000_000 });
    await sweepRecordings(test.deps);
    expect(await getRecording(test.deps, recordingId)).toMatchObject({ state: 'finishing', endReason: 'space_limit' });
  });

  it('starts a missing execution, and another one after one that ended early', async () => {
    const recordingId = await insert({ state: 'finishing', endedAt: seconds(60).toISOString(), execution: 1 });
    test.mocks.sfn
      .on(DescribeExecutionCommand)
      .rejectsOnce(new ExecutionDoesNotExist({ message: 'none', $metadata: {} }))
      .resolves({ status: 'FAILED' });
    await sweepRecordings(test.deps);
    await sweepRecordings(test.deps);
    const started = test.mocks.sfn.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input.name);
    expect(started).toEqual([`${recordingId}-1`, `${recordingId}-2`]);
  });

  it('deletes a recording after its days, and not before', async () => {
    const recordingId = await insert({ state: 'ready', endedAt: NOW.toISOString(), keepDays: 2 });
    test.time.now = seconds(2 * 86_400 - 1);
    await sweepRecordings(test.deps);
    expect((await getRecording(test.deps, recordingId))!.state).toBe('ready');
    test.time.now = seconds(2 * 86_400);
    await sweepRecordings(test.deps);
    expect((await getRecording(test.deps, recordingId))!.state).toBe('deleting');
  });

  it('keeps a recording whose days were removed', async () => {
    const recordingId = await insert({ state: 'ready', endedAt: NOW.toISOString(), keepDays: 2 });
    await changeRecording(test.deps, recordingId, (before) => ({ ...before, keepDays: null }));
    test.time.now = seconds(30 * 86_400);
    await sweepRecordings(test.deps);
    expect((await getRecording(test.deps, recordingId))!.state).toBe('ready');
  });

  it('forgets a mark without a recording only when none can come', async () => {
    const lone = `rec_01k8m3v0s5n2q8w4x6${'0'.repeat(8)}`;
    await markOpen(test.deps, lone);
    const markedAt = timeOfRecordingId(lone)!.getTime();
    test.time.now = new Date(markedAt + 3_600_000);
    await sweepRecordings(test.deps);
    expect(await listOpenRecordings(test.deps)).toEqual([lone]);
    test.time.now = new Date(markedAt + 3_600_001);
    await sweepRecordings(test.deps);
    expect(await listOpenRecordings(test.deps)).toEqual([]);
  });
});
