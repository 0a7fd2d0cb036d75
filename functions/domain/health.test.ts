import { describe, expect, it } from 'vitest';
import type { Observation } from './destination.ts';
import { HEALTH_REASONS } from './health-reasons.ts';
import { classify, healthOf, healthOfKind, isKnownOffAir, isOnAir, withHealthSince } from './health.ts';

const AT = '2026-11-21T12:00:00.000Z';
const good: Observation = {
  observedAt: AT,
  channelState: 'RUNNING',
  alerts: [],
  sourceConnected: true,
  bitrateBps: 4_500_000,
  activeOutputs: 1,
};
const alert = (alertType: string, message: string) => ({ alertType, message, setAt: AT });
const rtmp = (message: string): Observation => ({
  ...good,
  alerts: [alert('Failed RTMP Connection', message)],
  activeOutputs: 0,
});

describe('classify', () => {
  it('is delivering only with a running channel, a source and an active output', () => {
    expect(classify(good).code).toBe('delivering');
    expect(classify({ ...good, activeOutputs: 0 }).code).toBe('connecting');
    expect(classify({ ...good, bitrateBps: 0 }).code).toBe('first_frames');
    expect(classify({ ...good, framesPerSecond: 0 }).code).toBe('first_frames');
    expect(classify({ ...good, droppedFrames: 12 }).code).toBe('encoder_slow');
    expect(classify({ ...good, unsentFrames: 12 }).code).toBe('platform_slow');
    expect(classify({ ...good, sourceConnected: false }).code).toBe('no_source');
    expect(classify({ ...good, channelState: 'IDLE' }).code).toBe('channel_not_running');
    expect(classify({ observedAt: AT, channelState: 'RUNNING', alerts: [] }).code).toBe('not_observed');
  });

  it('distinguishes a wrong stream key from a network failure', () => {
    expect(classify(rtmp('stream_key_rejected: the server refused the stream key'))).toEqual({
      code: 'stream_key_rejected',
      detail: 'the server refused the stream key',
    });
    expect(classify(rtmp('connection_refused: refused')).code).toBe('connection_refused');
    expect(classify(rtmp('host_not_found: no such host')).code).toBe('host_not_found');
  });

  it('takes attempt, next attempt and the names of system errors out of the words', () => {
    const at = '2026-11-21T03:46:38.201Z';
    const words = 'the server refused the stream key (NetStream.Publish.BadName: not accepted';
    const code = 'stream_key_rejected';
    expect(classify(rtmp(`${code}: ${words}.), attempt 2, next attempt at ${at}`))).toEqual({
      code,
      detail: `${words})`,
      attempt: 2,
      nextAttemptAt: at,
    });
    expect(classify(rtmp('connection_refused: nothing listens (ECONNREFUSED), attempt 7'))).toEqual({
      code: 'connection_refused',
      detail: 'nothing listens',
      attempt: 7,
    });
    expect(classify(rtmp('certificate_invalid: it is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)'))).toEqual({
      code: 'certificate_invalid',
      detail: 'it is self-signed',
    });
  });

  it('shows attempt and next attempt in the health, and null where none is counted', () => {
    const message = 'connection_lost: closed, attempt 3, next attempt at 2026-11-21T12:00:05.000Z';
    expect(healthOf({ status: 'running', observation: rtmp(message) })).toMatchObject({
      code: 'connection_lost',
      detail: 'closed',
      attempt: 3,
      nextAttemptAt: '2026-11-21T12:00:05.000Z',
    });
    expect(healthOf({ status: 'running', observation: good })).toMatchObject({ attempt: null, nextAttemptAt: null });
  });

  it('needs attention when AWS reports a failed connection in its own words', () => {
    const seen = classify(rtmp('The RTMP connection failed.'));
    expect(HEALTH_REASONS[seen.code].severity).toBe('fatal');
    expect(seen.detail).toBe('Failed RTMP Connection: The RTMP connection failed.');
  });

  it('detects an input that receives nothing although the source is connected', () => {
    const alerts = [alert('Stopped Receiving UDP Input', '')];
    expect(classify({ ...good, alerts }).code).toBe('no_input');
  });

  it('never treats a missing metric as delivery', () => {
    const { activeOutputs: _missing, ...withoutOutputs } = good;
    expect(classify(withoutOutputs).code).toBe('not_observed');
    expect(classify({ ...good, fillMs: 1000 }).code).toBe('filling');
  });

  it('is green for a paused output only once its pause is known to be over', () => {
    const paused = { ...good, alerts: [alert('Pipeline is Paused', 'in AWS’s words')] };
    expect(classify({ ...paused, isPauseMeant: true }).code).toBe('output_paused');
    expect(classify(paused).code).toBe('pause_left');
    // MediaLive has not paused what is meant to be paused.
    expect(classify({ ...good, isPauseMeant: true }).code).toBe('delivering');
    const levels = [HEALTH_REASONS.output_paused.level, HEALTH_REASONS.pause_left.level];
    expect(levels).toEqual(['starting', 'reconnecting']);
  });

  it.each(['Failed to Write to Output', 'Failed to Create Output File or Socket', 'Output Group is Paused'])(
    'treats the alert %s as failed delivery, whatever the metrics say',
    (alertType) => {
      const seen = classify({ ...good, alerts: [alert(alertType, 'in AWS’s words')] });
      expect(HEALTH_REASONS[seen.code].level).toBe('down');
    },
  );

  it.each(['Audio Not Detected', 'Input Double-Publishing Detected', 'An Alert of Next Year'])(
    'shows the alert %s as a warning, never as good',
    (alertType) => {
      const seen = classify({ ...good, alerts: [alert(alertType, 'in AWS’s words')] });
      expect(seen).toMatchObject({ code: 'warned', detail: `${alertType}: in AWS’s words` });
      expect(HEALTH_REASONS[seen.code].level).toBe('degraded');
    },
  );

  it.each([
    ['RTMP status: NetStream.Publish.BadName', 'stream_key_rejected'],
    ['NetConnection.Connect.InvalidApp', 'application_rejected'],
    ['could not resolve host', 'host_not_found'],
    ['TLS handshake failed: certificate has expired', 'certificate_invalid'],
    ['Connection refused by peer', 'connection_refused'],
    ['Connection reset by peer', 'connection_lost'],
    ['something new', 'delivery_failed'],
  ])('reads %j in an alert of AWS as %s', (message, code) => {
    expect(classify(rtmp(message)).code).toBe(code);
  });
});

