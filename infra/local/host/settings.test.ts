import { describe, expect, it } from 'vitest';
import { audienceOriginOf, originOf } from './origins.ts';
import { readSettings, SETTINGS_TABLE, SettingsError } from './settings.ts';

function problemsOf(environment: Record<string, string>): SettingsError {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error('the settings were accepted');
}

describe('readSettings', () => {
  it('has public pages on a port of their own when SLUICE_AUDIENCE is on', () => {
    const on = { SLUICE_AUDIENCE: 'on' };
    const usual = { port: 8081, host: '127.0.0.1', origin: null, viewersMax: 200 };
    expect(readSettings(on).audience).toEqual(usual);
    expect(readSettings({ ...on, SLUICE_AUDIENCE_VIEWERS: '7' }).audience).toEqual({ ...usual, viewersMax: 7 });
    const open = { SLUICE_HOST: '0.0.0.0', SLUICE_TOKEN: 'a-token-of-16-chars' };
    expect(readSettings({ ...on, ...open }).audience?.host).toBe('0.0.0.0');
    expect(readSettings({ ...on, SLUICE_AUDIENCE_HOST: '0.0.0.0' }).audience?.host).toBe('0.0.0.0');
    const origin = 'https://watch.example.com';
    expect(readSettings({ ...on, SLUICE_AUDIENCE_ORIGIN: origin }).audience?.origin).toBe(origin);
    expect(readSettings({ SLUICE_AUDIENCE_VIEWERS: '7' }).audience).toBeNull();
    expect(() => readSettings({ SLUICE_AUDIENCE_VIEWERS: '0' })).toThrow('1 to 10000');
  });

  it.each([
    'watch.example.com',
    'https://watch.example.com/',
    'https://a@watch.example.com',
    'ftp://watch.example.com',
  ])('refuses %s as the public address of the watch pages', (origin) =>
    expect(() => readSettings({ SLUICE_AUDIENCE_ORIGIN: origin })).toThrow('without a path'),
  );

  it('refuses one port for the dashboard and the watch pages, unless these are off', () => {
    expect(problemsOf({ PORT: '8081', SLUICE_AUDIENCE: 'on' }).message).toContain('a port other than PORT’s');
    expect(readSettings({ PORT: '8081' }).port).toBe(8081);
  });

  it('returns the documented defaults for an empty environment', () => {
    expect(readSettings({ PATH: '/bin', SLUICE_HOST: '' })).toEqual({
      port: 8080,
      host: '127.0.0.1',
      token: undefined,
      dataDirectory: '.data',
      srtPort: 9998,
      srtPassphrase: { kind: 'kept' },
      srtBackup: null,
      srtLatencyMs: 200,
      mail: null,
      localAwsPort: 4566,
      profile: 'fast',
      loopbackTargetsAllowed: true,
      privateHosts: [],
      hls: 'plain',
      analysis: true,
      pausesUntilLive: true,
      startsAtOnce: 16,
      recordingReserveBytes: 1_000_000_000,
      timeServer: null,
      hlsRenditions: ['720p30'],
      audience: null,
      primary: 'always',
    });
  });

  it('ignores the variables of the sluice command', () => {
    const environment = {
      SLUICE_SERVER: 'https://sluice.example',
      SLUICE_PASSPHRASE: 'twelve letters',
      SLUICE_DEBUG: '1',
    };
    expect(readSettings({ ...environment, SLUICE_TOKEN: 'a-token-of-16-chars' })).toEqual({
      ...readSettings({}),
      token: 'a-token-of-16-chars',
    });
  });

  it('accepts every documented setting', () => {
    const settings = readSettings({
      PORT: '80',
      SLUICE_HOST: '0.0.0.0',
      SLUICE_TOKEN: 'a-token-of-16-chars',
      SLUICE_DATA_DIR: '/var/lib/sluice',
      SRT_PORT: '9000',
      SRT_PASSPHRASE: 'ten letters',
      SRT_LATENCY_MS: '1500',
      LOCAL_AWS_PORT: '4000',
      SMTP_URL: 'smtps://user:pass@mail.example.com',
      SMTP_FROM: 'Studio <studio@example.com>',
      NOTIFY_PRIVATE_HOSTS: '192.168.1.20:8000, [FD00:0::5]:443',
      FFMPEG_PATH: '/opt/ffmpeg',
      CHROME_PATH: '/opt/chrome',
      SLUICE_PROFILE: 'aws-like',
      SLUICE_LOOPBACK_TARGETS: 'false',
      SLUICE_HLS: 'low-latency',
      SLUICE_HLS_RENDITIONS: '720p30, 480p30',
    });
    expect(settings).toMatchObject({
      host: '0.0.0.0',
      loopbackTargetsAllowed: false,
      privateHosts: ['192.168.1.20:8000', '[fd00::5]:443'],
      profile: 'aws-like',
      mail: { smtpUrl: 'smtps://user:pass@mail.example.com', from: 'Studio <studio@example.com>' },
      hlsRenditions: ['720p30', '480p30'],
    });
    expect(Object.values(settings)).not.toContain(undefined);
  });

  it('distinguishes a passphrase from the two keywords, which are too short to be one', () => {
    const passphraseOf = (SRT_PASSPHRASE: string) => readSettings({ SRT_PASSPHRASE }).srtPassphrase;
    expect(passphraseOf('none')).toEqual({ kind: 'none' });
    expect(passphraseOf('generate')).toEqual({ kind: 'generate' });
    expect(passphraseOf('')).toEqual({ kind: 'kept' });
    expect(passphraseOf('none of your business')).toEqual({ kind: 'given', passphrase: 'none of your business' });
    expect(() => passphraseOf('NONE')).toThrow('SRT_PASSPHRASE');
  });

  it.each([
    ['PORT', '0'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', '0x50'],
    ['PORT', ' 80'],
    ['SRT_PORT', 'none'],
    ['SRT_PORT', '1023'],
    ['SRT_PORT', '2077'],
    ['SRT_BACKUP_PORT', '2077'],
    ['SRT_BACKUP_PORT', '80'],
    ['SRT_BACKUP_ALLOWED', '203.0.113.7/24'],
    ['SRT_PORT', '2088'],
    ['LOCAL_AWS_PORT', '-1'],
    ['SRT_LATENCY_MS', '99'],
    ['SRT_LATENCY_MS', '15001'],
    ['SLUICE_HOST', 'not an address'],
    ['SLUICE_PROFILE', 'slow'],
    ['SLUICE_LOOPBACK_TARGETS', 'yes'],
    ['NOTIFY_PRIVATE_HOSTS', '192.168.1.20'],
    ['NOTIFY_PRIVATE_HOSTS', '192.168.1.20:0'],
    ['NOTIFY_PRIVATE_HOSTS', '192.168.1.20:99999'],
    ['NOTIFY_PRIVATE_HOSTS', '192.168.1.0/24:8000'],
    ['NOTIFY_PRIVATE_HOSTS', '192.168.1:8000'],
    ['NOTIFY_PRIVATE_HOSTS', 'companion.lan:8000'],
    ['NOTIFY_PRIVATE_HOSTS', '192.168.1.20:8000,'],
    ['NOTIFY_PRIVATE_HOSTS', '169.254.169.254:80'],
    ['NOTIFY_PRIVATE_HOSTS', '8.8.8.8:443'],
    ['NOTIFY_PRIVATE_HOSTS', '127.0.0.1:8000'],
    ['SMTP_FROM', 'studio'],
    ['SMTP_FROM', 'a@b.example\r\nBcc: c@d.example'],
    ['SLUICE_HLS', 'dash'],
    ['SLUICE_ANALYSIS', 'true'],
    ['SLUICE_PAUSE_UNTIL_LIVE', 'true'],
    ['SLUICE_STARTS_AT_ONCE', '0'],
    ['SLUICE_STARTS_AT_ONCE', '51'],
    ['SLUICE_HLS_RENDITIONS', '1080p30,8k'],
    ['SLUICE_HLS_RENDITIONS', 'source,source'],
    ['SLUICE_DATA_DIR', 'a\0b'],
  ])('refuses %s=%j, and names the value, the allowed values and the remedy', (name, value) => {
    const error = problemsOf({ [name]: value });
    expect(error.problems).toMatchObject([{ name, value }]);
    expect(error.message).toContain(name);
    expect(error.message).toContain(`unset ${name}`);
    expect(error.message.split('\n')).toHaveLength(2);
  });

  it.each([
    ['SLUICE_TOKEN', 'tooshort'],
    ['SLUICE_TOKEN', 'long enough but with spaces'],
    ['SMTP_URL', 'mail.example.com'],
    ['SMTP_URL', 'http://mail.example.com'],
    ['SMTP_URL', 'smtp://user:secret@'],
    ['SRT_PASSPHRASE', 'nine char'],
    ['SRT_BACKUP_PASSPHRASE', 'nine char'],
    ['SRT_PASSPHRASE', 'é'.repeat(20)],
    ['SRT_PASSPHRASE', 'x'.repeat(80)],
  ])('refuses %s=%j without repeating it', (name, value) => {
    const error = problemsOf({ [name]: value });
    expect(error.problems.map((problem) => problem.name)).toEqual([name]);
    expect(JSON.stringify([error.message, error.problems])).not.toContain(value);
  });

  it('lists every problem at once', () => {
    const error = problemsOf({ PORT: 'x', SRT_PORT: 'y', SLUICE_PROFIL: 'fast' });
    expect(error.problems.map((problem) => problem.name)).toEqual(['SLUICE_PROFIL', 'PORT', 'SRT_PORT']);
  });

  it('refuses a misspelt name and suggests the nearest one', () => {
    expect(problemsOf({ SLUICE_TOKENS: 'x' }).message).toContain('did you mean SLUICE_TOKEN?');
    expect(problemsOf({ SLUICE_DATADIR: 'x' }).message).toContain('did you mean SLUICE_DATA_DIR?');
  });

  it('refuses two services on one port', () => {
    expect(problemsOf({ PORT: '4566' }).message).toContain('LOCAL_AWS_PORT is "4566": a port other than PORT’s');
    expect(problemsOf({ SRT_PORT: '8080' }).problems).toHaveLength(1);
    expect(problemsOf({ SRT_BACKUP_PORT: '9998' }).problems).toHaveLength(1);
  });

  it('allows a host beyond loopback only with a SLUICE_TOKEN', () => {
    expect(problemsOf({ SLUICE_HOST: '0.0.0.0' }).message).toContain('set SLUICE_TOKEN');
    expect(problemsOf({ SLUICE_HOST: '192.168.1.5' }).problems).toHaveLength(1);
    expect(readSettings({ SLUICE_HOST: '::1' }).host).toBe('::1');
    expect(readSettings({ SLUICE_HOST: 'localhost' }).host).toBe('localhost');
  });
});

describe('originOf', () => {
  it('puts an IPv6 address in brackets', () => {
    expect(originOf({ host: '::1', port: 8080 })).toBe('http://[::1]:8080');
    expect(originOf({ host: '127.0.0.1', port: 80 })).toBe('http://127.0.0.1:80');
  });
});

describe('SETTINGS_TABLE', () => {
  it('documents only valid defaults', () => {
    const defaults = Object.fromEntries(
      SETTINGS_TABLE.flatMap(({ name, fallback }) => (fallback ? [[name, fallback]] : [])),
    );
    expect(readSettings(defaults)).toEqual(readSettings({}));
  });

  it('marks every secret', () => {
    expect(SETTINGS_TABLE.filter((setting) => setting.secret).map((setting) => setting.name)).toEqual([
      'SLUICE_TOKEN',
      'SRT_PASSPHRASE',
      'SRT_BACKUP_PASSPHRASE',
      'SMTP_URL',
    ]);
  });
});

describe('audienceOriginOf', () => {
  const audience = { host: '127.0.0.1', port: 8081, origin: null };

  it.each([
    [audience, 'localhost', 'http://127.0.0.1:8081'],
    [{ ...audience, host: '::1' }, 'localhost', 'http://[::1]:8081'],
    [{ ...audience, host: '0.0.0.0' }, 'studio.local', 'http://studio.local:8081'],
    [{ ...audience, host: '::' }, '[fd00::5]', 'http://[fd00::5]:8081'],
    [{ ...audience, origin: 'https://watch.example.com' }, 'localhost', 'https://watch.example.com'],
  ])('of %j, asked as %s, is %s', (settings, host, origin) => expect(audienceOriginOf(settings, host)).toBe(origin));
});
