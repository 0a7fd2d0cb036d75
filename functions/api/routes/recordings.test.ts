import { PutObjectCommand } from '@aws-sdk/client-s3';
import { ListOriginEndpointsCommand } from '@aws-sdk/client-mediapackage';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { makePrimary, NOW, useTestApi } from '../../../test/support/api.ts';
import { changeDestination } from '../../aws/destination-table.ts';
import { changeRecording, getRecording, listOpenRecordings } from '../../aws/recording-table.ts';
import { PRIMARY_DESTINATION_ID, type Destination } from '../../domain/destination.ts';
import { sweepRecordings } from '../../schedules/sweep-recordings.ts';
import { beginRecording } from '../../workflow/recordings.ts';
import type { RecordingResource } from '../schemas/recordings.ts';

const test = useTestApi();
const PATH = '/api/recordings';

const begin = (body: object = {}) => test.call('POST', PATH, { body });

const changePreview = (change: Partial<Destination>) =>
  changeDestination(test.deps, PRIMARY_DESTINATION_ID, (before) => ({ ...before, ...change }));

/** Records, and changes the record as the workflow would. */
async function make(change: object = {}): Promise<RecordingResource> {
  const { body } = await begin({ name: 'Sunday' });
  await test.call('POST', `${PATH}/${body.recordingId}/stop`);
  await changeRecording(test.deps, body.recordingId, (before) => ({ ...before, ...change }));
  return (await test.call('GET', `${PATH}/${body.recordingId}`)).body;
}

beforeEach(() => test.put(makePrimary()));

