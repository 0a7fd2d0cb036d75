import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getPlatform, listPlatforms } from '../../presets/index.ts';
import { parseIngestUrl } from './ingest-url.ts';

const strict = { loopbackAllowed: false };
const rehearsal = { loopbackAllowed: true };
const isAccepted = (text: string, options = strict) => parseIngestUrl(text, options).ok;
const codeOf = (text: string, options: Parameters<typeof parseIngestUrl>[1] = strict) => {
  const result = parseIngestUrl(text, options);
  return result.ok ? 'accepted' : result.code;
};

const LOOPBACK_PLAIN = [
  '127.0.0.1',
  '127.0.0.2',
  '127.255.255.254',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  'localhost',
  'LOCALHOST',
];

/** Spellings of 127.0.0.1, private hosts and metadata services that some resolver or parser accepts. */
const DISGUISED = [
  ...String.raw`
    2130706433 0x7f000001 0x7f.1 0x7F.0x0.0x0.0x1 017700000001 0177.0.0.1 0177.0.0.01 127.1 127.0.1 127.0.0.1. 127.0.0.01
    127.0.0.0x1 00127.0.0.1 127.0.0.1.0x 3232235777 0xa9fea9fe 2852039166 1.2.3.4.5 1.2.3 0 0.0.0.0 0.1.2.3
    localhost. localhost.. a.localhost LocalHost.LocalHost localhost.localdomain printer.local printer.local. db.internal
    metadata.google.internal metadata metadata.tencentyun.com instance-data router nas.lan nas.home.arpa 1.0.0.127.in-addr.arpa
    media.default.svc media.default.svc. api.default.svc.cluster.local media.prod.cluster a.b.CLUSTER redis.service.consul
    host.docker gateway.docker.internal rtmp.containers web.kube app.marathon slave.mesos db.rancher mx.corp.mail a.invalid
    host.workgroup pc.localnet my.router my.gateway 0.pod x.alt hidden.onion server.domain web.node active.vault
    %6cocalhost 127%2e0.0.1 %31%32%37.0.0.1 １２７.0.0.1 127。0。0。1 127．0．0．1 ｌｏｃａｌｈｏｓｔ ①②⑦.0.0.1 ⓛocalhost
    [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b:1::a00:1]
    [2002:7f00:1::] [2001:0:7f00:1::] [::ffff:0:127.0.0.1] [::] [::1%25lo] [::1%lo] [fe80::1%eth0] [fe80::1] [febf::1]
    [fc00::1] [fd00:ec2::254] [fec0::1] [ff02::1] [2001:db8::1] [100::1] [4000::1] ::1 [::1 ::1] [127.0.0.1] [] [1::2::3]
    255.255.255.255 240.0.0.1 224.0.0.1 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254
    169.254.170.2 100.64.0.1 100.100.100.200 100.127.255.255 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 192.88.99.1
    user@127.0.0.1 live.example.com@127.0.0.1 live.example.com:80@127.0.0.1 127.0.0.1\@live.example.com
    live..example.com .example.com -a.example.com
  `
    .trim()
    .split(/\s+/),
  '127.0.0.1\t',
  ' 127.0.0.1',
  'live.example.com\u0000',
  'live\u200b.example.com',
];

const FRAMES = [
  (host: string) => `rtmp://${host}/live`,
  (host: string) => `rtmps://${host}:443/live`,
  (host: string) => `RTMP://${host}:1935/live/room?a=1`,
  (host: string) => `rtmp://${host}:8080/app/`,
  (host: string) => `rtmps://${host}/live2?backup=1`,
];

const TWITCH_SERVERS =
  'hkg sel sin tpe tyo syd ams ber cph fra hel lis lhr mad mrs mil osl cdg prg arn vie waw qro ymq yto eze scl lim mde rio sao dfw den hou slc iad atl ord mia jfk lax phx pdx sfo sjc sea'.split(
    ' ',
  );
