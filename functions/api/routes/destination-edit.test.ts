import { describe, expect, it } from 'vitest';
import type { Destination } from '../../domain/destination.ts';
import { withOperation } from '../../domain/lifecycle.ts';
import {
  DESTINATION_ID,
  makePrimary,
  makeRecord,
  makeRunning,
  MISSING_ID,
  NOW,
  STREAM_KEY,
  useTestApi,
} from '../../../test/support/api.ts';

const test = useTestApi();

const path = `/api/destinations/${DESTINATION_ID}`;
const patch = (body: object, query = '', headers = {}) => test.call('PATCH', path + query, { body, headers });
const putKey = (query = '', headers = {}) =>
  test.call('PUT', `${path}/stream-key${query}`, { body: { streamKey: STREAM_KEY }, headers });
const whole = {
  name: 'Other',
  platform: 'twitch',
  rtmpUrl: 'rtmp://ingest.global-contribute.live-video.net/app',
  preset: '720p30',
  standby: 'cold',
};
const replace = (body: object = whole, query = '', headers = {}) => test.call('PUT', path + query, { body, headers });

describe('PATCH /api/destinations/{destinationId}', () => {
  it('200 changes the given fields, keeps the rest, and increments the revision', async () => {
    await test.put(makeRecord());
    const answer = await patch({ name: 'Renamed', preset: '720p30' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ name: 'Renamed', preset: '720p30', platform: 'youtube', revision: 5 });
    expect(answer.headers.get('etag')).toBe('"5"');
  });

  it('200 when the change is stored but the timeline entry fails', async () => {
    await test.put(makeRecord());
    const { table } = test.deps.clients;
    const send = async (command: object) => {
      if (command.constructor.name === 'PutCommand') throw Object.assign(new Error('no'), { name: 'TimeoutError' });
      return table.send(command as never);
    };
    test.rebuild({ clients: { ...test.deps.clients, table: { send } as never } });
    const answer = await patch({ name: 'Renamed' }, '', { 'if-match': '"4"' });
    expect([answer.status, answer.body.name]).toEqual([200, 'Renamed']);
    expect(test.log.join()).toContain('an edit is not on the timeline');
  });

  it('200 writes nothing when nothing changes', async () => {
    await test.put(makeRecord());
    expect((await patch({ name: 'Main' })).body.revision).toBe(4);
    expect((await test.read(DESTINATION_ID))?.writeCount).toBe(9);
  });

  it('200 changes name and standby on air without a restart', async () => {
    await test.put(makeRunning());
    const answer = await patch({ name: 'Renamed', standby: 'warm' });
    expect(answer.body).toMatchObject({ name: 'Renamed', standby: 'warm', status: 'running', pendingChanges: false });
    expect(test.executions()).toEqual([]);
  });

  it('200 changes the group on air without a restart, an operation or an AWS call, and records an edit', async () => {
    await test.put(makeRunning());
    expect((await patch({ group: 'Sunday service' })).body).toMatchObject({
      group: 'Sunday service',
      status: 'running',
      operation: null,
      pendingChanges: false,
      revision: 5,
    });
    expect((await patch({ group: null })).body).toMatchObject({ group: null, revision: 6 });
    expect((await test.read(DESTINATION_ID))?.restartRequested).toBe(false);
    expect(test.executions()).toEqual([]);
    expect(test.mediaConnect.calls).toEqual([]);
    const { body } = await test.call('GET', `${path}/timeline`);
    expect(body.data.map(({ kind, detail }: Record<string, string>) => [kind, detail])).toEqual([
      ['edited', 'group'],
      ['edited', 'group'],
    ]);
  });

  it('200 writes nothing when a record without a group field gets the group null', async () => {
    const { group: _none, ...older } = makeRecord();
    await test.put(older as Destination);
    expect((await patch({ group: null })).body).toMatchObject({ group: null, revision: 4 });
  });

  it('409 restart_required for a change of the preset on air names both options', async () => {
    await test.put(makeRunning());
    const answer = await patch({ preset: '720p30' });
    expect(answer.status).toBe(409);
    expect(answer.problem.code).toBe('restart_required');
    expect(answer.problem.remedy).toMatch(/apply=now.*apply=next-start/);
    expect((await test.read(DESTINATION_ID))?.preset).toBe('1080p30');
  });

  it('200 apply=next-start keeps it running and reports pending changes', async () => {
    await test.put(makeRunning());
    const answer = await patch({ preset: '720p30' }, '?apply=next-start');
    expect(answer.body).toMatchObject({ status: 'running', preset: '720p30', pendingChanges: true });
    expect(test.executions()).toEqual([]);
  });

  it('200 apply=now stops it, and the settle step starts it again', async () => {
    await test.put(makeRunning());
    const answer = await patch({ preset: '720p30' }, '?apply=now');
    expect(answer.body).toMatchObject({ desired: 'running', status: 'stopping', operation: { kind: 'stop' } });
    expect(test.executions()).toEqual([`${DESTINATION_ID}-stop-4`]);
  });

  it('200 apply=now restarts it after a running start, but not before a pending one', async () => {
    const starting = makeRecord({ desired: 'running' });
    await test.put(withOperation(starting, 'start', { now: NOW, requestedBy: 'operator' }));
    await patch({ preset: '720p30' }, '?apply=now');
    expect((await test.read(DESTINATION_ID))?.restartRequested).toBe(true);

    const other = { ...starting, destinationId: MISSING_ID, streamKeyFingerprint: null };
    await test.put(withOperation(other, 'stop', { now: NOW, requestedBy: 'operator' }));
    await test.call('PATCH', `/api/destinations/${MISSING_ID}?apply=now`, { body: { preset: '720p30' } });
    expect((await test.read(MISSING_ID))?.restartRequested).toBe(false);
  });

  it('200 apply=now applies pending changes without another change, and only once', async () => {
    await test.put(makeRunning());
    await patch({ preset: '720p30' }, '?apply=next-start');
    expect((await patch({ name: 'Renamed' }, '?apply=now')).body).toMatchObject({ status: 'running', operation: null });
    const answer = await patch({ preset: '720p30' }, '?apply=now');
    expect(answer.body).toMatchObject({ desired: 'running', status: 'stopping', operation: { kind: 'stop' } });
    await patch({ preset: '720p30' }, '?apply=now');
    expect((await test.read(DESTINATION_ID))?.restartRequested).toBe(false);
    expect(test.executions()).toEqual([`${DESTINATION_ID}-stop-4`]);
  });

  it('200 apply=now applies pending changes together with another change', async () => {
    await test.put(makeRunning());
    await patch({ preset: '720p30' }, '?apply=next-start');
    const answer = await patch({ preset: '720p30', name: 'Renamed' }, '?apply=now');
    expect(answer.body).toMatchObject({ name: 'Renamed', status: 'stopping', operation: { kind: 'stop' } });
  });

  it('200 in error needs no restart, because nothing is on air', async () => {
    await test.put(makeRecord({ desired: 'running', status: 'error' }));
    expect((await patch({ preset: '720p30' })).status).toBe(200);
  });

  it('200 releases the resources from warm to cold and creates them from cold to warm', async () => {
    const { input, channel } = makeRunning().held;
    await test.put(makeRecord({ standby: 'warm', held: { input, channel } }));
    expect((await patch({ standby: 'cold' })).body.operation).toMatchObject({ kind: 'stop' });
    await test.put(makeRecord({ destinationId: MISSING_ID }));
    const warmed = await test.call('PATCH', `/api/destinations/${MISSING_ID}`, { body: { standby: 'warm' } });
    expect(warmed.body.operation).toMatchObject({ kind: 'create' });
  });

  it('404 for an unknown destination', async () => {
    expect((await patch({ name: 'x' })).status).toBe(404);
  });

  it('409 protected_destination for the primary channel', async () => {
    await test.put(makePrimary());
    const answer = await test.call('PATCH', '/api/destinations/primary', { body: { name: 'x' } });
    expect([answer.status, answer.problem.code]).toEqual([409, 'protected_destination']);
  });

  it('409 illegal_transition while it is being deleted', async () => {
    await test.put(makeRecord({ desired: 'deleted', status: 'deleting' }));
    const answer = await patch({ name: 'x' });
    expect([answer.status, answer.problem.code]).toEqual([409, 'illegal_transition']);
  });

  it('409 duplicate_destination when another destination pushes the same key to the new host', async () => {
    const first = await test.add({ platform: 'custom', rtmpUrl: 'rtmp://one.example.com/live' });
    const second = await test.add({ platform: 'custom', rtmpUrl: 'rtmp://two.example.com/live' });
    const answer = await test.call('PATCH', `/api/destinations/${second.destinationId}`, {
      body: { rtmpUrl: 'rtmp://one.example.com/live' },
    });
    expect([answer.status, answer.problem.code]).toEqual([409, 'duplicate_destination']);
    expect(answer.problem.detail).toContain(first.destinationId);
  });

  it('409 concurrent_change when another edit happens between check and write', async () => {
    await test.put(makeRecord());
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<string[]>();
    test.rebuild({
      resolveHost: () => {
        reached.resolve();
        return released.promise;
      },
    });
    const slow = patch({ preset: '720p30' });
    await reached.promise;
    await patch({ name: 'Faster' });
    released.resolve([]);
    expect((await slow).problem.code).toBe('concurrent_change');
    expect(await test.read(DESTINATION_ID)).toMatchObject({ name: 'Faster', preset: '1080p30' });
  });

  it('412 etag_mismatch after a change by someone else; the current tag and * pass', async () => {
    await test.put(makeRecord());
    const late = await patch({ name: 'Late' }, '', { 'if-match': '"3"' });
    expect([late.status, late.problem.code]).toEqual([412, 'etag_mismatch']);
    expect((await patch({ name: 'One' }, '', { 'if-match': '"4"' })).status).toBe(200);
    expect((await patch({ name: 'Two' }, '', { 'if-match': '*' })).status).toBe(200);
    expect((await patch({ name: 'Three' }, '', { 'if-match': 'W/"6"' })).status).toBe(412);
  });

  it.each([
    [{}, 'body'],
    [{ streamKey: 'abc' }, 'streamKey'],
    [{ status: 'running' }, 'status'],
    [{ group: '' }, 'group'],
    [{ group: 7 }, 'group'],
    [{ platform: 'twitch' }, 'rtmpUrl'],
    [{ preset: 'huge' }, 'preset'],
    [{ rtmpUrl: 'http://a.rtmps.youtube.com/live2' }, 'rtmpUrl'],
  ])('422 for %j', async (body, field) => {
    await test.put(makeRecord());
    const answer = await patch(body);
    expect(answer.status).toBe(422);
    expect(answer.problem.errors?.[0]?.field).toBe(field);
  });

  it('422 url_contains_stream_key without decrypting the stored key', async () => {
    const added = await test.add({ platform: 'custom', rtmpUrl: 'rtmp://one.example.com/live' });
    const answer = await test.call('PATCH', `/api/destinations/${added.destinationId}`, {
      body: { rtmpUrl: `rtmp://one.example.com/live/${STREAM_KEY}` },
    });
    expect([answer.status, answer.problem.code]).toEqual([422, 'url_contains_stream_key']);
  });
});

