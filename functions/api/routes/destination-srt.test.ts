import { beforeEach, describe, expect, it } from 'vitest';
import { makeRecord, makeRunning, OTHER_ID, useTestApi } from '../../../test/support/api.ts';

const test = useTestApi();

const PASSPHRASE = 'canary-passphrase-4711';
const BODY = { name: 'Studio', platform: 'srt', rtmpUrl: 'srt://1.1.1.1:9000', passphrase: PASSPHRASE };

const post = (fields: object = {}) => test.call('POST', '/api/destinations', { body: { ...BODY, ...fields } });
const messagesOf = (answer: Awaited<ReturnType<typeof post>>) =>
  Object.fromEntries((answer.problem.errors ?? []).map(({ field, message }) => [field, message]));

describe('POST /api/destinations for SRT', () => {
  it('201 stores the receiver, and the passphrase encrypted and unseen', async () => {
    const answer = await post({ streamId: 'publish:live', latencyMs: 500 });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      ...{ kind: 'srt', rtmpUrl: 'srt://1.1.1.1:9000', streamId: 'publish:live', latencyMs: 500 },
      ...{ passphraseSet: true, streamKeySet: false, streamKeyLast4: null },
      ...{ preset: 'source', standby: 'cold', status: 'idle', operation: null, line: null },
    });
    const record = await test.read(answer.body.destinationId);
    expect(record).toMatchObject({ streamKeyLast4: null, streamKeyFingerprint: null });
    expect(record?.streamKeyCiphertext).toMatch(/^[A-Za-z0-9+/=]{40,}$/);
    expect(JSON.stringify([record, answer.body, test.log])).not.toContain(PASSPHRASE);
    expect(test.executions()).toEqual([]);
  });

  it('201 without passphrase and stream ID, with the default latency', async () => {
    const { body } = await post({ passphrase: undefined });
    expect(body).toMatchObject({ passphraseSet: false, streamId: null, latencyMs: 2000 });
    expect((await test.read(body.destinationId))?.streamKeyCiphertext).toBeNull();
  });

  it('costs the transfer alone, without a minimum per start', async () => {
    const { body } = await post();
    expect(body.cost.parts.map(({ part }: { part: string }) => part)).toEqual(['egress']);
    expect(body.cost).toMatchObject({ minimumPerStart: 0, perHourIdle: 0 });
  });

  it.each([
    ['rtmpUrl', 'rtmp://1.1.1.1/live', /SRT accepts srt:\/\/ only/],
    ['rtmpUrl', 'srt://1.1.1.1', /no port.*1 to 65535/],
    ['rtmpUrl', 'srt://1.1.1.1:70000', /70000 is not a port/],
    ['rtmpUrl', 'srt://1.1.1.1:0', /0 is not a port/],
    ['rtmpUrl', 'srt://10.0.0.1:9000', /private network/],
    ['rtmpUrl', 'srt://1.1.1.1:9000?passphrase=canary', /own fields/],
    ['passphrase', 'too short', /at least 10/],
    ['passphrase', 'ä'.repeat(40), /at most 79/],
    ['latencyMs', 99, /at least 100/],
    ['latencyMs', 15_001, /at most 15000/],
    ['latencyMs', 200.5, /must be an int/],
    ['streamId', '', /enter a stream ID/],
    ['streamId', 'x'.repeat(513), /at most 512 bytes/],
    ['preset', '1080p30', /encoder’s own stream: choose source/],
    ['standby', 'warm', /no channel to keep/],
    ['streamKey', 'abcd-efgh', /use streamId and passphrase/],
  ])('422 for %s %j', async (field, value, message) => {
    const answer = await post({ [field]: value });
    expect(answer.status).toBe(422);
    expect(messagesOf(answer)[field]).toMatch(message);
    expect((await test.call('GET', '/api/destinations')).body.data).toEqual([]);
  });

  it('422 for a destination with a channel that has what only SRT has, and without a stream key', async () => {
    const rtmp = { platform: 'custom', rtmpUrl: 'rtmp://1.1.1.1/live' };
    expect(messagesOf(await post({ ...rtmp, streamId: 'x', latencyMs: 200 }))).toEqual({
      streamId: 'only an SRT destination has it: leave it out',
      latencyMs: 'only an SRT destination has it: leave it out',
      passphrase: 'only an SRT destination has it: leave it out',
      streamKey: 'required: enter a stream key',
    });
    expect(messagesOf(await post({ ...rtmp, passphrase: undefined }))).toEqual({
      streamKey: 'required: enter a stream key',
    });
    expect(Object.keys(messagesOf(await post({ platform: 'custom' })))).toEqual(['passphrase', 'streamKey', 'rtmpUrl']);
  });

  it('409 for a second destination that calls the same receiver for the same stream', async () => {
    await post({ streamId: 'live' });
    const { status, problem } = await post({ name: 'Again', streamId: 'live' });
    expect([status, problem.code, problem.errors?.[0]?.field]).toEqual([409, 'duplicate_destination', 'streamId']);
    expect((await post({ name: 'Other stream', streamId: 'other' })).status).toBe(201);
    expect((await post({ name: 'Other port', streamId: 'live', rtmpUrl: 'srt://1.1.1.1:9001' })).status).toBe(201);
  });
});

