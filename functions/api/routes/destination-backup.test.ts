import { describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeRecord, makeRunning, OTHER_ID, useTestApi } from '../../../test/support/api.ts';

const test = useTestApi();

const KEY = 'abcd-efgh-ijkl-mnop';
const OWN_KEY = 'ponm-lkji-hgfe-dcba';
const BACKUP_URL = 'rtmps://b.rtmps.youtube.com:443/live2?backup=1';
const CUSTOM = { platform: 'custom', rtmpUrl: 'rtmp://1.1.1.1/live', backupRtmpUrl: 'rtmp://9.9.9.9/live' };

const post = (fields: object = {}) =>
  test.call('POST', '/api/destinations', {
    body: { name: 'Main', platform: 'youtube', streamKey: KEY, backupIngest: true, ...fields },
  });
const patch = (body: object, query = '') => test.call('PATCH', `/api/destinations/${DESTINATION_ID}${query}`, { body });
const refusals = ({ problem }: Awaited<ReturnType<typeof post>>) =>
  Object.fromEntries((problem.errors ?? []).map(({ field, message }) => [field, message]));

describe('POST /api/destinations with a backup ingest', () => {
  it('201 takes the backup URL of the platform and the main stream key', async () => {
    const answer = await post();
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      ...{ backupIngest: true, backupRtmpUrl: BACKUP_URL, backupStreamKeySet: false, backupStreamKeyLast4: null },
      ingests: [],
    });
    expect(await test.read(answer.body.destinationId)).toMatchObject({ backupStreamKeyCiphertext: null });
  });

  it('201 stores an own stream key encrypted and never returns it', async () => {
    const answer = await post({ ...CUSTOM, backupStreamKey: OWN_KEY });
    expect(answer.body).toMatchObject({
      ...{ backupRtmpUrl: 'rtmp://9.9.9.9/live', backupStreamKeySet: true, backupStreamKeyLast4: 'dcba' },
    });
    const record = await test.read(answer.body.destinationId);
    expect(record?.backupStreamKeyCiphertext).toMatch(/^[A-Za-z0-9+/=]{40,}$/);
    expect(JSON.stringify([record, answer.body, test.log])).not.toContain(OWN_KEY);
  });

  it('201 keeps one key when both are the same', async () => {
    const { body } = await post({ backupStreamKey: KEY });
    expect(body).toMatchObject({ backupIngest: true, backupStreamKeySet: false });
  });

  it('costs more than one pipeline, by the factor of the price list', async () => {
    const [single, double] = await Promise.all([
      post({ backupIngest: false, platform: 'custom', rtmpUrl: 'rtmp://1.1.1.1/one', preset: '720p30' }),
      post({ ...CUSTOM, preset: '720p30' }),
    ]);
    const encoding = ({ body }: typeof single) => body.cost.parts[0].perHour;
    expect(encoding(double) / encoding(single)).toBeCloseTo(5 / 3, 4);
  });

  it.each(['twitch', 'kick', 'x', 'linkedin'])('422 for %s, which takes one publisher per key', async (platform) => {
    const answer = await post({
      platform,
      rtmpUrl: 'rtmps://1.1.1.1/app',
      streamKey: 'live_123456789_AbCdEfGhIjKlMnOpQrStUvWxYz0123',
    });
    expect(answer.status).toBe(422);
    expect(refusals(answer)).toEqual({
      backupIngest: expect.stringMatching(/one publisher per stream key, and a second one would disconnect the first/),
    });
  });

  it('422 for SRT, which has no channel', async () => {
    const answer = await post({ platform: 'srt', rtmpUrl: 'srt://1.1.1.1:9000', streamKey: undefined });
    expect(refusals(answer)).toEqual({ backupIngest: expect.stringContaining('add a second SRT destination') });
  });

  it.each([
    ['backupRtmpUrl', { backupRtmpUrl: 'rtmps://a.rtmps.youtube.com/live2' }, /must differ from the RTMP URL/],
    ['backupRtmpUrl', { backupRtmpUrl: 'rtmps://10.0.0.1/live2' }, /private network/],
    ['backupRtmpUrl', { backupRtmpUrl: 'srt://9.9.9.9:9000' }, /YouTube accepts/],
    ['backupRtmpUrl', { ...CUSTOM, backupRtmpUrl: `rtmp://9.9.9.9/live/${KEY}` }, /own field/],
    [
      'backupRtmpUrl',
      { ...CUSTOM, backupStreamKey: 'own-key-of-it', backupRtmpUrl: 'rtmp://9.9.9.9/own-key-of-it' },
      /own field/,
    ],
    ['backupRtmpUrl', { ...CUSTOM, backupRtmpUrl: undefined }, /required: Custom RTMP has no default backup URL/],
    ['backupRtmpUrl', { platform: 'facebook', streamKey: 'FB-1-key' }, /secure_stream_secondary_urls/],
    ['backupRtmpUrl', { backupIngest: false, backupRtmpUrl: BACKUP_URL }, /only with a backup ingest/],
    ['backupStreamKey', { backupIngest: false, backupStreamKey: OWN_KEY }, /only with a backup ingest/],
    ['backupStreamKey', { backupStreamKey: '' }, /enter a stream key/],
    ['backupStreamKey', { backupStreamKey: 'with space' }, /spaces/],
    ['backupIngest', { backupIngest: 'yes' }, /must be a boolean/],
  ])('422 for %s in %j', async (field, fields, message) => {
    const answer = await post(fields);
    expect(answer.status).toBe(422);
    expect(refusals(answer)).toEqual({ [field]: expect.stringMatching(message) });
    expect((await test.call('GET', '/api/destinations')).body.data).toEqual([]);
  });

  it('409 when another destination already pushes this key to the backup address', async () => {
    expect((await post({ ...CUSTOM })).status).toBe(201);
    const other = await post({ backupIngest: false, platform: 'custom', rtmpUrl: 'rtmp://9.9.9.9/live' });
    expect(other.status).toBe(409);
    expect(other.problem.code).toBe('duplicate_destination');
  });
});

