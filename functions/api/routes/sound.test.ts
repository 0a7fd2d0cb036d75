import { describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeBody, makeRecord, makeRunning, useTestApi } from '../../../test/support/api.ts';

const test = useTestApi();

const plain = { track: { by: 'first' }, channels: 'source', loudnessLufs: null };
const own = { track: { by: 'language', language: 'spa' }, channels: 'mono_to_stereo', loudnessLufs: -23 };
const path = `/api/destinations/${DESTINATION_ID}`;
const create = (changes: object) => test.call('POST', '/api/destinations', { body: { ...makeBody(), ...changes } });
const fieldsOf = (answer: { body: { errors?: { field: string }[] } }) => answer.body.errors?.map(({ field }) => field);

describe('the sound of the deployment', () => {
  it('is the first track as it is, until it is set', async () => {
    expect((await test.call('GET', '/api/sound')).body).toEqual(plain);
    expect(await test.call('PUT', '/api/sound', { body: own })).toMatchObject({ status: 200, body: own });
    expect((await test.call('GET', '/api/sound')).body).toEqual(own);
  });
});

describe('the sound of a destination', () => {
  it('is null until it is set, and null again to follow the deployment', async () => {
    expect((await create({})).body.sound).toBeNull();
    const created = await create({ streamKey: 'abcd-efgh-0001', preset: '720p30', sound: own });
    expect(created).toMatchObject({ status: 201, body: { sound: own } });
    const one = `/api/destinations/${created.body.destinationId}`;
    const track = { by: 'number', number: 2 };
    expect((await test.call('PATCH', one, { body: { sound: { ...own, track } } })).body.sound.track).toEqual(track);
    expect((await test.call('PATCH', one, { body: { sound: null } })).body.sound).toBeNull();
  });

  it.each([
    ['a PID above the largest', { by: 'pid', pid: 8191 }, 'sound.track.pid'],
    ['a PID of a table', { by: 'pid', pid: 0 }, 'sound.track.pid'],
    ['a fraction of a PID', { by: 'pid', pid: 257.5 }, 'sound.track.pid'],
    ['an unknown language', { by: 'language', language: 'xx-invalid' }, 'sound.track.language'],
    ['track 0', { by: 'number', number: 0 }, 'sound.track.number'],
    ['a choice without its value', { by: 'pid' }, 'sound.track.pid'],
    ['two choices', { by: 'pid', pid: 257, language: 'spa' }, 'sound.track'],
    ['an unknown choice', { by: 'name' }, 'sound.track.by'],
  ])('422 for %s', async (_what, track, field) => {
    const answer = await create({ preset: '720p30', sound: { ...plain, track } });
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)!.some((named) => named.startsWith(field))).toBe(true);
  });

  it.each([
    ['loudness', { loudnessLufs: -20 }],
    ['channels', { channels: 'surround' }],
  ])('422 for another %s', async (_what, change) => {
    const answer = await create({ preset: '720p30', sound: { ...plain, ...change } });
    expect([answer.status, fieldsOf(answer)]).toEqual([422, [`sound.${Object.keys(change)[0]}`]]);
  });

  it('422 for loudness and channels of a preset that is not encoded, on every way to it', async () => {
    const refused = ['sound.channels', 'sound.loudnessLufs'];
    const created = await create({ preset: 'source', sound: own });
    expect([created.status, fieldsOf(created)]).toEqual([422, refused]);
    expect(created.body.errors[0].message).toContain('choose an encoded preset');
    await test.put(makeRecord({ preset: '720p30', sound: own as never }));
    const patched = await test.call('PATCH', path, { body: { preset: 'source' } });
    expect([patched.status, fieldsOf(patched)]).toEqual([422, refused]);
    const both = { preset: 'source', sound: { ...plain, track: own.track } };
    expect((await test.call('PATCH', path, { body: both })).status).toBe(200);
  });

  it('422 for an SRT destination', async () => {
    const srt = { platform: 'srt', rtmpUrl: 'srt://1.1.1.1:9000', name: 'x', sound: plain };
    const answer = await test.call('POST', '/api/destinations', { body: srt });
    expect([answer.status, fieldsOf(answer)]).toEqual([422, ['sound']]);
  });

  it('409 restart_required for another sound of a destination on air, and none for the same', async () => {
    const sound = { ...plain, track: { by: 'pid', pid: 257 } };
    await test.put(makeRunning({ sound: sound as never }));
    const change = await test.call('PATCH', path, { body: { sound: own } });
    expect([change.status, change.body.code]).toEqual([409, 'restart_required']);
    expect((await test.call('PATCH', path, { body: { sound: { ...sound } } })).status).toBe(200);
  });
});
