import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultSourceLossOf } from '../functions/domain/source-loss.ts';
import { PresetsResource } from '../functions/api/schemas/presets.ts';
import { backupRefusalOf } from '../functions/domain/backup-ingest.ts';
import custom from './platforms/custom.json' with { type: 'json' };
import source from './encodings/source.json' with { type: 'json' };
import { renderPresetFiles } from './generate.ts';
import {
  allowedEncodings,
  getPlatform,
  listEncodings,
  listPlatforms,
  loadPresets,
  platformJsonSchema,
  resolveEncoding,
} from './index.ts';

const idsInFolder = (folder: string) =>
  readdirSync(new URL(folder, import.meta.url)).map((file) => file.replace(/\.json$/, ''));

describe('the preset files', () => {
  it('are in the generated list, which is fresh', () => {
    const list = readFileSync(new URL('preset-files.ts', import.meta.url), 'utf8');
    expect(list, 'npm run presets').toBe(renderPresetFiles(import.meta.dirname));
  });

  it('are offered in the order of the menu, and encodings by size', () => {
    expect(listPlatforms().map(({ platformId }) => platformId)).toEqual([
      ...['youtube', 'twitch', 'facebook', 'linkedin', 'kick', 'x', 'custom', 'srt'],
    ]);
    expect(listEncodings().map(({ encodingId }) => encodingId)).toEqual([
      ...['1080p60', '1080p30', '720p60', '720p30', '480p30', 'source'],
    ]);
  });

  it('are all loaded, and named after their ids', () => {
    expect(
      listPlatforms()
        .map((platform) => platform.platformId)
        .toSorted(),
    ).toEqual(idsInFolder('platforms').toSorted());
    expect(
      listEncodings()
        .map((encoding) => encoding.encodingId)
        .toSorted(),
    ).toEqual(idsInFolder('encodings').toSorted());
  });

  it('name the source and date of their facts, none in the future', () => {
    for (const preset of [...listPlatforms(), ...listEncodings()]) {
      expect(preset.source).toMatch(/^https:\/\//);
      expect(new Date(preset.seenOn).getTime()).toBeLessThanOrEqual(Date.now());
    }
  });

  it('default to rtmps wherever the platform offers it', () => {
    for (const preset of listPlatforms()) {
      if (preset.rtmpUrl === null || !preset.protocols.includes('rtmps')) continue;
      expect(preset.rtmpUrl, preset.platformId).toMatch(/^rtmps:/);
    }
  });

  it('list only existing fields as unverified', () => {
    for (const preset of [...listPlatforms(), ...listEncodings()]) {
      for (const path of preset.unverified) {
        const found = path
          .split('.')
          .reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], preset);
        const isProtocol = 'protocols' in preset && preset.protocols.some((protocol) => protocol === path);
        expect({ path, exists: found !== undefined || isProtocol }).toEqual({ path, exists: true });
      }
    }
  });

  it('of the platforms name the schema file that describes them, and it is fresh', () => {
    const schema = JSON.parse(readFileSync(new URL('platform.schema.json', import.meta.url), 'utf8')) as unknown;
    expect(schema, 'npm run presets').toEqual(platformJsonSchema());
    for (const platform of listPlatforms()) expect(platform.$schema).toBe('../platform.schema.json');
  });

  it('of the platforms are all in the README', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const missing = listPlatforms().filter(
      ({ platformId, name }) => platformId !== 'custom' && !new RegExp(`\\b${name.split(' ')[0]}\\b`).test(readme),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('match the schema of the API', () => {
    const resource = {
      platforms: listPlatforms().map((platform) => ({
        ...platform,
        backupRefusal: backupRefusalOf(platform),
        backupRtmpUrlHint: platform.backupRtmpUrlHint ?? null,
        onSourceLoss: defaultSourceLossOf(platform.platformId),
        encodings: allowedEncodings(platform.platformId),
        videoBitrateBpsMax: platform.caps.videoBitrateBpsMax,
      })),
      encodings: listEncodings(),
    };
    expect(PresetsResource.safeParse(resource).error).toBeUndefined();
  });
});

describe('resolveEncoding', () => {
  it('stays within every cap of every platform', () => {
    for (const platform of listPlatforms()) {
      for (const encodingId of allowedEncodings(platform.platformId)) {
        const resolved = resolveEncoding(platform.platformId, encodingId)!;
        expect(resolved.videoBitrateBps).toBeLessThanOrEqual(platform.caps.videoBitrateBpsMax);
        expect(resolved.audioBitrateBps).toBeLessThanOrEqual(platform.caps.audioBitrateBpsMax);
        expect(resolved.width ?? 0).toBeLessThanOrEqual(platform.caps.widthMax);
        expect(resolved.framesPerSecond ?? 0).toBeLessThanOrEqual(platform.caps.framesPerSecondMax);
        expect(resolved.gopSeconds).toBeLessThanOrEqual(platform.keyframeSeconds);
      }
    }
  });

  it('uses the bitrate that the platform recommends', () => {
    expect(resolveEncoding('youtube', '1080p60')?.videoBitrateBps).toBe(12_000_000);
    expect(resolveEncoding('twitch', '1080p60')?.videoBitrateBps).toBe(6_000_000);
    expect(resolveEncoding('linkedin', '720p30')?.videoBitrateBps).toBe(3_500_000);
  });

  it('keeps the source’s size and rate for `source`, up to the platform’s bitrate', () => {
    expect(resolveEncoding('twitch', 'source')).toMatchObject({
      width: null,
      height: null,
      framesPerSecond: null,
      videoBitrateBps: 6_000_000,
    });
  });

  it('refuses encodings that the platform does not accept, and unknown ids', () => {
    expect(resolveEncoding('linkedin', '1080p60')).toBeUndefined();
    expect(resolveEncoding('youtube', '4320p240')).toBeUndefined();
    expect(resolveEncoding('vimeo', '1080p30')).toBeUndefined();
    expect(resolveEncoding('__proto__', 'constructor')).toBeUndefined();
    expect(allowedEncodings('vimeo')).toEqual([]);
  });

  it('accepts the default of every platform and `source`', () => {
    for (const platform of listPlatforms()) {
      expect(allowedEncodings(platform.platformId)).toEqual(
        expect.arrayContaining([platform.defaultEncoding, 'source']),
      );
    }
  });

  it('allows only encrypted connections to Facebook', () => {
    expect(getPlatform('facebook')?.protocols).toEqual(['rtmps']);
  });
});

describe('loadPresets', () => {
  const lenient = { ...custom, defaultEncoding: 'source' };

  it.each([
    ['an unknown field', [{ ...custom, extra: 1 }], [source], /extra/],
    ['an unknown default', [{ ...custom, defaultEncoding: '8k' }], [source], /the default 8k/],
    ['a bitrate for an unknown encoding', [{ ...lenient, videoBitrateBpsByEncoding: { '8k': 5000 } }], [source], /8k/],
    ['a bitrate beyond its own cap', [{ ...lenient, videoBitrateBpsByEncoding: { source: 9e9 } }], [source], /own cap/],
    [
      'a URL with a protocol it does not accept',
      [{ ...lenient, protocols: ['rtmps'], rtmpUrl: 'rtmp://a.b/c' }],
      [source],
      /protocols/,
    ],
    ['a repeated id', [custom, custom], [source], /same id/],
    ['a broken key pattern', [{ ...custom, streamKeyPattern: '(' }], [source], /regular expression/],
    ['a broken key shape', [{ ...custom, streamKeyShape: '(' }], [source], /regular expression/],
    ['a domain that is a URL', [{ ...custom, oneSegmentDomains: ['https://a.b'] }], [source], /oneSegmentDomains/],
    ['half a size', [custom], [{ ...source, width: 1280 }], /null together/],
    ['too short a pause', [{ ...custom, reconnectPauseSeconds: 5 }], [source], /reconnectPauseSeconds/],
  ])('refuses a file with %s', (_, platforms, encodings, message) => {
    expect(() => loadPresets(platforms, encodings)).toThrow(message);
  });
});
