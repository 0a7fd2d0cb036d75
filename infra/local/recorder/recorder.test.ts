import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOW, useTestApi } from '../../../test/support/api.ts';
import { getRecording, insertRecording, putRecordingSettings } from '../../../functions/aws/recording-table.ts';
import { DEFAULT_RECORDING_SETTINGS, newRecording } from '../../../functions/domain/recording.ts';
import { removeRecordingLater, stopRecording } from '../../../functions/workflow/recordings.ts';
import { createIdleEngine, type KeepReport, type KeepRequest } from '../engine/contract.ts';
import { createRecorder, type ReadSpace } from './recorder.ts';

const test = useTestApi();
const ID = `rec_${'0'.repeat(26)}`;
const GIGABYTE = 1_000_000_000;

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'recorder-'))));
afterEach(() => rmSync(directory, { recursive: true }));

function start({ freeBytes = 50 * GIGABYTE }: { freeBytes?: number } = {}) {
  const asked: (KeepRequest | null)[] = [];
  const keeping: KeepReport[] = [];
  const free = { bytes: freeBytes };
  const readSpace: ReadSpace = async () => free.bytes;
  const idle = createIdleEngine();
  const recorder = createRecorder({
    deps: test.deps,
    engine: {
      ...idle,
      report: () => ({ ...idle.report(), keeping }),
      keepSegments: async (_id, keep) => void asked.push(keep),
    },
    packageChannelId: 'preview',
    directory,
    dataDirectory: directory,
    reserveBytes: GIGABYTE,
    readSpace,
  });
  const fail = (error: string) => keeping.push({ packageChannelId: 'preview', error, droppedSegments: 0 });
  return { recorder, asked, fail, free };
}

async function record(startedAt = NOW): Promise<void> {
  const chosen = { recordingId: ID, name: 'Sunday', origin: 'operator', keepDays: 1, createdBy: 'test' } as const;
  await insertRecording(test.deps, newRecording({ ...chosen, startedAt: startedAt.toISOString() }, NOW));
}

const seen = () => getRecording(test.deps, ID);

describe('the recorder', () => {
  it('keeps segments from the beginning of a recording until it is copied, and asks the engine once', async () => {
    const { recorder, asked } = start();
    await recorder.tick();
    await record();
    await recorder.tick();
    await recorder.tick();
    await stopRecording(test.deps, ID, { reason: 'operator' });
    await recorder.tick();
    await removeRecordingLater(test.deps, ID);
    await recorder.tick();
    expect(asked).toEqual([null, { directory, fromMs: NOW.getTime() }, null]);
  });

  it('forgets what no recording needs', async () => {
    const folder = join(directory, 'preview', 'index_1');
    mkdirSync(folder, { recursive: true });
    const endMs = NOW.getTime();
    for (const name of [`${endMs - 2000}-1000.ts`, `${endMs - 500}-1000.ts`]) writeFileSync(join(folder, name), 'x');
    const { recorder } = start();
    await record();
    await recorder.tick();
    expect(readdirSync(folder)).toEqual([`${endMs - 500}-1000.ts`]);
  });

  it.each([
    ['ENOSPC', 'disk_full'],
    ['EDQUOT', 'disk_full'],
    ['EIO', 'disk_failed'],
  ])('ends a recording when a segment cannot be written because of %s, with the reason %s', async (code, reason) => {
    const { recorder, fail } = start();
    await record();
    await recorder.tick();
    expect((await seen())!.state).toBe('recording');
    fail(code);
    await recorder.tick();
    expect(await seen()).toMatchObject({ state: 'finishing', endReason: reason });
    expect(test.log.join('\n')).toContain('a recording was ended');
  });

  it('ends a recording before the disk is full, and warns at twice the reserve', async () => {
    const { recorder, free } = start({ freeBytes: 2 * GIGABYTE - 1 });
    await record();
    await recorder.tick();
    expect([recorder.disk(), (await seen())!.state]).toEqual([
      { freeBytes: 2 * GIGABYTE - 1, isLow: true, isFull: false },
      'recording',
    ]);
    free.bytes = GIGABYTE - 1;
    for (let tick = 0; tick < 10; tick += 1) await recorder.tick();
    expect(recorder.disk()?.isFull).toBe(true);
    expect(await seen()).toMatchObject({ state: 'finishing', endReason: 'disk_full' });
  });

  it('ends a recording when it and the others have reached the limit', async () => {
    const folder = join(directory, 'preview', 'index_1');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${NOW.getTime()}-1000.ts`), Buffer.alloc(1_000_000));
    const { recorder } = start();
    await putRecordingSettings(test.deps, { ...DEFAULT_RECORDING_SETTINGS, limitBytes: 1_000_001 });
    await record();
    await recorder.tick();
    expect((await seen())!.state).toBe('recording');
    await putRecordingSettings(test.deps, { ...DEFAULT_RECORDING_SETTINGS, limitBytes: 1_000_000 });
    for (let tick = 0; tick < 10; tick += 1) await recorder.tick();
    expect(await seen()).toMatchObject({ state: 'finishing', endReason: 'space_limit' });
  });
});