const REAL_URLS = [
  ...TWITCH_SERVERS.map((server) => `rtmp://live-${server}.twitch.tv/app`),
  ...TWITCH_SERVERS.map((server) => `rtmps://${server}03.contribute.live-video.net:443/app/`),
  ...['a', 'b'].flatMap((name) => [
    `rtmp://${name}.rtmp.youtube.com/live2`,
    `rtmps://${name}.rtmps.youtube.com:443/live2?backup=1`,
  ]),
  ...['ca', 'or', 'va'].map((name) => `rtmp://${name}.pscp.tv:80/x`),
  'rtmps://rtmp-api.facebook.com:443/rtmp/',
  'rtmps://live-api-s.facebook.com:443/rtmp/',
  'rtmps://fa723fc1b171.global-contribute.live-video.net:443/app',
  'rtmp://live-a.lovecastapp.com:5222/app',
  'rtmp://msk.goodgame.ru:1940/live',
  'rtmps://0a1b2c-event.channel.media.azure.net:2935/live/0123456789abcdef0123456789abcdef',
  'rtmp://8.8.8.8/live',
  'rtmp://[2606:4700::1111]:1935/live/one/two',
  'rtmps://xn--bcher-kva.example.com/live',
  'rtmp://1.2.3.4.example.com/live',
];