describe('the manual order', () => {
  it('200 moves a destination on air without ?apply, and keeps the ETag of an open edit valid', async () => {
    await test.put(makeRunning());
    const before = await test.call('GET', path);
    const moved = await test.call('PATCH', path, { body: { position: 12.5 } });
    expect([moved.status, moved.body.position]).toEqual([200, 12.5]);
    expect(moved.headers.get('etag')).toBe(before.headers.get('etag'));
    const etag = before.headers.get('etag')!;
    const edited = await test.call('PATCH', path, { body: { name: 'Other' }, headers: { 'if-match': etag } });
    expect([edited.status, edited.body.position]).toEqual([200, 12.5]);
  });

  it('starts with the time of creation', async () => {
    await test.put(makeRecord());
    const { body } = await test.call('GET', path);
    expect(body.position).toBe(Date.parse(body.createdAt));
  });

  it.each(['first', 1e-200, -5e-324, 1e17])(
    '422 for the position %s, which is none or cannot be stored',
    async (position) => {
      await test.put(makeRecord());
      const answer = await test.call('PATCH', path, { body: { position } });
      expect([answer.status, answer.problem.errors?.[0]?.field]).toEqual([422, 'position']);
    },
  );
});

describe('PUT /api/destinations/{destinationId}', () => {
  it('200 replaces all fields and keeps the key when none is given', async () => {
    await test.put(makeRecord());
    const answer = await replace();
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ ...whole, streamKeySet: true, streamKeyLast4: 'abcd', revision: 5 });
  });

  it('200 removes the group when none is given', async () => {
    await test.put(makeRecord({ group: 'Sunday service' }));
    expect((await replace({ ...whole, group: 'Weekday' })).body.group).toBe('Weekday');
    expect((await replace()).body.group).toBeNull();
  });

  it('200 replaces the key when one is given', async () => {
    await test.put(makeRecord());
    expect((await replace({ ...whole, streamKey: 'live_123_made4up' })).body.streamKeyLast4).toBe('e4up');
  });

  it('404 for an unknown id, because only POST creates ids', async () => {
    expect((await replace()).status).toBe(404);
  });

  it('409 restart_required on air without apply', async () => {
    await test.put(makeRunning());
    expect((await replace()).problem.code).toBe('restart_required');
  });

  it('412 after a change by someone else', async () => {
    await test.put(makeRecord());
    expect((await replace(whole, '', { 'if-match': '"1"' })).status).toBe(412);
  });

  it('422 for a key that does not fit the platform', async () => {
    await test.put(makeRecord());
    const answer = await replace({ ...whole, streamKey: STREAM_KEY });
    expect(answer.status).toBe(422);
    expect(answer.problem.errors?.[0]).toMatchObject({
      field: 'streamKey',
      message: expect.stringContaining('Twitch'),
    });
  });

  it('422 for a missing field, because PUT does not merge', async () => {
    await test.put(makeRecord());
    const { preset: _preset, ...rest } = whole;
    expect((await replace(rest)).problem.errors).toEqual([{ field: 'preset', message: 'required' }]);
  });
});

