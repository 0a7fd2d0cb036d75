import { describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeBody, makeRecord, makeRunning, NOW, useTestApi } from '../../../test/support/api.ts';
import { getDestination } from '../../aws/destination-table.ts';
import { settle, withOperation } from '../../domain/lifecycle.ts';
import type { PreflightResource } from '../schemas/preflight.ts';

const test = useTestApi();
const path = `/api/destinations/${DESTINATION_ID}`;
const LATER = new Date(NOW.getTime() + 3_600_000).toISOString();
const PAST = new Date(NOW.getTime() - 1000).toISOString();

const create = (changes: object = {}) =>
  test.call('POST', '/api/destinations', { body: { ...makeBody(), ...changes } });
const edit = (body: object) => test.call('PATCH', path, { body });
const termsOf = ({ body: { keyUse, keyUsedAt, keyValidUntil } }: Awaited<ReturnType<typeof create>>) => [
  ...[keyUse, keyValidUntil, keyUsedAt],
];
const firstOf = ({ problem, status }: Awaited<ReturnType<typeof create>>) =>
  `${status} ${problem.errors?.[0]?.field}: ${problem.errors?.[0]?.message}`;

describe('the terms of a stream key', () => {
  it('are stored in UTC, shown, and unset without a request', async () => {
    expect(termsOf(await create())).toEqual(['reusable', null, null]);
    const withZone = `${new Date(NOW.getTime() + 2 * 3_600_000).toISOString().slice(0, 19)}+01:00`;
    const given = await create({ keyUse: 'once', keyValidUntil: withZone, streamKey: 'another-stream-key' });
    expect([given.status, ...termsOf(given)]).toEqual([201, 'once', LATER, null]);
  });

  it('do not interrupt a destination on air', async () => {
    await test.put(makeRunning());
    const edited = await edit({ keyUse: 'reusable', keyValidUntil: LATER });
    expect([edited.status, edited.body.pendingChanges, ...termsOf(edited)]).toEqual([
      200,
      false,
      'reusable',
      LATER,
      null,
    ]);
  });

  it('of a key that is on air count as used', async () => {
    const running = makeRunning();
    await test.put(running);
    expect(termsOf(await edit({ keyUse: 'once' }))).toEqual(['once', null, running.runningSince]);
  });

  it.each([
    [
      { keyValidUntil: PAST },
      `422 keyValidUntil: ${PAST} has passed: send a later time, or null if the stream key does not expire`,
    ],
    [{ keyValidUntil: 'tomorrow' }, '422 keyValidUntil: must be a time with a zone, such as 2026-12-06T12:00:00Z'],
    [
      { keyValidUntil: '2027-02-30T12:00:00Z' },
      '422 keyValidUntil: must be a time with a zone, such as 2026-12-06T12:00:00Z',
    ],
    [{ keyUse: 'twice' }, '422 keyUse: must be one of reusable, once, not "twice"'],
  ])('422 for %j', async (changes, message) => {
    expect(firstOf(await create(changes))).toBe(message);
    await test.put(makeRecord());
    expect(firstOf(await edit(changes))).toBe(message);
  });

  it('422 for an SRT destination, which has no stream key', async () => {
    const srt = { name: 'SRT', platform: 'srt', rtmpUrl: 'srt://203.0.114.7:9000' };
    const refused = await test.call('POST', '/api/destinations', { body: { ...srt, keyUse: 'once' } });
    expect(firstOf(refused)).toBe('422 keyUse: an SRT destination has no stream key: leave it out');
    expect((await test.call('POST', '/api/destinations', { body: srt })).status).toBe(201);
  });

  it('that have passed stay when another field is edited', async () => {
    await test.put(makeRecord({ keyValidUntil: PAST }));
    expect((await edit({ keyValidUntil: PAST, name: 'Other' })).status).toBe(200);
    expect((await edit({ keyValidUntil: null })).body.keyValidUntil).toBeNull();
  });

  it('begin again with another key: unused and without an end, unless the request says one', async () => {
    const used = { keyUse: 'once' as const, keyUsedAt: PAST, keyValidUntil: PAST };
    await test.put(makeRecord(used));
    const replace = (body: object) => test.call('PUT', `${path}/stream-key`, { body });
    const read = async () => termsOf(await test.call('GET', path));
    expect((await replace({ streamKey: 'the-next-stream-key' })).status).toBe(204);
    expect(await read()).toEqual(['once', null, null]);
    expect(
      (await replace({ streamKey: 'the-third-stream-key', keyUse: 'reusable', keyValidUntil: LATER })).status,
    ).toBe(204);
    expect(await read()).toEqual(['reusable', LATER, null]);
  });

  it('stay used when they are sent again, and end with a key that is reusable', async () => {
    await test.put(makeRecord({ keyUse: 'once', keyUsedAt: PAST }));
    expect(termsOf(await edit({ name: 'Other' }))).toEqual(['once', null, PAST]);
    expect(termsOf(await edit({ keyUse: 'once' }))).toEqual(['once', null, PAST]);
    expect(termsOf(await edit({ keyUse: 'reusable' }))).toEqual(['reusable', null, null]);
  });

  it('note the first run, flag the destination, and fail its preflight, without the key', async () => {
    const begun = withOperation(makeRecord({ keyUse: 'once', keyValidUntil: LATER, desired: 'running' }), 'start', {
      now: NOW,
      requestedBy: 'operator',
    });
    const { record } = settle(begun, { outcome: 'succeeded' }, NOW);
    await test.put({ ...record!, desired: 'idle', status: 'idle', runningSince: null });
    expect((await getDestination(test.deps, DESTINATION_ID))!.keyUsedAt).toBe(NOW.toISOString());
    const shown = await test.call('GET', path);
    expect(shown.body.warnings.map(({ code }: { code: string }) => code)).toEqual([
      'stream_key_expires_soon',
      'stream_key_used',
    ]);
    const { body } = await test.call('POST', '/api/preflight', { body: { destinationIds: [DESTINATION_ID] } });
    const checks = (body as PreflightResource).checks.filter(({ check }) => check.startsWith('key_'));
    expect(checks.map(({ check, state }) => `${check} ${state}`)).toEqual(['key_validity warning', 'key_use failed']);
  });
});