describe('the sent frame rate', () => {
  const at30 = (framesPerSecond: number) => classify({ ...good, framesPerSecond, wantedFramesPerSecond: 30 });

  it.each([2.4, 6.6, 15, 26.9])('is not green at %d of 30', (framesPerSecond) => {
    expect(at30(framesPerSecond)).toEqual({
      code: 'below_frame_rate',
      detail: `sending ${framesPerSecond.toFixed(1)} of 30 frames per second`,
    });
  });

  it('is green from nine tenths of the target rate, and without a known target', () => {
    expect(at30(27).code).toBe('delivering');
    expect(at30(30).code).toBe('delivering');
    expect(classify({ ...good, framesPerSecond: 5 }).code).toBe('delivering');
  });
});

describe('a lost source', () => {
  it('is reported instead of the idle connection to the platform', () => {
    expect(classify({ ...good, activeOutputs: 0, fillMs: 1000 }).code).toBe('filling');
    for (const code of ['no_source', 'no_input', 'filling'] as const) {
      expect(HEALTH_REASONS[code]).toMatchObject({
        level: 'waiting_for_source',
        detail: expect.stringContaining('no signal from the encoder'),
      });
    }
  });
});

describe('health', () => {
  it('says that waiting channels are billed only for a kind of destination that has one', () => {
    const health = healthOf({ status: 'running', observation: { ...good, sourceConnected: false } });
    expect(healthOfKind(health, 'channel').remedy).toContain('still billed');
    expect(healthOfKind(health, 'srt')).toEqual({ ...health, remedy: 'start or check the encoder' });
    const delivering = healthOf({ status: 'running', observation: good });
    expect(healthOfKind(delivering, 'srt')).toEqual(delivering);
  });

  it('has a remedy for every reason that needs attention', () => {
    const fatal = Object.values(HEALTH_REASONS).filter((reason) => reason.severity === 'fatal');
    expect(fatal.length).toBeGreaterThan(0);
    for (const { remedy } of fatal) expect(remedy).toMatch(/\w/);
  });

  it('is unknown while the destination is not running, whatever was observed before', () => {
    expect(healthOf({ status: 'idle', observation: good })).toMatchObject({ level: 'unknown', code: 'not_running' });
  });

  it('keeps `since` while the reason stays the same', () => {
    const first = withHealthSince(good, null);
    const later = withHealthSince({ ...good, observedAt: '2026-11-21T12:00:05.000Z' }, first);
    expect(later.healthSince).toBe(AT);
    const worse = withHealthSince({ ...rtmp('stalled: no byte'), observedAt: '2026-11-21T12:00:09.000Z' }, later);
    expect(worse.healthSince).toBe('2026-11-21T12:00:09.000Z');
  });
});