describe('POST /api/recordings', () => {
  it('201 with the recording, which can be stopped; 200 for each further stop', async () => {
    const { status, body, headers } = await begin({ name: ' Sunday ', keepDays: null });
    expect([status, headers.get('location')]).toEqual([201, `${PATH}/${body.recordingId}`]);
    expect(body).toMatchObject({ name: 'Sunday', state: 'recording', startedAt: NOW.toISOString(), keepDays: null });
    test.time.now = new Date(NOW.getTime() + 60_000);
    for (let round = 0; round < 2; round += 1) {
      const stopped = await test.call('POST', `${PATH}/${body.recordingId}/stop`);
      expect(stopped.status).toBe(200);
      expect(stopped.body).toMatchObject({ state: 'finishing', endedAt: '2026-11-21T18:01:00.000Z' });
    }
    const starts = test.mocks.sfn.commandCalls(StartExecutionCommand);
    expect(new Set(starts.map(({ args }) => args[0].input.name))).toEqual(new Set([`${body.recordingId}-1`]));
  });

  it('201 with the recording of the first request when it is repeated with its key', async () => {
    const headers = { 'idempotency-key': 'again' };
    const [first, second] = [
      await test.call('POST', PATH, { body: {}, headers }),
      await test.call('POST', PATH, { body: {}, headers }),
    ];
    expect([second.status, second.body.recordingId]).toEqual([201, first.body.recordingId]);
  });

  it('409 while another one is in progress, and without a startover window', async () => {
    const first = await begin();
    const second = await begin();
    expect([second.status, second.problem.code]).toEqual([409, 'illegal_transition']);
    expect(second.problem.detail).toContain(first.body.recordingId);
    await test.call('POST', `${PATH}/${first.body.recordingId}/stop`);
    test.mocks.mediaPackage.on(ListOriginEndpointsCommand).resolves({ OriginEndpoints: [{ Id: 'x', HlsPackage: {} }] });
    expect((await begin()).problem.detail).toContain('keeps no media');
  });

  it('begins one of several that are requested at the same time', async () => {
    const answers = await Promise.all([begin(), begin(), begin()]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    expect(await listOpenRecordings(test.deps)).toHaveLength(1);
  });

  it('409 with the remedy while the preview is off', async () => {
    await changePreview({ status: 'idle', desired: 'idle' });
    const remedy = expect.stringContaining('PUT /api/primary');
    expect((await begin()).problem).toMatchObject({ status: 409, remedy });
    expect(await listOpenRecordings(test.deps)).toEqual([]);
  });

  it('201 while the preview starts, and the recording begins when the preview runs', async () => {
    await changePreview({ status: 'starting', desired: 'running', runningSince: null });
    const { status, body } = await begin();
    expect([status, body.startedAt]).toEqual([201, NOW.toISOString()]);
    await sweepRecordings(test.deps);
    const read = async () => (await test.call('GET', `${PATH}/${body.recordingId}`)).body.startedAt;
    expect(await read()).toBe(NOW.toISOString());
    const runningSince = new Date(NOW.getTime() + 7_000).toISOString();
    await changePreview({ status: 'running', runningSince });
    await sweepRecordings(test.deps);
    expect(await read()).toBe(runningSince);
  });

  it('409 when the recordings take all the space they may', async () => {
    await make({ state: 'ready', sizeBytes: 2_000_000 });
    const settings = { mode: 'manual', keepDays: 30, limitBytes: 2_000_000 };
    const put = await test.call('PUT', '/api/recording-settings', { body: settings });
    expect(put.body.space).toEqual({ usedBytes: 2_000_000, freeBytes: null, warning: 'limit_reached' });
    expect((await begin()).problem).toMatchObject({ status: 409, detail: expect.stringContaining('space') });
  });

  it('409 while the disk is full', async () => {
    test.rebuild({ recordingDisk: () => ({ freeBytes: 10, isLow: true, isFull: true }) });
    expect((await begin()).problem).toMatchObject({ status: 409, detail: expect.stringContaining('disk') });
  });

  it.each([
    [{ name: 'x'.repeat(10_000) }, 'name', 'at most 100'],
    [{ name: 'a\u0000b' }, 'name', 'control characters'],
    [{ name: '  ' }, 'name', 'enter a name'],
    [{ keepDays: 0 }, 'keepDays', 'at least 1'],
    [{ keepDays: 1.5 }, 'keepDays', ''],
    [{ startAt: 'yesterday' }, 'startAt', ''],
    [{ startAt: '2026-11-21T18:00:01Z' }, 'startAt', 'future'],
    [{ startAt: '2026-11-20T17:59:59Z' }, 'startAt', 'startover window of 86400 seconds'],
    [{ until: 'x' }, 'until', 'unknown field'],
  ])('422 for %j, naming the field', async (body, field, message) => {
    const { status, problem } = await begin(body);
    expect([status, problem.errors?.[0]?.field]).toEqual([422, field]);
    expect(problem.errors?.[0]?.message).toContain(message);
    expect(await listOpenRecordings(test.deps)).toEqual([]);
  });

  it('422 for a beginning before the preview ran for the first time', async () => {
    const startAt = '2026-11-21T17:58:59Z';
    const early = await begin({ startAt });
    expect([early.status, early.problem.errors?.[0]?.field]).toEqual([422, 'startAt']);
    expect(early.problem.errors?.[0]?.message).toContain('at 2026-11-21T17:59:00.000Z or later');
    await changePreview({ status: 'starting', runningSince: null });
    expect((await begin({ startAt })).problem.errors?.[0]?.message).toContain('has not run yet');
    expect(await listOpenRecordings(test.deps)).toEqual([]);
  });

  it('201 for a beginning that the origin still has', async () => {
    await changePreview({ runningSince: '2026-11-21T16:00:00.000Z' });
    const { status, body } = await begin({ startAt: '2026-11-21T17:00:00+00:00' });
    expect([status, body.startedAt]).toEqual([201, '2026-11-21T17:00:00.000Z']);
  });
});

describe('GET /api/recordings', () => {
  it('200 with the newest first, page by page', async () => {
    for (const name of ['one', 'two', 'three']) await make({ name });
    const page = await test.call('GET', `${PATH}?limit=2`);
    expect(page.body.data.map(({ name }: RecordingResource) => name)).toEqual(['three', 'two']);
    const next = await test.call('GET', `${PATH}?limit=2&cursor=${page.body.nextCursor}`);
    expect(next.body.data.map(({ name }: RecordingResource) => name)).toEqual(['one']);
    expect((await test.call('GET', `${PATH}?cursor=eA`)).status).toBe(422);
  });

  it('404 for an unknown one, on every path', async () => {
    const unknown = `${PATH}/rec_${'0'.repeat(26)}`;
    for (const path of [unknown, `${unknown}/media/index.m3u8`, `${unknown}/download`, `${PATH}/x/download`]) {
      expect((await test.call('GET', path)).status, path).toBe(404);
    }
    expect((await test.call('POST', `${unknown}/stop`)).status).toBe(404);
    expect((await test.call('DELETE', unknown)).status).toBe(404);
    expect((await test.call('PATCH', unknown, { body: { name: 'x' } })).status).toBe(404);
  });
});

describe('PATCH and DELETE /api/recordings/{recordingId}', () => {
  it('200 with the new name and the day of its deletion', async () => {
    const made = await make();
    const { status, body } = await test.call('PATCH', `${PATH}/${made.recordingId}`, {
      body: { name: 'Monday', keepDays: 2 },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'Monday', keepDays: 2, keptUntil: '2026-11-23T18:00:01.000Z' });
    const refused = await test.call('PATCH', `${PATH}/${made.recordingId}`, { body: { name: '' } });
    expect(refused.status).toBe(422);
  });

  it('409 while it records', async () => {
    const running = (await begin()).body;
    const refused = await test.call('DELETE', `${PATH}/${running.recordingId}`);
    expect([refused.status, refused.problem.allowedActions]).toEqual([409, ['stop']]);
  });

  it('202 deletes a recording that is ready', async () => {
    const made = await make({ state: 'ready' });
    for (let round = 0; round < 2; round += 1) {
      const { status, body } = await test.call('DELETE', `${PATH}/${made.recordingId}`);
      expect([status, body.state, body.allowedActions]).toEqual([202, 'deleting', []]);
    }
    expect(await listOpenRecordings(test.deps)).toEqual([made.recordingId]);
  });
});

describe('GET /api/recordings/{recordingId}/media/*', () => {
  it('200 with a file of the recording, and 404 for any other path', async () => {
    const made = await make({ state: 'ready' });
    const put = (Key: string) =>
      test.deps.clients.s3.send(
        new PutObjectCommand({ Bucket: test.deps.deployment.recordingBucket, Key, Body: `content of ${Key}` }),
      );
    await put(`recordings/${made.recordingId}/index.m3u8`);
    await put('recordings/other/index.m3u8');
    const answer = await test.call('GET', made.playUrl!);
    expect(answer.text).toBe(`content of recordings/${made.recordingId}/index.m3u8`);
    expect(answer.headers.get('content-type')).toBe('application/vnd.apple.mpegurl');
    const folder = `${PATH}/${made.recordingId}/media`;
    for (const path of ['%2e%2e/other/index.m3u8', 'a%2f..%2f..%2fother/index.m3u8', 'index.mp4', 'no.ts', '.ts', '']) {
      expect((await test.call('GET', `${folder}/${path}`)).status, path).toBe(404);
    }
  });

  it('409 until the recording is ready, and for a download on AWS', async () => {
    const made = await make();
    expect((await test.call('GET', `${PATH}/${made.recordingId}/media/index.m3u8`)).status).toBe(409);
    const ready = await make({ state: 'ready' });
    expect(ready.downloadUrl).toBeNull();
    expect((await test.call('GET', `${PATH}/${ready.recordingId}/download`)).problem.remedy).toContain('aws s3 cp');
  });

  it('200 with a download under a name that is safe in every system', async () => {
    test.rebuild({ remuxRecording: () => new Blob(['mp4']).stream() });
    const made = await make({ state: 'ready', name: '../../etc/"passwd"\r\nx: y' });
    const { text, headers } = await test.call('GET', made.downloadUrl!);
    expect(text).toBe('mp4');
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="_.._etc__passwd___x_ y.mp4"; filename\*=/,
    );
  });
});

