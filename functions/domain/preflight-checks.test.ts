import { describe, expect, it } from 'vitest';
import { makeRecord, OTHER_ID } from '../../test/support/api.ts';
import { REACHED } from '../../test/support/make-probe.ts';
import type { TimelineEntry } from './destination.ts';
import { describeCounts, requiredFailuresOf, toPreflight, type PreflightCheck } from './preflight.ts';
import {
  checkEgress,
  checkFlowOutputs,
  checkNotificationTarget,
  checkQuotas,
  checkRecordingSpace,
} from './preflight-deployment.ts';
import { checkClock } from './preflight-clock.ts';
import { checkDuplicateKey, checkEncoding, checkKey, checkReachable } from './preflight-destination.ts';
import { checkFlow, checkPicture, checkSound, checkSource, type FeedFacts } from './preflight-source.ts';

const NOW = new Date('2026-12-01T10:00:00.000Z');
const daysBefore = (days: number) => new Date(NOW.getTime() - days * 86_400_000).toISOString();
const picture = { width: 1920, height: 1080, framesPerSecond: 25 };
const flow = { status: 'ACTIVE', outputsUsed: 3, outputsMax: 50, egressIp: '198.51.100.4' };
const source = { isFresh: true, connected: true, picture, hasAudio: true, silent: false };

function feed(changes: Partial<FeedFacts> = {}): FeedFacts {
  return { occasion: 'request', flow, source, ...changes };
}

describe('the check of the flow', () => {
  it.each([
    ['ACTIVE', 'request', 'passed'],
    ['UPDATING', 'request', 'passed'],
    ['STANDBY', 'request', 'failed'],
    ['STANDBY', 'T-10', 'failed'],
    ['STANDBY', 'T-60', 'warning'],
    ['ERROR', 'T-60', 'failed'],
  ] as const)('%s at %s is %s', (status, occasion, state) => {
    expect(checkFlow(feed({ occasion, flow: { ...flow, status } })).state).toBe(state);
  });

  it('passes while the show is still to start the flow, unless the flow has failed', () => {
    const found = (status: string) => checkFlow(feed({ startsWithShow: true, flow: { ...flow, status } }));
    expect(found('STANDBY')).toMatchObject({ state: 'passed', detail: 'The flow is off, and starts with the show.' });
    expect(found('ERROR').state).toBe('failed');
  });

  it('is not possible when the flow cannot be read', () => {
    expect(checkFlow(feed({ flow: null })).state).toBe('not_possible');
  });
});

describe('the check of the source', () => {
  it.each([
    ['a connected encoder', feed(), 'passed'],
    ['no encoder', feed({ source: { ...source, connected: false } }), 'failed'],
    ['no encoder an hour before', feed({ occasion: 'T-60', source: { ...source, connected: false } }), 'warning'],
    ['a flow that does not run', feed({ flow: { ...flow, status: 'STANDBY' } }), 'failed'],
    ['an unknown state', feed({ source: { ...source, connected: null } }), 'not_possible'],
    ['an old observation', feed({ source: { ...source, isFresh: false } }), 'not_possible'],
    ['no observation', feed({ source: null }), 'not_possible'],
    ['an unread flow', feed({ flow: null }), 'not_possible'],
    [
      'a flow that starts with the show',
      feed({ startsWithShow: true, flow: { ...flow, status: 'STANDBY' } }),
      'not_possible',
    ],
  ] as const)('with %s', (_, facts, state) => {
    expect(checkSource(facts).state).toBe(state);
  });
});

describe('the check of the picture', () => {
  it.each([
    ['a picture', source, 'passed'],
    ['a black picture', { ...source, black: true }, 'warning'],
    ['a frozen picture', { ...source, frozen: true }, 'warning'],
    ['a format that channels do not take', { ...source, formatProblem: 'The source sends 8K.' }, 'failed'],
    ['no known size', { ...source, picture: undefined }, 'not_possible'],
    ['the picture of an encoder that has left', { ...source, connected: false }, 'not_possible'],
    ['an old observation', { ...source, isFresh: false }, 'not_possible'],
  ] as const)('with %s', (_, seen, state) => {
    expect(checkPicture(feed({ source: seen })).state).toBe(state);
  });
});