describe('a failure that does not recover', () => {
  const at = (seconds: number) => new Date(Date.parse(AT) + seconds * 1000).toISOString();
  const healthAfter = (observation: Observation, seconds: number) => {
    const first = withHealthSince(observation, null);
    return healthOf({
      status: 'running',
      observation: withHealthSince({ ...observation, observedAt: at(seconds) }, first),
    });
  };

  it('is reconnecting for 150 seconds, then down with a remedy', () => {
    const connecting = { ...good, activeOutputs: 0 };
    expect(healthAfter(connecting, 149)).toMatchObject({ level: 'reconnecting', code: 'connecting' });
    expect(healthAfter(connecting, 150)).toMatchObject({
      level: 'down',
      severity: 'fatal',
      code: 'connecting',
      since: AT,
      remedy: expect.stringContaining('not recovered'),
    });
  });

  it('is unknown for five minutes without metrics, then degraded', () => {
    const { activeOutputs: _missing, ...unseen } = good;
    expect(healthAfter(unseen, 299).level).toBe('unknown');
    expect(healthAfter(unseen, 300).level).toBe('degraded');
  });

  it('waits ten seconds for the first frames, then reports that the platform isn’t accepting video', () => {
    const silent = { ...good, framesPerSecond: 0 };
    expect(healthAfter(silent, 9)).toMatchObject({ level: 'starting', severity: 'none', code: 'first_frames' });
    expect(healthAfter(silent, 10)).toMatchObject({
      level: 'degraded',
      code: 'no_media',
      detail: 'connected, but the platform isn’t accepting video',
    });
  });

  it.each([
    ['connection_lost: gone', 'reconnecting'],
    ['platform_slow: slow', 'degraded'],
    ['not_accepting: full', 'reconnecting'],
    ['encoder_slow: this machine is too slow for 3 encodes', 'degraded'],
  ])('needs attention after half a minute of %s', (message, level) => {
    expect(healthAfter(rtmp(message), 29)).toMatchObject({ level, severity: 'transient' });
    expect(healthAfter(rtmp(message), 30)).toMatchObject({ level, severity: 'fatal' });
  });

  it('counts alternating reasons as one failure until delivery resumes', () => {
    const messages = ['not_accepting: a', 'stalled: b', 'handshake_unanswered: c'];
    let seen = withHealthSince(good, null);
    const look = (observation: Observation, seconds: number) => {
      seen = withHealthSince({ ...observation, observedAt: at(seconds) }, seen);
      return healthOf({ status: 'running', observation: seen });
    };
    for (let second = 1; second <= 160; second += 1) {
      const health = look(second % 10 === 0 ? { ...good, framesPerSecond: 0 } : rtmp(messages[second % 3]!), second);
      if (second % 10 === 0) continue;
      expect(health.severity).toBe(second > 30 ? 'fatal' : 'transient');
      expect(health.level).toBe(second > 150 ? 'down' : 'reconnecting');
    }
    expect(look(good, 161).level).toBe('good');
    expect(look(rtmp('connection_lost: d'), 162)).toMatchObject({ level: 'reconnecting', severity: 'transient' });
  });

  it('stays good, or waiting for the source, for any length of time', () => {
    expect(healthAfter(good, 36_000).level).toBe('good');
    expect(healthAfter({ ...good, sourceConnected: false }, 36_000).level).toBe('waiting_for_source');
  });
});

describe('isOnAir', () => {
  const record = { status: 'running' as const, observation: good };

  it('is true for a fresh good observation and false for an old one', () => {
    expect(isOnAir(record, new Date('2026-11-21T12:00:03Z'), 5)).toBe(true);
    expect(isOnAir(record, new Date('2026-11-21T12:00:06Z'), 5)).toBe(false);
  });

  it('is false for an observation from the future, whose age is unknown after the clock was set back', () => {
    expect(isOnAir(record, new Date('2026-11-21T11:59:57Z'), 5)).toBe(true);
    expect(isOnAir(record, new Date('2026-11-21T10:00:00Z'), 5)).toBe(false);
  });

  it('is false for a wrong key, even in a fresh observation', () => {
    expect(isOnAir({ ...record, observation: rtmp('stream_key_rejected: no') }, new Date(AT), 5)).toBe(false);
  });
});

describe('isKnownOffAir', () => {
  const since = '2026-11-21T11:00:00.000Z';
  const at = (observation: Observation | null, now = AT) =>
    isKnownOffAir({ status: 'running', observation, runningSince: since }, new Date(now), 5);

  it('is true for a refused key, an unknown host, and a channel waiting for the source', () => {
    expect(at(rtmp('stream_key_rejected: no'))).toBe(true);
    expect(at(rtmp('host_not_found: no'))).toBe(true);
    expect(at({ ...good, sourceConnected: false, activeOutputs: 0 })).toBe(true);
    expect(isKnownOffAir({ status: 'starting', observation: null, runningSince: null }, new Date(AT), 5)).toBe(true);
  });

  it('is false while media arrives, while reconnecting, and for an unknown state', () => {
    expect(at(good)).toBe(false);
    expect(at(rtmp('connection_lost: closed'))).toBe(false);
    expect(at({ ...good, sourceConnected: false })).toBe(false);
    expect(at(null)).toBe(false);
  });

  it('is false for an old observation and one of an earlier run', () => {
    expect(at(rtmp('stream_key_rejected: no'), '2026-11-21T12:00:06Z')).toBe(false);
    const earlier = { ...rtmp('stream_key_rejected: no'), observedAt: '2026-11-21T10:59:59.000Z' };
    expect(at(earlier, '2026-11-21T10:59:59Z')).toBe(false);
  });
});