describe('editing an SRT destination', () => {
  let path: string;
  beforeEach(async () => {
    path = `/api/destinations/${(await post({ streamId: 'live', latencyMs: 300 })).body.destinationId}`;
  });
  const patch = (body: object) => test.call('PATCH', path, { body });
  const stored = async () => (await test.read(path.split('/').at(-1)!))!;

  it('changes one field and keeps the others', async () => {
    const before = await stored();
    expect((await patch({ latencyMs: 800 })).body).toMatchObject({ streamId: 'live', latencyMs: 800 });
    expect((await patch({ streamId: null })).body).toMatchObject({ streamId: null, latencyMs: 800 });
    expect((await patch({ rtmpUrl: 'srt://1.1.1.1:9002/' })).body).toMatchObject({ rtmpUrl: 'srt://1.1.1.1:9002' });
    expect((await stored()).streamKeyCiphertext).toBe(before.streamKeyCiphertext);
  });

  it('replaces the passphrase, and removes it with null', async () => {
    const before = await stored();
    expect((await patch({ passphrase: 'another-passphrase' })).body.passphraseSet).toBe(true);
    expect((await stored()).streamKeyCiphertext).not.toBe(before.streamKeyCiphertext);
    expect((await patch({ passphrase: null })).body.passphraseSet).toBe(false);
    expect((await stored()).streamKeyCiphertext).toBeNull();
  });

  it('422 for a stream key, a platform with a channel, and a second destination that becomes SRT', async () => {
    const put = await test.call('PUT', `${path}/stream-key`, { body: { streamKey: 'abcd-efgh' } });
    expect([put.status, put.problem.errors?.[0]?.field]).toEqual([422, 'streamKey']);
    const other = await patch({ platform: 'custom', rtmpUrl: 'rtmp://1.1.1.1/live' });
    expect([other.status, other.problem.errors?.[0]?.field]).toEqual([422, 'platform']);
    await test.put(makeRecord());
    const became = await test.call('PATCH', `/api/destinations/${makeRecord().destinationId}`, {
      body: { platform: 'srt', rtmpUrl: 'srt://1.1.1.1:9009' },
    });
    expect([became.status, became.problem.errors?.[0]?.field]).toEqual([422, 'platform']);
  });

  it('asks when the change applies while it is on air', async () => {
    const record = await stored();
    const flowOutput = { flowOutputArn: 'arn:aws:mediaconnect:us-east-1:0:output:1-a:x', flowOutputName: 'x' };
    const run = { startedAt: '2026-11-21T17:58:50.000Z', generation: 3, platform: 'srt', preset: 'source' };
    const { desired, status, runningSince, observation } = makeRunning();
    const feed = { runStartedAt: run.startedAt, bitrateBps: 6_000_000 };
    await test.put({
      ...{ ...record, destinationId: OTHER_ID, rtmpUrl: 'srt://1.1.1.1:9005' },
      ...{ desired, status, runningSince, generation: 3 },
      observation: { ...observation!, channelState: undefined, resentPercent: 1.2, roundTripMs: 31, feed },
      held: { flowOutput: { ...flowOutput, run } },
    });
    path = `/api/destinations/${OTHER_ID}`;
    expect((await patch({ latencyMs: 800 })).problem.code).toBe('restart_required');
    const later = await test.call('PATCH', `${path}?apply=next-start`, { body: { latencyMs: 800 } });
    expect(later.body).toMatchObject({ pendingChanges: true, line: { resentPercent: 1.2, roundTripMs: 31 } });
    expect(later.body.cost.thisRun).toBeGreaterThan(0);
  });
});