describe('/api/recording-settings', () => {
  it('200 with the defaults, then with what was set', async () => {
    const { body } = await test.call('GET', '/api/recording-settings');
    expect(body).toEqual({
      ...{ mode: 'manual', keepDays: 30, limitBytes: null },
      space: { usedBytes: 0, freeBytes: null, warning: null },
    });
    const wanted = { mode: 'always', keepDays: null, limitBytes: 1_000_000 };
    expect((await test.call('PUT', '/api/recording-settings', { body: wanted })).body).toMatchObject(wanted);
    expect((await test.call('GET', '/api/recording-settings')).body).toMatchObject(wanted);
    for (const bad of [{ ...wanted, limitBytes: 1 }, { ...wanted, mode: 'never' }, { mode: 'always' }]) {
      expect((await test.call('PUT', '/api/recording-settings', { body: bad })).status).toBe(422);
    }
  });
});

describe('PUT /api/recording-settings', () => {
  const settings = { mode: 'always', keepDays: 30, limitBytes: null };
  const put = (body: object) => test.call('PUT', '/api/recording-settings', { body });

  it('200 ends the recording that the setting began, and no other', async () => {
    const byHand = (await begin()).body;
    const chosen = { recordingId: byHand.recordingId.replace(/.$/, 'z'), name: 'Recording', keepDays: 30 };
    await beginRecording(test.deps, { ...chosen, origin: 'always', askedAt: NOW.toISOString(), createdBy: 'always' });
    await put(settings);
    expect((await getRecording(test.deps, chosen.recordingId))!.state).toBe('recording');
    expect((await put({ ...settings, mode: 'manual' })).status).toBe(200);
    expect(await getRecording(test.deps, chosen.recordingId)).toMatchObject({
      state: 'finishing',
      endReason: 'operator',
    });
    expect((await getRecording(test.deps, byHand.recordingId))!.state).toBe('recording');
  });

  it.each([
    [{ mode: 'sometimes' }, 'mode'],
    [{ keepDays: 0 }, 'keepDays'],
    [{ limitBytes: 999_999 }, 'limitBytes'],
    [{ limitBytes: 1e300 }, 'limitBytes'],
  ])('422 for %j, and nothing changes', async (change, field) => {
    const { status, problem } = await put({ ...settings, ...change });
    expect([status, problem.errors?.[0]?.field]).toEqual([422, field]);
    expect((await test.call('GET', '/api/recording-settings')).body.mode).toBe('manual');
  });
});

describe('PUT /api/primary while a recording runs', () => {
  const turnOff = () => test.call('PUT', '/api/primary', { body: { mode: 'off' } });

  it('409 with the remedy for off, until the recording is stopped', async () => {
    const { recordingId } = (await begin({ name: 'Sunday' })).body;
    const refused = await turnOff();
    expect(refused.problem).toMatchObject({ status: 409, code: 'illegal_transition' });
    expect(refused.problem.detail).toContain('“Sunday”');
    expect(refused.problem.remedy).toContain('stop the recording');
    expect((await test.call('GET', '/api/primary')).body.mode).toBe('always');
    await test.call('POST', `${PATH}/${recordingId}/stop`);
    expect((await turnOff()).status).toBe(200);
  });

  it('409 names the setting that began it', async () => {
    const recordingId = `rec_${'0'.repeat(26)}`;
    const chosen = { recordingId, name: 'Recording', keepDays: 30, origin: 'always' } as const;
    await beginRecording(test.deps, { ...chosen, askedAt: NOW.toISOString(), createdBy: 'always' });
    expect((await turnOff()).problem.remedy).toContain('Record always');
  });
});