describe('the check of the sound', () => {
  it.each([
    ['sound', source, 'passed'],
    ['no sound', { ...source, hasAudio: false }, 'failed'],
    ['silence', { ...source, silent: true }, 'warning'],
    ['an unknown track', { ...source, hasAudio: null }, 'not_possible'],
    ['an encoder that has left', { ...source, connected: false }, 'not_possible'],
  ] as const)('with %s', (_, seen, state) => {
    expect(checkSound(feed({ source: seen })).state).toBe(state);
  });
});

describe('the check of the flow’s address', () => {
  it('passes only when the group is read and contains it', () => {
    expect(checkEgress(flow, ['198.51.100.4/32']).state).toBe('passed');
    expect(checkEgress(flow, ['198.51.100.5/32']).state).toBe('warning');
    expect(checkEgress(flow, null).state).toBe('not_possible');
    expect(checkEgress(null, []).state).toBe('not_possible');
    expect(checkEgress({ ...flow, egressIp: null }, []).state).toBe('not_possible');
  });
});

describe('the check of the flow’s outputs', () => {
  const full = { ...flow, outputsUsed: 48 };
  it('counts one output for each destination, and two for one with a backup', () => {
    const backup = makeRecord({ backupRtmpUrl: 'rtmps://b.rtmps.youtube.com:443/live2?backup=1' });
    expect(checkFlowOutputs(full, [makeRecord(), makeRecord()]).state).toBe('passed');
    expect(checkFlowOutputs(full, [makeRecord(), backup])).toMatchObject({
      state: 'failed',
      detail: '48 of 50 outputs of the flow are used, but 3 more are needed.',
    });
  });

  it('counts no output that a destination holds already', () => {
    const held = { flowOutput: { flowOutputArn: 'x', flowOutputName: 'x' } };
    expect(checkFlowOutputs({ ...flow, outputsUsed: 50 }, [makeRecord({ held })]).state).toBe('passed');
    expect(checkFlowOutputs(null, []).state).toBe('not_possible');
  });
});

describe('the check of quotas', () => {
  const quotas = { channelQuota: 2, pushInputQuota: 2 };
  const held = { channel: { channelId: '1', channelArn: 'x', configurationHash: 'x' } };
  const warm = makeRecord({ destinationId: OTHER_ID, held });

  it('counts the channels that others hold, and those that are missing', () => {
    expect(checkQuotas(quotas, [warm], [makeRecord()]).state).toBe('passed');
    expect(checkQuotas(quotas, [warm], [makeRecord(), makeRecord()]).state).toBe('failed');
    expect(checkQuotas({ ...quotas, pushInputQuota: 1 }, [], [makeRecord(), makeRecord()]).state).toBe('failed');
  });

  it('counts a channel that a chosen destination holds once, and none for SRT', () => {
    expect(checkQuotas({ channelQuota: 1, pushInputQuota: 1 }, [warm], [warm]).state).toBe('passed');
    const srt = makeRecord({ platform: 'srt' });
    expect(checkQuotas({ channelQuota: 1, pushInputQuota: 1 }, [srt, warm], [srt, warm]).state).toBe('passed');
  });
});

describe('the check of the recordings’ space', () => {
  const disk = { freeBytes: 5e9, isLow: false, isFull: false };
  it.each([
    ['enough', disk, 'passed'],
    ['little', { ...disk, isLow: true }, 'warning'],
    ['none', { ...disk, isLow: true, isFull: true }, 'failed'],
    ['an unmeasured disk', null, 'not_possible'],
    ['S3', undefined, 'passed'],
  ] as const)('with %s', (_, space, state) => {
    expect(checkRecordingSpace(space).state).toBe(state);
  });
});

describe('the check of a notification target', () => {
  const lastDelivery = { at: daysBefore(1), title: 'x', isAccepted: true, status: 200 };
  it('passes only when it accepted its last message', () => {
    expect(checkNotificationTarget({ failuresInSequence: 0, lastDelivery }).state).toBe('passed');
    expect(checkNotificationTarget({ failuresInSequence: 1, lastDelivery }).state).toBe('warning');
    const refused = { ...lastDelivery, isAccepted: false, status: null };
    expect(checkNotificationTarget({ failuresInSequence: 0, lastDelivery: refused }).state).toBe('warning');
    expect(checkNotificationTarget({ failuresInSequence: 0 }).state).toBe('not_possible');
  });
});

