import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import type { Destination } from '../../domain/destination.ts';
import { withOperation } from '../../domain/lifecycle.ts';
import {
  DESTINATION_ID,
  makeBody,
  makePrimary,
  makeRecord,
  makeRunning,
  MISSING_ID,
  NOW,
  STREAM_KEY,
  useTestApi,
} from '../../../test/support/api.ts';

const test = useTestApi();

const post = (fields: object = {}, headers: Record<string, string> = {}) =>
  test.call('POST', '/api/destinations', { body: { ...makeBody(), ...fields }, headers });

describe('POST /api/destinations', () => {
  it('201 adds a destination once when the answer to the write is lost and the SDK repeats it', async () => {
    test.loseAnswers('PutCommand');
    const answer = await post();
    expect(answer.status).toBe(201);
    expect((await test.call('GET', '/api/destinations')).body.data).toMatchObject([
      { destinationId: answer.body.destinationId },
    ]);
    expect(test.executions()).toEqual([`${answer.body.destinationId}-create-1`]);
  });

  it('201 stores a warm destination and starts creating its channel', async () => {
    const answer = await post();
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      name: 'Main',
      platform: 'youtube',
      rtmpUrl: 'rtmps://a.rtmps.youtube.com:443/live2',
      preset: '1080p30',
      standby: 'warm',
      status: 'creating',
      desired: 'idle',
      streamKeySet: true,
      streamKeyLast4: '77vb',
      onAir: false,
      operation: { kind: 'create', state: 'running', stepNumber: 1, stepCount: 2, requestedBy: 'operator' },
    });
    expect(answer.headers.get('location')).toBe(`/api/destinations/${answer.body.destinationId}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(test.executions()).toEqual([`${answer.body.destinationId}-create-1`]);
  });

  it('201 trims the group, and uses none by default', async () => {
    expect((await post({ group: '  Sunday service ' })).body.group).toBe('Sunday service');
    expect((await post({ streamKey: 'another-key-9876' })).body.group).toBeNull();
    expect((await post({ streamKey: 'a-third-key-5432', group: null })).body.group).toBeNull();
  });

  it.each([
    ['', 'must have at least one character'],
    ['   ', 'must have at least one character'],
  ])('422 for the group %j, because null means no group', async (group, message) => {
    expect((await post({ group })).problem.errors).toEqual([{ field: 'group', message }]);
  });

  it('422 for a group that is too long or unprintable', async () => {
    expect((await post({ group: 'g'.repeat(41) })).problem.errors?.[0]?.message).toMatch(/at most 40/);
    expect((await post({ group: 'Sun\u202eday' })).problem.errors?.[0]?.message).toMatch(/control characters/);
    expect((await post({ name: '\u200b\u2060' })).problem.errors?.[0]?.message).toMatch(/visible character/);
    expect((await post({ group: 'g'.repeat(40) })).status).toBe(201);
  });

  it('201 starts no operation for a cold destination', async () => {
    const answer = await post({ standby: 'cold' });
    expect(answer.body).toMatchObject({ status: 'idle', standby: 'cold', operation: null });
    expect(test.executions()).toEqual([]);
  });

  it('201 estimates the first start by the preview’s start', async () => {
    await test.put({ ...makePrimary(), tookMs: { EnsureChannelRun: 94_000 } });
    const { body } = await post();
    expect(await test.read(body.destinationId)).toMatchObject({ tookMs: { EnsureChannelRun: 94_000 } });
  });

  it('201 stores the key encrypted, with only its last four characters in the clear', async () => {
    const { body } = await post();
    const record = await test.read(body.destinationId);
    expect(JSON.stringify(record)).not.toContain(STREAM_KEY);
    expect(record?.streamKeyCiphertext).toMatch(/^[A-Za-z0-9+/=]{40,}$/);
  });

  it('201 even when the state machine cannot be started, because the sweep starts it', async () => {
    test.mocks.sfn.on(StartExecutionCommand).rejects(new Error('no'));
    const answer = await post();
    expect(answer.status).toBe(201);
    expect((await test.read(answer.body.destinationId))?.operation?.kind).toBe('create');
    expect(test.log.some((line) => line.includes('execution not started'))).toBe(true);
  });

  it('201 for a host that does not resolve yet', async () => {
    test.addresses['not-yet.example.com'] = [];
    const answer = await post({ platform: 'custom', rtmpUrl: 'rtmp://not-yet.example.com/live' });
    expect(answer.status).toBe(201);
  });

  it('201 for several destinations of one platform', async () => {
    await test.add();
    expect((await post({ name: 'Second', streamKey: 'another-key-9876' })).status).toBe(201);
  });

  it('201 for the same key at another application of a custom server', async () => {
    await test.add({ platform: 'custom', rtmpUrl: 'rtmp://live.example.com/one' });
    expect((await post({ platform: 'custom', rtmpUrl: 'rtmp://live.example.com/two' })).status).toBe(201);
  });

  it('409 duplicate_destination for the same key at the same host names the other destination', async () => {
    const first = await test.add({ name: 'First' });
    const answer = await post({ name: 'Second', rtmpUrl: 'rtmp://a.rtmps.youtube.com/live2' });
    expect(answer.status).toBe(409);
    expect(answer.problem.code).toBe('duplicate_destination');
    expect(answer.problem.detail).toContain('"First"');
    expect(answer.problem.detail).toContain(first.destinationId);
  });

  it('422 names every offending field and the allowed ones', async () => {
    const answer = await test.call('POST', '/api/destinations', {
      body: { name: '', platform: 'youtube', stremKey: 'x', standby: 'hot' },
    });
    expect(answer.status).toBe(422);
    expect(answer.problem.code).toBe('validation_failed');
    expect(answer.problem.errors).toEqual([
      { field: 'name', message: 'enter a name' },
      { field: 'standby', message: 'must be one of warm, cold, not "hot"' },
      {
        field: 'stremKey',
        message:
          'unknown field; allowed: name, group, platform, rtmpUrl, streamKey, backupIngest, backupRtmpUrl, backupStreamKey, streamId, latencyMs, passphrase, keyValidUntil, keyUse, preset, standby, position, sound, onSourceLoss, holdMinutes, reference',
      },
    ]);
  });

  it('422 lists the platforms for an unknown platform', async () => {
    const { problem } = await post({ platform: 'tube' });
    expect(problem.errors?.[0]).toMatchObject({
      field: 'platform',
      message: expect.stringContaining('youtube, twitch'),
    });
  });

  it('422 requires the URL where the platform assigns one per event', async () => {
    const answer = await post({ platform: 'linkedin' });
    expect(answer.status).toBe(422);
    expect(answer.problem.errors?.[0]?.field).toBe('rtmpUrl');
  });

  it('422 preset_unsupported lists the presets of the platform', async () => {
    const { status, problem } = await post({
      platform: 'linkedin',
      rtmpUrl: 'rtmp://event.example.com/live',
      preset: '1080p60',
    });
    expect(status).toBe(422);
    expect(problem.code).toBe('preset_unsupported');
    expect(problem.errors?.[0]?.message).toContain('720p30');
    expect(problem.errors?.[0]?.message).not.toContain('1080p60');
  });

  it('422 url_not_allowed for a name that points to a private network', async () => {
    test.addresses['sneaky.example.com'] = ['203.0.114.7', '169.254.169.254'];
    const answer = await post({ platform: 'custom', rtmpUrl: 'rtmp://sneaky.example.com/live' });
    expect(answer.status).toBe(422);
    expect(answer.problem.code).toBe('url_not_allowed');
  });

  it.each([
    `rtmp://live.example.com/live/${STREAM_KEY}`,
    `rtmp://live.example.com/live?key=${STREAM_KEY}`,
    `rtmp://live.example.com/live/%7A${STREAM_KEY.slice(1)}`,
  ])('422 url_contains_stream_key without repeating it (%#)', async (rtmpUrl) => {
    const answer = await post({ platform: 'custom', rtmpUrl });
    expect(answer.status).toBe(422);
    expect(answer.problem.code).toBe('url_contains_stream_key');
    expect(answer.text).not.toContain(STREAM_KEY.slice(1));
  });

  it('writes nothing for a refused request', async () => {
    await post({ platform: 'custom', rtmpUrl: 'rtmp://10.0.0.1/live' });
    expect((await test.call('GET', '/api/destinations')).body.data).toEqual([]);
    expect(test.executions()).toEqual([]);
  });
});