describe('parseIngestUrl', () => {
  it('accepts the ingest URLs that platforms issue', () => {
    expect(REAL_URLS.length).toBeGreaterThanOrEqual(100);
    expect(REAL_URLS.filter((url) => !isAccepted(url))).toEqual([]);
  });

  it('accepts the URLs of our presets unchanged, with their platform', () => {
    const urls = listPlatforms().flatMap((platform) =>
      [platform.rtmpUrl, platform.backupRtmpUrl].flatMap((url) => (url ? [{ url, platform }] : [])),
    );
    expect(urls.length).toBeGreaterThan(5);
    for (const { url, platform } of urls) {
      expect(parseIngestUrl(url, { ...strict, platform })).toMatchObject({ ok: true, url: { normalized: url } });
    }
  });

  it('parses protocol, host, port and application', () => {
    expect(parseIngestUrl('RTMPS://A.rtmps.YouTube.com/live2/?backup=1', strict)).toEqual({
      ok: true,
      url: {
        protocol: 'rtmps',
        host: 'a.rtmps.youtube.com',
        port: 443,
        app: 'live2?backup=1',
        normalized: 'rtmps://a.rtmps.youtube.com/live2?backup=1',
      },
    });
    expect(parseIngestUrl('rtmp://[2606:4700::1111]:1936/a/b', strict)).toMatchObject({
      url: { host: '2606:4700::1111', port: 1936, app: 'a/b', normalized: 'rtmp://[2606:4700::1111]:1936/a/b' },
    });
    expect(parseIngestUrl('rtmp://live.example.com/app', strict)).toMatchObject({ url: { port: 1935 } });
  });

  it('takes a host name with an underscore, as some platforms have', () => {
    const parsed = parseIngestUrl('rtmp://live_push.example.com/live', strict);
    expect(parsed).toMatchObject({ ok: true, url: { host: 'live_push.example.com' } });
  });

  it('refuses private addresses and all their disguises in every form of URL', () => {
    const hostile = FRAMES.flatMap((frame) => [...DISGUISED, ...LOOPBACK_PLAIN].map(frame));
    expect(hostile.length).toBeGreaterThanOrEqual(500);
    expect(hostile.filter((url) => isAccepted(url))).toEqual([]);
  });

  it('accepts plain loopback and nothing else private during a rehearsal', () => {
    const loopback = FRAMES.flatMap((frame) => LOOPBACK_PLAIN.map(frame));
    expect(loopback.filter((url) => !isAccepted(url, rehearsal))).toEqual([]);
    const hostile = FRAMES.flatMap((frame) => DISGUISED.map(frame));
    expect(hostile.filter((url) => isAccepted(url, rehearsal))).toEqual([]);
  });

  it('refuses every unusual spelling of an IPv4 address', () => {
    const part = fc.integer({ min: 0, max: 255 });
    const spell = fc.constantFrom(
      (value: number) => `0x${value.toString(16)}`,
      (value: number) => `0${value.toString(8)}`,
      (value: number) => `00${value}`,
    );
    fc.assert(
      fc.property(fc.tuple(part, part, part, part), fc.integer({ min: 0, max: 3 }), spell, (parts, at, spelling) => {
        const text = parts.map((value, index) => (index === at ? spelling(value) : String(value))).join('.');
        expect(isAccepted(`rtmp://${text}/live`)).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
        expect(isAccepted(`rtmp://${value}/live`)).toBe(false);
        expect(isAccepted(`rtmp://0x${value.toString(16)}/live`)).toBe(false);
      }),
    );
  });

  it('never throws, and accepts only plain, canonical URLs that it accepts again unchanged', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.webUrl().map((url) => url.replace(/^https?/, 'rtmp')),
      fc.string({ unit: fc.constantFrom(...'rtmps:/.@[]%#?=-_0127afxl\\ '.split('')) }).map((tail) => `rtmp://${tail}`),
      fc
        .tuple(fc.domain(), fc.string({ unit: fc.constantFrom(...'ab/%2e.?=-_'.split('')) }))
        .map(([host, tail]) => `rtmp://${host}/${tail}`),
    );
    fc.assert(
      fc.property(text, (given) => {
        const result = parseIngestUrl(given, strict);
        const again = result.ok ? parseIngestUrl(result.url.normalized, strict) : result;
        expect(again).toEqual(result);
        expect(result.ok ? result.url.normalized : 'rtmp://a/b').toMatch(/^rtmps?:\/\/[a-z0-9._:[\]-]+\/[\x21-\x7e]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['http://live.example.com/app', 'url_protocol_not_allowed'],
    ['file:///etc/passwd', 'url_protocol_not_allowed'],
    ['rtmp+x://live.example.com/app', 'url_protocol_not_allowed'],
    ['rtmpe://live.example.com/app', 'url_protocol_not_allowed'],
    ['', 'url_malformed'],
    ['live.example.com/app', 'url_malformed'],
    ['rtmp:/live.example.com/app', 'url_malformed'],
    ['rtmp:\\\\live.example.com\\app', 'url_malformed'],
    ['rtmp://live.example.com/a b', 'url_malformed'],
    ['rtmp://live.example.com/a\r\nb', 'url_malformed'],
    ['rtmp://live.example.com/a//b', 'url_malformed'],
    ['rtmp://live.example.com/../b', 'url_malformed'],
    ['rtmp://live.example.com/%2e%2e/b', 'url_malformed'],
    ['rtmp://live.example.com/a%00', 'url_malformed'],
    ['rtmp://live.example.com/a%2fb', 'url_malformed'],
    ['rtmp://live.example.com/a%zz', 'url_malformed'],
    [`rtmp://live.example.com/${'a'.repeat(3000)}`, 'url_malformed'],
    ['rtmp:///app', 'url_host_invalid'],
    ['rtmp://:1935/app', 'url_host_invalid'],
    ['rtmp://live.example.com', 'url_app_missing'],
    ['rtmp://live.example.com/', 'url_app_missing'],
    ['rtmp://live.example.com/?a=1', 'url_app_missing'],
    ['rtmp://user:secret@live.example.com/app', 'url_has_credentials'],
    ['rtmp://live.example.com/app#x', 'url_has_fragment'],
    ['rtmp://live.example.com:0/app', 'url_port_not_allowed'],
    ['rtmp://live.example.com:22/app', 'url_port_not_allowed'],
    ['rtmp://live.example.com:25/app', 'url_port_not_allowed'],
    ['rtmp://live.example.com:6379/app', 'url_port_not_allowed'],
    ['rtmp://live.example.com:65536/app', 'url_port_not_allowed'],
    ['rtmp://live.example.com:01935/app', 'url_port_not_allowed'],
    ['rtmp://live.example.com:/app', 'url_host_invalid'],
    ['rtmp://live.example.com:+80/app', 'url_host_invalid'],
  ])('refuses %j as %s', (text, code) => {
    expect(codeOf(text)).toBe(code);
    expect(codeOf(text, rehearsal)).toBe(code);
  });

  it('refuses Facebook without encryption, and names the protocol it accepts', () => {
    const platform = getPlatform('facebook')!;
    const result = parseIngestUrl('rtmp://rtmp-api.facebook.com:80/rtmp', { ...strict, platform });
    expect(result).toMatchObject({ code: 'url_protocol_not_allowed', message: 'Facebook Live accepts rtmps:// only' });
  });

  describe('given a URL that contains the stream key', () => {
    const custom = getPlatform('custom')!;
    it.each([
      ['rtmp://a.rtmp.youtube.com/live2/abcd-efgh-1234-mnop', undefined],
      ['rtmp://a.rtmp.youtube.com/live2/abcd-efgh-1234-mnop-qrst', custom],
      ['rtmp://relay.example.com/abcd-efgh-1234-mnop', custom],
      ['rtmp://relay.example.com/live?key=abcd-efgh-1234-mnop', custom],
      ['rtmp://relay.example.com/live/live_123456_notARealKey', custom],
      ['rtmp://relay.example.com/live/%6cive_123456_notARealKey', custom],
      ['rtmps://relay.example.com/app/sk_us-west-2_notARealKey', undefined],
      ['rtmps://live-api-s.facebook.com:443/rtmp/FB-1234-0-notARealKey?s_bl=1', undefined],
      ['rtmp://va.pscp.tv:80/x/notarealkey', custom],
      ['rtmp://live-iad.twitch.tv/app/whatever', getPlatform('twitch')],
      ['rtmp://elsewhere.example.com/x/whatever', getPlatform('x')],
    ])('refuses it without repeating any part of it: %s', (text, platform) => {
      const result = parseIngestUrl(text, platform ? { ...strict, platform } : strict);
      expect(result).toMatchObject({ ok: false, code: 'url_contains_stream_key' });
      const path = text.split('/').slice(3).join('/');
      expect(JSON.stringify(result)).not.toContain(path);
      expect(JSON.stringify(result)).not.toContain(path.split(/[/=]/).at(-1));
    });

    it('accepts applications of several segments that the platform issues', () => {
      const linkedin = getPlatform('linkedin')!;
      const url = 'rtmps://event.channel.media.azure.net:2935/live/0123456789abcdef0123456789abcdef';
      expect(parseIngestUrl(url, { ...strict, platform: linkedin }).ok).toBe(true);
      expect(parseIngestUrl(url, { ...strict, platform: custom }).ok).toBe(true);
    });
  });

  it('never repeats path, query or user part in a refusal', () => {
    const secret = 'zq7zq7zq7';
    const pieces = fc.constantFrom(
      'rtmp://',
      'http://',
      '127.0.0.1',
      'a.example.com',
      ':99999',
      '/',
      secret,
      `?k=${secret}`,
      `#${secret}`,
      `${secret}@`,
      ' ',
      '%',
      'é',
    );
    const never = () =>
      fc.assert(
        fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
          const result = parseIngestUrl(parts.join(''), strict);
          return result.ok || !JSON.stringify(result).includes(secret);
        }),
        { numRuns: 1000 },
      );
    expect(never).not.toThrow();
  });
});