describe('the check of the clock', () => {
  const of = (offsetMs: number, uncertaintyMs: number) =>
    checkClock({ ok: true, server: 'time', offsetMs, uncertaintyMs });

  it.each([
    [100, 400, 'passed'],
    [-500, 0, 'passed'],
    [-500, 1, 'warning'],
    [0, 501, 'warning'],
    [2_500, 501, 'warning'],
    [2_500, 500, 'failed'],
    [-90_000, 10, 'failed'],
  ])('%d ms, give or take %d, is %s', (offsetMs, uncertaintyMs, state) => {
    expect(of(offsetMs, uncertaintyMs).state).toBe(state);
  });

  it('says which way it is wrong', () => {
    expect(of(90_000, 20).detail).toBe('The clock is about 90.0 s slow, give or take 0.0 s, by time.');
    expect(of(-3_000, 0).detail).toContain('3.0 s fast');
  });

  it('is never said to be right without an answer', () => {
    expect(checkClock(undefined).state).toBe('not_possible');
    expect(checkClock({ ok: false, server: 'time', reason: 'no answer' }).state).toBe('not_possible');
  });
});

describe('the check of an encoding', () => {
  const of = (changes: object, seen: object = {}, bitrateBps: number | null = null) =>
    checkEncoding(makeRecord(changes), { picture: { ...picture, ...seen }, bitrateBps });

  it('warns of a source that would be enlarged', () => {
    expect(of({ preset: '1080p30' }).state).toBe('passed');
    expect(of({ preset: '1080p30' }, { width: 1280, height: 720 }).state).toBe('warning');
  });

  it('warns of a followed source beyond the platform’s size, rate and bitrate', () => {
    const followed = { platform: 'twitch', preset: 'source' };
    expect(of(followed, {}, 4_000_000).state).toBe('passed');
    expect(of(followed, { width: 7680, height: 4320 }).detail).toContain('made smaller');
    expect(of(followed, { framesPerSecond: 120 }).detail).toContain('halved');
    expect(of(followed, {}, 80_000_000).detail).toContain('80.0 Mbit/s');
    expect(of(followed, {}, 80_000_000).state).toBe('warning');
  });

  it('is not possible without a picture, and fails for a preset that the platform does not take', () => {
    expect(checkEncoding(makeRecord(), { picture: null, bitrateBps: null }).state).toBe('not_possible');
    expect(of({ preset: 'nothing' }).state).toBe('failed');
  });

  it('has nothing to say about SRT, which gets the feed', () => {
    expect(of({ platform: 'srt', preset: 'source' }, { width: 7680, height: 4320 }).state).toBe('passed');
  });
});

describe('the check of a server', () => {
  const failing = (code: 'connect_timeout' | 'certificate_invalid') => ({
    ...REACHED,
    reached: 'tcp' as const,
    failure: { code, detail: 'the reason' },
  });

  it('passes only when the server was reached, and says what is not tested', () => {
    expect(checkReachable(REACHED, 'sender', NOW)).toMatchObject({ state: 'passed' });
    expect(checkReachable(REACHED, 'sender', NOW).detail).toContain('The stream key was not sent');
    expect(checkReachable({ ...REACHED, reached: 'answered' }, 'sender', NOW).detail).toContain('Stream ID');
    expect(checkReachable(null, 'sender', NOW).state).toBe('not_possible');
  });

  it('says when it was tested from another address, where a failure of the way proves less', () => {
    expect(checkReachable(REACHED, 'elsewhere', NOW).detail).toContain('Tested from another address');
    expect(checkReachable(failing('connect_timeout'), 'sender', NOW).state).toBe('failed');
    expect(checkReachable(failing('connect_timeout'), 'elsewhere', NOW).state).toBe('warning');
    expect(checkReachable(failing('certificate_invalid'), 'elsewhere', NOW).state).toBe('failed');
  });

  it('warns of a certificate that expires within a week', () => {
    const until = (days: number) => ({ ...REACHED, certificateUntil: daysBefore(-days) });
    expect(checkReachable(until(6), 'sender', NOW).state).toBe('warning');
    expect(checkReachable(until(8), 'sender', NOW).state).toBe('passed');
  });
});