describe('GET /api/destinations', () => {
  const ids = ['1', '2', '3', '4', '5'].map((digit) => `dst_0000000000000000000000000${digit}`);
  const walk = async (query: string) => {
    const seen: string[] = [];
    let cursor: string | null = '';
    let pages = 0;
    while (cursor !== null) {
      const { body } = await test.call('GET', `/api/destinations?${query}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.data.map((each: { destinationId: string }) => each.destinationId));
      cursor = body.nextCursor;
      pages += 1;
    }
    return { seen, pages };
  };

  it('200 with an empty list without destinations', async () => {
    const answer = await test.call('GET', '/api/destinations');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ data: [], nextCursor: null });
  });

  it('200 returns every destination once, page by page, without an empty last page', async () => {
    for (const destinationId of ids) await test.put(makeRecord({ destinationId }));
    expect(await walk('limit=2')).toEqual({ seen: ids, pages: 3 });
    expect(await walk('limit=5')).toEqual({ seen: ids, pages: 1 });
  });

  it('200 fills a page even if the filter drops most records', async () => {
    for (const [index, destinationId] of ids.entries()) {
      await test.put(makeRecord({ destinationId, platform: index % 2 === 0 ? 'twitch' : 'youtube' }));
    }
    expect(await walk('limit=2&platform=twitch')).toEqual({ seen: [ids[0], ids[2], ids[4]], pages: 2 });
    expect((await walk('status=running')).seen).toEqual([]);
  });

  it('200 filters by group across pages; a record without the field has no group', async () => {
    for (const [index, destinationId] of ids.entries()) {
      await test.put(makeRecord({ destinationId, group: index % 2 === 0 ? 'Sunday service' : null }));
    }
    const { group: _none, ...older } = makeRecord();
    await test.put(older as Destination);
    expect(await walk('limit=2&group=Sunday%20service')).toEqual({ seen: [ids[0], ids[2], ids[4]], pages: 2 });
    expect((await walk('group=sunday')).seen).toEqual([]);
    const { body } = await test.call('GET', '/api/destinations');
    expect(body.data.at(-1)).toMatchObject({ destinationId: DESTINATION_ID, group: null });
  });

  it('200 does not call AWS’s media services', async () => {
    await test.put(makeRunning());
    await test.call('GET', '/api/destinations');
    expect(test.mediaConnect.calls).toEqual([]);
    expect(test.mocks.cloudWatch.calls()).toHaveLength(0);
  });

  it.each([
    'cursor=abc',
    'cursor=cHJpbWFyeQ%3D%3D',
    'limit=0',
    'limit=201',
    'limit=x',
    'status=live',
    'sort=name',
    'group=',
    'limit=1&limit=2',
  ])('422 for %s', async (query) => {
    const answer = await test.call('GET', `/api/destinations?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.problem.errors?.[0]?.field).toBe(query.split('=')[0]);
  });
});