describe('parseIngestUrl for SRT', () => {
  const platform = getPlatform('srt')!;
  const parse = (text: string) => parseIngestUrl(text, { loopbackAllowed: false, platform });

  it.each([
    ['srt://live.example.com:9000', 'srt://live.example.com:9000'],
    ['SRT://Live.Example.com:9000/', 'srt://live.example.com:9000'],
    ['srt://1.1.1.1:1', 'srt://1.1.1.1:1'],
    ['srt://1.1.1.1:65535', 'srt://1.1.1.1:65535'],
  ])('accepts %s', (text, normalized) => {
    expect(parse(text)).toMatchObject({ ok: true, url: { protocol: 'srt', app: '', normalized } });
  });

  it.each([
    ['srt://live.example.com', 'url_port_not_allowed'],
    ['srt://live.example.com:0', 'url_port_not_allowed'],
    ['srt://live.example.com:65536', 'url_port_not_allowed'],
    ['srt://live.example.com:09000', 'url_port_not_allowed'],
    ['srt://live.example.com:9000/live', 'url_malformed'],
    ['srt://live.example.com:9000?streamid=live', 'url_malformed'],
    ['srt://user@live.example.com:9000', 'url_has_credentials'],
    ['srt://live.example.com:9000#x', 'url_has_fragment'],
    ['srt://127.0.0.1:9000', 'host_not_public'],
    ['srt://2130706433:9000', 'url_host_invalid'],
    ['srt://printer.local:9000', 'host_not_public'],
    ['rtmp://live.example.com/app', 'url_protocol_not_allowed'],
    ['udp://live.example.com:9000', 'url_protocol_not_allowed'],
  ])('refuses %s', (text, code) => {
    expect(parse(text)).toMatchObject({ ok: false, code });
  });

  it('is refused for every other platform, and without one', () => {
    for (const other of [undefined, ...listPlatforms().filter(({ platformId }) => platformId !== 'srt')]) {
      expect(
        parseIngestUrl('srt://live.example.com:9000', { loopbackAllowed: true, ...(other && { platform: other }) }),
      ).toMatchObject({ ok: false, code: 'url_protocol_not_allowed' });
    }
  });
});
