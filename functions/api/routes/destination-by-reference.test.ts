import { describe, expect, it } from 'vitest';
import { changeDestination, listAllDestinations } from '../../aws/destination-table.ts';
import type { Destination } from '../../domain/destination.ts';
import { makeRunning, makeBody, STREAM_KEY, useTestApi } from '../../../test/support/api.ts';

const test = useTestApi();
const at = (reference: string) => `/api/destinations/by-reference/${reference}`;
const BODY = { ...makeBody(), standby: 'cold', preset: '1080p30' };
const upsert = (changes: object = {}, { query = '', reference = 'sunday', headers = {} } = {}) =>
  test.call('PUT', at(reference) + query, { body: { ...BODY, ...changes }, headers });
const change = (destinationId: string, changes: Partial<Destination>) =>
  changeDestination(test.deps, destinationId, (record) => ({ ...record, ...changes }));
const stored = () => listAllDestinations(test.deps);

describe('PUT /api/destinations/by-reference/{reference}', () => {
  it('creates a destination, which shows its reference', async () => {
    const { body, headers, status } = await upsert();
    expect([status, body.reference, body.name]).toEqual([201, 'sunday', 'Main']);
    expect(headers.get('location')).toBe(`/api/destinations/${body.destinationId}`);
    const shown = await test.call('GET', headers.get('location')!);
    expect(shown.body.reference).toBe('sunday');
    expect(shown.headers.get('etag')).toBe(headers.get('etag'));
  });

  it('changes nothing when the request is repeated', async () => {
    const first = await upsert();
    const [before] = await stored();
    const again = await upsert();
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(await stored()).toEqual([before]);
  });

  it('changes the fields that differ, keeps those that are absent, and replaces another stream key', async () => {
    const { body } = await upsert({ group: 'Sunday' });
    const renamed = await upsert({ name: 'Other', streamKey: undefined });
    expect(renamed.body).toMatchObject({ name: 'Other', group: 'Sunday', revision: 2, streamKeyLast4: '77vb' });
    const rekeyed = await upsert({ name: 'Other', streamKey: 'zq7x-other-81kd-w3pm-90ab' });
    expect(rekeyed.body).toMatchObject({ destinationId: body.destinationId, revision: 3, streamKeyLast4: '90ab' });
    const { body: timeline } = await test.call('GET', `/api/destinations/${body.destinationId}/timeline`);
    const edits = timeline.data.filter(({ kind }: { kind: string }) => kind === 'edited');
    expect(edits.map(({ detail }: { detail: string }) => detail).toSorted()).toEqual(['name', 'streamKey']);
  });

  it('asks when a change applies while the destination is on air, and not for one without an interruption', async () => {
    const { body } = await upsert();
    const [record] = await stored();
    const { generation, held, status, desired, runningSince } = makeRunning();
    await change(record!.destinationId, { generation, held, status, desired, runningSince });
    expect((await upsert()).status).toBe(200);
    expect((await upsert({ name: 'Other' })).status).toBe(200);
    const refused = await upsert({ preset: '720p30' });
    expect([refused.status, refused.problem.code]).toEqual([409, 'restart_required']);
    const later = await upsert({ preset: '720p30' }, { query: '?apply=next-start' });
    expect(later.body).toMatchObject({ destinationId: body.destinationId, preset: '720p30', pendingChanges: true });
  });

  it('makes one destination of two requests at the same time', async () => {
    test.delayWrites(20);
    const answers = await Promise.all([upsert(), upsert(), upsert({ name: 'Other' })]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 201]);
    expect(await stored()).toHaveLength(1);
  });

  it('creates another one while the former is being deleted', async () => {
    const { body } = await upsert();
    await change(body.destinationId, { desired: 'deleted', streamKeyFingerprint: 'none' });
    const { body: next, status } = await upsert();
    expect([status, next.destinationId === body.destinationId]).toEqual([201, false]);
    expect((await upsert({ name: 'Other' })).body.destinationId).toBe(next.destinationId);
  });

  it('refuses a request that is based on another version, or on a destination that does not exist', async () => {
    const missing = await upsert({}, { headers: { 'if-match': '"1"' } });
    expect([missing.status, missing.problem.code]).toEqual([412, 'etag_mismatch']);
    const { headers } = await upsert();
    const etag = headers.get('etag')!;
    expect((await upsert({ name: 'Other' }, { headers: { 'if-match': etag } })).status).toBe(200);
    expect((await upsert({ name: 'Third' }, { headers: { 'if-match': etag } })).status).toBe(412);
  });

  it.each(['stream-key', 'detailed-log', 'incident-rules', 'a', `A0._~:-${'x'.repeat(57)}`])(
    'accepts the reference %s',
    async (reference) => {
      const { body, status } = await upsert({}, { reference });
      expect([status, body.reference]).toEqual([201, reference]);
    },
  );

  it.each(['x'.repeat(65), '.a', '-', 'a%20b', 'a%2Fb', 'ü', STREAM_KEY.replaceAll('-', '!')])(
    'refuses the reference %s and says what is allowed',
    async (reference) => {
      const { problem, status, text } = await upsert({}, { reference });
      expect([status, problem.errors?.[0]?.field]).toEqual([422, 'reference']);
      expect(problem.detail).toContain('1 to 64 of the characters');
      expect(text).not.toContain(STREAM_KEY.replaceAll('-', '!'));
      expect(await stored()).toEqual([]);
    },
  );

  it('refuses what POST and PATCH refuse', async () => {
    const keyless = await upsert({ streamKey: undefined });
    expect(keyless.problem.errors).toEqual([{ field: 'streamKey', message: 'required: enter a stream key' }]);
    await upsert();
    const moved = await upsert({ platform: 'twitch', streamKey: undefined });
    expect([moved.status, moved.problem.errors?.[0]?.field]).toEqual([422, 'rtmpUrl']);
  });

  it('finds a destination that got its reference from POST or PATCH, until PATCH takes it away', async () => {
    const made = await test.call('POST', '/api/destinations', { body: { ...BODY, reference: 'sunday' } });
    expect([made.status, made.body.reference]).toEqual([201, 'sunday']);
    const path = `/api/destinations/${made.body.destinationId}`;
    const patch = (reference: string | null) => test.call('PATCH', path, { body: { reference } });
    expect((await patch('weekly')).body).toMatchObject({ reference: 'weekly', revision: 2 });
    expect((await upsert({}, { reference: 'weekly' })).status).toBe(200);
    expect((await patch(null)).body.reference).toBeNull();
    const other = { streamKey: 'zq7x-other-81kd-w3pm-90ab' };
    expect((await upsert(other, { reference: 'weekly' })).status).toBe(201);
  });

  it('is refused by POST, PATCH and PUT for the reference of another destination, whose name is said', async () => {
    await upsert();
    const body = { ...BODY, name: 'Other', streamKey: 'zq7x-other-81kd-w3pm-90ab' };
    const taken = { reference: 'sunday' };
    const made = await test.call('POST', '/api/destinations', { body: { ...body, ...taken } });
    expect([made.status, made.problem.code, made.problem.errors?.[0]?.field]).toEqual([
      409,
      'duplicate_destination',
      'reference',
    ]);
    expect(made.problem.detail).toContain('sunday is the reference of "Main"');
    const { body: other } = await test.call('POST', '/api/destinations', { body });
    const path = `/api/destinations/${other.destinationId}`;
    expect((await test.call('PATCH', path, { body: taken })).status).toBe(409);
    const { name, platform, rtmpUrl, preset, standby } = other;
    const whole = { name, platform, rtmpUrl, preset, standby, ...taken };
    expect((await test.call('PUT', path, { body: whole })).status).toBe(409);
    expect((await stored()).map(({ reference }) => reference ?? null).toSorted()).toEqual([null, 'sunday'].toSorted());
  });

  it('gives one of two requests at the same time the reference', async () => {
    const bodies = ['1', '2'].map((each) => ({
      ...BODY,
      streamKey: `zq7x-other-81kd-w3pm-90a${each}`,
      reference: 'x',
    }));
    test.delayWrites(20);
    const answers = await Promise.all(bodies.map((body) => test.call('POST', '/api/destinations', { body })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  it('lists a destination by its reference and by its whole name', async () => {
    await upsert({ name: 'Main YouTube' });
    await upsert({ name: 'Main', streamKey: 'zq7x-other-81kd-w3pm-90ab' }, { reference: 'other' });
    const namesOf = async (query: string) =>
      (await test.call('GET', `/api/destinations?${query}`)).body.data.map(({ name }: { name: string }) => name);
    expect(await namesOf('reference=sunday')).toEqual(['Main YouTube']);
    expect(await namesOf('name=Main')).toEqual(['Main']);
    expect(await namesOf('name=main')).toEqual([]);
    expect(await namesOf('name=Main%20YouTube&platform=twitch')).toEqual([]);
  });
});