describe('GET /api/destinations/{destinationId}', () => {
  const get = (destinationId = DESTINATION_ID) => test.call('GET', `/api/destinations/${destinationId}`);

  it('200 shows desired state, status, health and the allowed actions', async () => {
    await test.put(makeRunning());
    const answer = await get();
    expect(answer.headers.get('etag')).toBe('"4"');
    expect(answer.body).toMatchObject({
      desired: 'running',
      status: 'running',
      health: { level: 'good', code: 'delivering', observedAt: '2026-11-21T17:59:58.000Z' },
      onAir: true,
      bitrateBps: 4_400_000,
      framesPerSecond: 30,
      targetBitrateBps: 9_900_000 + 128_000,
      mediaLiveChannelId: '22',
      allowedActions: ['stop', 'restart', 'edit', 'delete'],
      refusedActions: { start: 'it is running already' },
      pendingChanges: false,
      revision: 4,
    });
  });

  it('200 targets the sum of the primary’s ladder', async () => {
    await test.put({ ...makePrimary(), platform: 'hls', preset: '720p30,480p30' });
    expect((await get('primary')).body.targetBitrateBps).toBe(3_000_000 + 128_000 + 1_500_000 + 128_000);
  });

  it('200 onAir is true only while the observation is fresh', async () => {
    await test.put(makeRunning());
    test.time.now = new Date(NOW.getTime() + 10_000);
    expect((await get()).body).toMatchObject({ status: 'running', onAir: false });
  });

  it('200 ignores observations of an earlier run', async () => {
    await test.put(makeRunning({ runningSince: '2026-11-21T17:59:59.000Z' }));
    expect((await get()).body).toMatchObject({ onAir: false, bitrateBps: null, health: { code: 'not_observed' } });
  });

  it('200 shows no ciphertext and no fingerprint', async () => {
    await test.put(makeRecord());
    expect(Object.keys((await get()).body).filter((key) => /cipher|fingerprint|held|writeCount/i.test(key))).toEqual(
      [],
    );
  });

  it('404 for an unknown destination', async () => {
    const answer = await get(MISSING_ID);
    expect(answer.status).toBe(404);
    expect(answer.problem).toMatchObject({ code: 'not_found', detail: `no destination ${MISSING_ID}` });
  });
  it('422 for an unknown query parameter', async () => {
    expect((await test.call('GET', `/api/destinations/${DESTINATION_ID}?deep=1`)).status).toBe(422);
  });
});