describe('PUT /api/destinations/{destinationId}/stream-key', () => {
  it('204 replaces the key without returning it', async () => {
    await test.put(makeRecord());
    const answer = await putKey();
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers.get('etag')).toBe('"5"');
    expect(await test.read(DESTINATION_ID)).toMatchObject({ streamKeyLast4: '77vb', revision: 5 });
  });

  it('204 apply=now restarts, apply=next-start waits', async () => {
    await test.put(makeRunning());
    expect((await putKey('?apply=next-start')).status).toBe(204);
    expect((await test.call('GET', path)).body.pendingChanges).toBe(true);
    expect((await putKey('?apply=now')).status).toBe(204);
    expect(test.executions()).toEqual([`${DESTINATION_ID}-stop-4`]);
  });

  it('404 for an unknown destination', async () => {
    expect((await putKey()).status).toBe(404);
  });

  it('409 restart_required on air without apply', async () => {
    await test.put(makeRunning());
    expect((await putKey()).problem.code).toBe('restart_required');
  });

  it('204 without apply restarts a destination at once whose key the platform refuses', async () => {
    const record = makeRunning();
    const alerts = [
      { alertType: 'Failed RTMP Connection', message: 'stream_key_rejected: no', setAt: '2026-11-21T17:59:00.000Z' },
    ];
    await test.put({ ...record, observation: { ...record.observation!, alerts, activeOutputs: 0 } });
    expect((await putKey()).status).toBe(204);
    expect(test.executions()).toEqual([`${DESTINATION_ID}-stop-4`]);
  });

  it('204 without apply restarts it after a running start', async () => {
    await test.put(withOperation(makeRecord({ desired: 'running' }), 'start', { now: NOW, requestedBy: 'operator' }));
    expect((await putKey()).status).toBe(204);
    expect((await test.read(DESTINATION_ID))?.restartRequested).toBe(true);
  });

  it('409 restart_required when the refusal by the platform is old', async () => {
    const record = makeRunning();
    const alerts = [
      { alertType: 'Failed RTMP Connection', message: 'stream_key_rejected: no', setAt: '2026-11-21T17:59:00.000Z' },
    ];
    const observedAt = '2026-11-21T17:59:50.000Z';
    await test.put({ ...record, observation: { ...record.observation!, observedAt, alerts, activeOutputs: 0 } });
    expect((await putKey()).problem.code).toBe('restart_required');
  });

  it('412 after a change by someone else', async () => {
    await test.put(makeRecord());
    expect((await putKey('', { 'if-match': '"9"' })).status).toBe(412);
  });

  it.each(['', 'with space', 'line\nbreak', 'nul\u0000', 'k'.repeat(4097)])(
    '422 for an invalid key (%#)',
    async (streamKey) => {
      await test.put(makeRecord());
      const answer = await test.call('PUT', `${path}/stream-key`, { body: { streamKey } });
      expect(answer.status).toBe(422);
      expect(answer.problem.errors?.[0]?.field).toBe('streamKey');
    },
  );

  it('422 when the URL contains the key', async () => {
    const added = await test.add({ platform: 'custom', rtmpUrl: 'rtmp://one.example.com/live/rehearsal' });
    const answer = await test.call('PUT', `/api/destinations/${added.destinationId}/stream-key`, {
      body: { streamKey: 'rehearsal' },
    });
    expect([answer.status, answer.problem.code]).toEqual([422, 'url_contains_stream_key']);
  });
});

describe('the contract', () => {
  it('has a case for every status it documents', async () => {
    const unmet = await test.unmetStatuses(
      '/api/destinations/{destinationId}',
      '/api/destinations/{destinationId}/stream-key',
    );
    expect(unmet.filter((line) => /^(put|patch)/.test(line))).toEqual([]);
  });
});