describe('the check of a stream key', () => {
  const good = (days: number): TimelineEntry => ({
    at: daysBefore(days),
    actor: 'monitor',
    kind: 'health',
    detail: '',
    level: 'good',
  });
  const edited = (days: number, detail: string): TimelineEntry => ({
    at: daysBefore(days),
    actor: 'operator',
    kind: 'edited',
    detail,
  });

  it('passes for one that worked lately and was not changed since', () => {
    expect(checkKey(makeRecord(), [good(3)], NOW)).toMatchObject({ state: 'passed' });
    expect(checkKey(makeRecord(), [edited(1, 'name'), good(3)], NOW).state).toBe('passed');
    expect(checkKey(makeRecord(), [good(3), edited(4, 'streamKey')], NOW).state).toBe('passed');
  });

  it('warns of one that was changed since, that last worked long ago, or never did', () => {
    expect(checkKey(makeRecord(), [edited(1, 'name, streamKey'), good(3)], NOW).detail).toContain('has not been seen');
    expect(checkKey(makeRecord(), [good(31)], NOW)).toMatchObject({ state: 'warning' });
    expect(checkKey(makeRecord(), [good(31)], NOW).detail).toContain('31 days ago');
    expect(checkKey(makeRecord(), [], NOW).state).toBe('warning');
    expect(checkKey(makeRecord(), [{ ...good(3), level: 'down' }], NOW).state).toBe('warning');
  });

  it('fails without a key, which an SRT receiver may not want', () => {
    expect(checkKey(makeRecord({ streamKeyCiphertext: null }), [], NOW).state).toBe('failed');
    expect(checkKey(makeRecord({ platform: 'srt', streamKeyCiphertext: null }), [], NOW).state).toBe('passed');
  });
});

describe('the check for a duplicate key', () => {
  const one = makeRecord();
  const other = makeRecord({ destinationId: OTHER_ID, name: 'Other' });

  it('fails for two destinations with one key and one place', () => {
    expect(checkDuplicateKey(one, [one, other])).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('Other'),
    });
    expect(checkDuplicateKey(one, [one, { ...other, streamKeyFingerprint: 'ffff' }]).state).toBe('passed');
    expect(checkDuplicateKey(one, [one, { ...other, desired: 'deleted' }]).state).toBe('passed');
    const elsewhere = { ...other, platform: 'custom', rtmpUrl: 'rtmp://live.example.com/app' };
    expect(checkDuplicateKey(one, [one, elsewhere]).state).toBe('passed');
  });

  it('is not possible without a hash', () => {
    expect(checkDuplicateKey({ ...one, streamKeyFingerprint: null }, [one]).state).toBe('not_possible');
    expect(checkDuplicateKey(makeRecord({ platform: 'srt' }), [one]).state).toBe('not_possible');
  });
});

describe('a preflight as a whole', () => {
  const about = { checkedAt: '', requestedBy: 'x', occasion: 'request', testedFrom: 'sender' } as const;
  const check = (state: PreflightCheck['state'], isRequired = true): PreflightCheck => ({
    check: 'reachable',
    subject: { kind: 'destination', id: 'x', name: 'x' },
    isRequired,
    state,
    detail: '',
    remedy: null,
  });

  it('is as bad as its worst check, and never passed with an unknown one', () => {
    const outcomeOf = (...states: PreflightCheck['state'][]) =>
      toPreflight(
        about,
        states.map((state) => check(state)),
      ).outcome;
    expect(outcomeOf('passed', 'passed')).toBe('passed');
    expect(outcomeOf('passed', 'not_possible')).toBe('not_possible');
    expect(outcomeOf('not_possible', 'warning')).toBe('warning');
    expect(outcomeOf('warning', 'failed', 'passed')).toBe('failed');
  });

  it('counts its checks, and names the failures that the show cannot do with', () => {
    const preflight = toPreflight(about, [check('failed'), check('failed', false), check('warning'), check('passed')]);
    expect(describeCounts(preflight)).toBe('2 failed, 1 warning, 1 passed');
    expect(requiredFailuresOf(preflight)).toHaveLength(1);
    expect(preflight.requiredFailed).toBe(1);
  });
});