describe('DELETE /api/destinations/{destinationId}', () => {
  const path = `/api/destinations/${DESTINATION_ID}?stop=true`;
  const remove = (headers = {}) => test.call('DELETE', path, { headers });

  it.each([
    ['idle', makeRecord()],
    ['running', makeRunning()],
    ['in error', makeRunning({ status: 'error' })],
  ])('202 releases a destination that is %s', async (_state, record) => {
    await test.put(record);
    const answer = await remove();
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ desired: 'deleted', status: 'deleting', operation: { kind: 'teardown' } });
    expect(answer.headers.get('location')).toBe(`/api/operations/${DESTINATION_ID}-teardown-4`);
    expect(answer.headers.get('operation-id')).toBe(`${DESTINATION_ID}-teardown-4`);
  });

  it('202 again while it is being deleted, without a new operation', async () => {
    await test.put(makeRecord());
    await remove();
    expect((await remove()).status).toBe(202);
    expect(test.executions()).toHaveLength(1);
  });

  it('202 while it starts, and the running start notices the deletion', async () => {
    const idle = makeRecord({ desired: 'running' });
    await test.put(withOperation(idle, 'start', { now: NOW, requestedBy: 'operator' }));
    expect((await remove()).body).toMatchObject({
      desired: 'deleted',
      status: 'starting',
      operation: { kind: 'start' },
    });
  });

  it('404 for an unknown destination', async () => {
    expect((await remove()).status).toBe(404);
  });

  it('409 protected_destination for the primary channel', async () => {
    await test.put(makePrimary());
    const answer = await test.call('DELETE', '/api/destinations/primary');
    expect(answer.status).toBe(409);
    expect(answer.problem.code).toBe('protected_destination');
  });

  it('412 after a change by someone else', async () => {
    await test.put(makeRecord());
    expect((await remove({ 'if-match': '"3"' })).status).toBe(412);
    expect((await test.read(DESTINATION_ID))?.desired).toBe('idle');
  });

  it('422 for a body with fields', async () => {
    await test.put(makeRecord());
    const answer = await test.call('DELETE', `/api/destinations/${DESTINATION_ID}`, { body: { force: true } });
    expect(answer.status).toBe(422);
  });
});

describe('the contract', () => {
  it('has a case for every status it documents', async () => {
    expect(await test.unmetStatuses('/api/destinations')).toEqual([]);
    const unmet = await test.unmetStatuses('/api/destinations/{destinationId}');
    expect(unmet.filter((line) => /^(get|delete)/.test(line))).toEqual([]);
  });
});

describe('a request with several faults', () => {
  const fieldsOf = async (method: string, path: string, body: object) => {
    const { problem, status } = await test.call(method, path, { body });
    return [status, problem.code, problem.errors?.map(({ field }) => field)];
  };

  it('is answered with every field that has a wrong form or an unknown platform', async () => {
    const body = { name: ' ', platform: 'youtub', streamKey: 'a b', preset: 7, holdMinutes: -1, nam: 'x' };
    const fields = ['name', 'platform', 'streamKey', 'preset', 'holdMinutes', 'nam'];
    expect(await fieldsOf('POST', '/api/destinations', body)).toEqual([422, 'validation_failed', fields]);
  });

  it('is answered with every field that does not fit the others', async () => {
    const body = {
      ...{ name: 'Main', platform: 'youtube', preset: 'none', streamId: 'x', onSourceLoss: 'stop', holdMinutes: 0 },
      ...{ rtmpUrl: 'rtmp://10.0.0.1/live', keyValidUntil: '2020-01-01T00:00:00Z' },
    };
    const fields = ['streamId', 'holdMinutes', 'keyValidUntil', 'streamKey', 'preset', 'rtmpUrl'];
    expect(await fieldsOf('POST', '/api/destinations', body)).toEqual([422, 'validation_failed', fields]);
    const { destinationId } = await test.add();
    const { name: _name, platform: _platform, ...edit } = body;
    expect(await fieldsOf('PATCH', `/api/destinations/${destinationId}`, edit)).toEqual([
      422,
      'validation_failed',
      fields.filter((field) => field !== 'streamKey'),
    ]);
  });

  it('keeps the code of its only fault', async () => {
    const body = { ...makeBody(), preset: 'none' };
    expect(await fieldsOf('POST', '/api/destinations', body)).toEqual([422, 'preset_unsupported', ['preset']]);
  });

  it('names every id of a bulk call that is none', async () => {
    const ids = ['x', 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc', 'y'];
    const answer = await fieldsOf('POST', '/api/destinations/stop', { ids, group: '' });
    expect(answer).toEqual([422, 'validation_failed', ['ids.0', 'ids.2', 'group', 'body']]);
  });
});
