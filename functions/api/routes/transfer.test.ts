import { describe, expect, it } from 'vitest';
import { buildPlainPng } from '../../domain/plain-png.ts';
import type { TransferDocument } from '../schemas/transfer.ts';
import { STREAM_KEY, useTestApi } from '../../../test/support/api.ts';

/** Export and import: a deployment that is exported, imported into an empty one and exported again is the same. */

const test = useTestApi();
const PASSPHRASE = 'correct horse battery';
const PNG = buildPlainPng(640, 360, '0a141e');

const post = (path: string, body: object) => test.call('POST', path, { body });

async function exported(body: object = {}): Promise<TransferDocument> {
  const answer = await post('/api/export', body);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

async function imported(body: object) {
  const answer = await post('/api/import', body);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as { isComplete: boolean; items: Record<string, any>[] };
}

const sendPicture = async (path: string) => {
  const answer = await test.api.request(path, {
    method: 'PUT',
    headers: { authorization: `Bearer test-token-0123456789`, 'content-type': 'image/png' },
    body: new Uint8Array(PNG),
  });
  expect(answer.status, await answer.text()).toBe(200);
};

async function must(method: string, path: string, body: object) {
  const answer = await test.call(method, path, { body });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

/** Creates one of everything that an export contains. */
async function fill() {
  const main = await test.add({ name: 'Main', group: 'Church', holdMinutes: 25, onSourceLoss: 'stop' });
  const second = await test.add({
    name: 'Second',
    streamKey: `${STREAM_KEY}-2`,
    backupIngest: true,
    backupStreamKey: 'own-backup-key-1234',
    keyUse: 'once',
    keyValidUntil: '2027-01-01T00:00:00.000Z',
    preset: '720p30',
    standby: 'cold',
    sound: { track: { by: 'language', language: 'spa' }, channels: 'source', loudnessLufs: -23 },
  });
  const srt = {
    name: 'Studio',
    platform: 'srt',
    rtmpUrl: 'srt://studio.example:9000',
    streamId: 'publish:x',
    latencyMs: 500,
    passphrase: 'a passphrase of srt',
  };
  await must('POST', '/api/destinations', srt);
  await must('PATCH', `/api/destinations/${second.destinationId}`, { position: 3 });
  await must('POST', '/api/notification-targets', {
    name: 'Hook',
    kind: 'webhook',
    url: 'https://hooks.example.com/secret-path',
    filter: { destinationIds: [main.destinationId], severities: ['high'] },
  });
  await must('POST', '/api/notification-targets', { name: 'Mail', kind: 'email', email: 'studio@example.com' });
  await must('PUT', '/api/ceilings/month', { amount: 900_000, action: 'ask', spared: [main.destinationId] });
  await must('PUT', '/api/no-source-limit', { minutes: 7, action: 'stop', spared: [second.destinationId] });
  await must('PUT', '/api/sound', { track: { by: 'number', number: 2 }, channels: 'source', loudnessLufs: -14 });
  await must('PUT', '/api/recording-settings', { mode: 'manual', keepDays: 30, limitBytes: 5_000_000 });
  await must('PUT', '/api/incident-rules', { rules: { source_lost: { holdSeconds: 9 } }, escalateAfterSeconds: null });
  await must('PUT', `/api/destinations/${main.destinationId}/incident-rules`, {
    rules: { destination_slow: { enabled: false } },
  });
  await must('POST', '/api/incident-mutes', {
    destinationId: main.destinationId,
    until: '2026-11-22T10:00:00.000Z',
    reason: 'rehearsal',
  });
  await sendPicture('/api/slate-image');
  const show = {
    title: 'Sunday',
    zone: 'Europe/Berlin',
    localStart: '2026-11-29T10:00:00',
    localEnd: '2026-11-29T11:00:00',
    description: 'First\nsecond',
    tags: ['a', 'b'],
    privacy: 'public',
    record: true,
    startsSource: true,
    sourceLostMinutes: 5,
    onFailure: 'stop-all',
    expectedSource: { width: 1920, height: 1080 },
    destinations: [{ destinationId: second.destinationId, offsetSeconds: -60, isRequired: true }],
    isDraft: false,
  };
  const planned = await must('POST', '/api/shows', show);
  await sendPicture(`/api/shows/${planned.showId}/cover`);
  const weekly = {
    ...{ title: 'Weekly', zone: 'UTC', localStart: '2026-11-25T18:00:00' },
    ...{ recurrence: 'FREQ=WEEKLY;BYDAY=WE;COUNT=4', destinations: [{ destinationId: main.destinationId }] },
  };
  const first = await must('POST', '/api/shows', { ...weekly, isDraft: false });
  const answer = await test.api.request(`/api/shows/${first.showId}/cover?scope=following`, {
    method: 'PUT',
    headers: { authorization: `Bearer test-token-0123456789`, 'content-type': 'image/png' },
    body: new Uint8Array(PNG),
  });
  expect(answer.status).toBe(200);
  return { main, second };
}

describe('POST /api/export', () => {
  it('is byte-equal for the same state, apart from its time', async () => {
    await fill();
    const [one, other] = [await post('/api/export', {}), await post('/api/export', {})];
    expect(one.text).toBe(other.text);
    test.time.now = new Date(test.time.now.getTime() + 5000);
    const later = await exported();
    expect({ ...later, exportedAt: '' }).toEqual({ ...one.body, exportedAt: '' });
  });

  it('contains no secret and no id without a passphrase', async () => {
    const { main } = await fill();
    const { text } = await post('/api/export', {});
    for (const secret of [
      STREAM_KEY,
      'own-backup-key',
      'a passphrase of srt',
      'secret-path',
      main.destinationId,
      'arn:',
    ]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('POST /api/import', () => {
  it('recreates everything in an empty deployment, and a second import finds it the same', async () => {
    await fill();
    const document = await exported({ passphrase: PASSPHRASE });
    await test.reset();
    const preview = await imported({ document, passphrase: PASSPHRASE, dryRun: true, scheduleShows: true });
    expect(preview.items.filter(({ problem }) => problem)).toEqual([]);
    expect((await exported()).destinations).toEqual([]);
    const done = await imported({ document, passphrase: PASSPHRASE, scheduleShows: true });
    expect(done.items.filter(({ problem }) => problem)).toEqual([]);
    expect(done.isComplete).toBe(true);
    const again = await exported({ passphrase: PASSPHRASE });
    expect({ ...again, keys: '' }).toEqual({ ...document, keys: '' });
    const second = await imported({ document, passphrase: PASSPHRASE, scheduleShows: true });
    expect(second.items.filter(({ status }) => status !== 'same')).toEqual([]);
    expect(second.items.every(({ outcome }) => outcome === 'skipped')).toBe(true);
  });
});