describe('PATCH /api/destinations/{id} of the backup ingest', () => {
  it('200 turns it on and off', async () => {
    await test.put(makeRecord());
    const on = await patch({ backupIngest: true });
    expect(on.body).toMatchObject({ backupIngest: true, backupRtmpUrl: BACKUP_URL, revision: 5 });
    const off = await patch({ backupIngest: false });
    expect(off.body).toMatchObject({ backupIngest: false, backupRtmpUrl: null, revision: 6 });
  });

  it('200 keeps address and own key when other fields change', async () => {
    await test.put(makeRecord());
    await patch({ backupIngest: true, backupStreamKey: OWN_KEY });
    const { body } = await patch({ preset: '720p30' });
    expect(body).toMatchObject({ backupRtmpUrl: BACKUP_URL, backupStreamKeyLast4: 'dcba' });
    const same = await patch({ backupStreamKey: null });
    expect(same.body).toMatchObject({ backupIngest: true, backupStreamKeySet: false });
  });

  it('409 restart_required on air, and waits for the next start with apply', async () => {
    await test.put(makeRunning());
    const answer = await patch({ backupIngest: true });
    expect([answer.status, answer.problem.code]).toEqual([409, 'restart_required']);
    const later = await patch({ backupIngest: true }, '?apply=next-start');
    expect(later.body).toMatchObject({ backupIngest: true, pendingChanges: true, status: 'running' });
  });

  it('200 without a restart when the request says what is stored', async () => {
    await test.put(makeRunning());
    const answer = await patch({ backupIngest: false });
    expect(answer.body).toMatchObject({ revision: 4, pendingChanges: false });
  });

  it('422 when the new platform takes no backup ingest, or an own key would go to it', async () => {
    await test.put(makeRecord());
    await patch({ backupIngest: true, backupStreamKey: OWN_KEY });
    const toTwitch = await patch({ platform: 'twitch', rtmpUrl: 'rtmps://1.1.1.1/app' });
    expect(refusals(toTwitch)).toEqual({ backupIngest: expect.stringContaining('Twitch takes one publisher') });
    const toCustom = await patch({
      platform: 'custom',
      rtmpUrl: 'rtmp://1.1.1.1/live',
      backupRtmpUrl: 'rtmp://9.9.9.9/live',
    });
    expect(refusals(toCustom)).toEqual({
      backupStreamKey: expect.stringContaining('required when the platform changes'),
    });
  });

  it('422 when the main URL becomes the backup URL', async () => {
    await test.put(makeRecord());
    await patch({ backupIngest: true });
    expect(refusals(await patch({ rtmpUrl: BACKUP_URL }))).toEqual({
      backupRtmpUrl: expect.stringContaining('must differ'),
    });
  });
});

it('PUT turns the backup ingest off when it is left out', async () => {
  await test.put(makeRecord());
  await patch({ backupIngest: true });
  const body = { name: 'Main', platform: 'youtube', rtmpUrl: 'rtmps://a.rtmps.youtube.com:443/live2' };
  const answer = await test.call('PUT', `/api/destinations/${DESTINATION_ID}`, {
    body: { ...body, preset: '1080p30', standby: 'cold' },
  });
  expect(answer.body).toMatchObject({ backupIngest: false, backupRtmpUrl: null });
});

it('GET shows main and backup ingest each on its own', async () => {
  const running = makeRunning({ destinationId: OTHER_ID, backupRtmpUrl: BACKUP_URL });
  const backup = { activeOutputs: 0 };
  await test.put({ ...running, observation: { ...running.observation!, backup } });
  const { body } = await test.call('GET', `/api/destinations/${OTHER_ID}`);
  expect(body.ingests).toMatchObject([
    { ingest: 'main', level: 'good', bitrateBps: 4_400_000 },
    { ingest: 'backup', code: 'connecting', bitrateBps: null },
  ]);
});

it('POST /api/estimates prices a planned backup ingest, and refuses one that the platform does not take', async () => {
  const estimate = (planned: object) =>
    test.call('POST', '/api/estimates', {
      body: { planned: { preset: '720p30', standby: 'cold', ...planned }, hours: 1 },
    });
  const single = await estimate({ platform: 'youtube' });
  const double = await estimate({ platform: 'youtube', backupIngest: true });
  expect(double.body.items[0].perHour).toBeGreaterThan(single.body.items[0].perHour * 1.5);
  const refused = await estimate({ platform: 'twitch', backupIngest: true });
  expect(refusals(refused)).toEqual({ 'planned.backupIngest': expect.stringContaining('one publisher') });
});
