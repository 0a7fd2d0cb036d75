import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installCommand } from '../bootstrap/requirements.mjs';
import type { Host } from '../bootstrap/requirements.mjs';
import { findChromium, findFfmpeg } from './programs.ts';

const DEBIAN: Host = { platform: 'linux', arch: 'x64', glibc: true, superuser: false, osRelease: 'ID=debian\n' };
const DEBIAN_ARM: Host = { ...DEBIAN, arch: 'arm64' };
const ALPINE: Host = { ...DEBIAN, glibc: false, osRelease: 'ID=alpine\n' };
const MAC: Host = { platform: 'darwin', arch: 'arm64', glibc: false, superuser: false, osRelease: '' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-programs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a script that answers like an ffmpeg built with the given parts. */
function writeFfmpeg(path: string, parts: string[]): string {
  const has = (part: string) => (parts.includes(part) ? part : 'none');
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(
    path,
    `#!/bin/sh
case "$2" in
-version) echo "ffmpeg version 7.9-test Copyright" ;;
-protocols) printf 'Supported file protocols:\\nInput:\\n  file\\n  ${has('srt')}\\nOutput:\\n  file\\n  ${has('srt')}\\n  ${has('rtmps')}\\n' ;;
-encoders) printf ' V....D ${has('libx264')}   H.264\\n A....D ${has('aac')}    AAC\\n' ;;
esac
`,
  );
  chmodSync(path, 0o755);
  return path;
}
const ALL = ['srt', 'rtmps', 'libx264', 'aac'];

function depsWith(environment: Record<string, string>, host: Host = DEBIAN) {
  return { environment, host, cacheDirectory: join(folder, 'cache'), packageDirectory: () => null as string | null };
}

describe('findFfmpeg', () => {
  it('prefers FFMPEG_PATH to everything else', async () => {
    const path = writeFfmpeg(join(folder, 'own', 'ffmpeg'), ALL);
    writeFfmpeg(join(folder, 'bin', 'ffmpeg'), ALL);
    const found = await findFfmpeg(depsWith({ FFMPEG_PATH: path, PATH: join(folder, 'bin') }));
    expect(found).toEqual({ found: true, path, origin: 'environment', version: '7.9-test' });
  });

  it('does not fall back from an unusable FFMPEG_PATH', async () => {
    const path = writeFfmpeg(join(folder, 'own', 'ffmpeg'), ['rtmps', 'libx264', 'aac']);
    writeFfmpeg(join(folder, 'bin', 'ffmpeg'), ALL);
    const result = await findFfmpeg(depsWith({ FFMPEG_PATH: path, PATH: join(folder, 'bin') }));
    expect(result).toMatchObject({ found: false, reason: `${path} cannot be used: it has no srt` });
    expect(result).toMatchObject({ remedy: 'correct FFMPEG_PATH or unset it' });
    const absent = await findFfmpeg(depsWith({ FFMPEG_PATH: join(folder, 'nowhere'), PATH: '' }));
    expect(absent).toMatchObject({ found: false });
  });

  it('skips a system ffmpeg that lacks something, and takes the next', async () => {
    writeFfmpeg(join(folder, 'a', 'ffmpeg'), ['srt', 'rtmps', 'aac']);
    const path = writeFfmpeg(join(folder, 'b', 'ffmpeg'), ALL);
    const found = await findFfmpeg(depsWith({ PATH: `${join(folder, 'a')}:${join(folder, 'b')}` }));
    expect(found).toMatchObject({ found: true, path, origin: 'system' });
  });

  it('prefers the tested ffmpeg of npm to the system’s, and hashes it only once', async () => {
    const path = writeFfmpeg(join(folder, 'package', 'ffmpeg'), ALL);
    const systems = writeFfmpeg(join(folder, 'bin', 'ffmpeg'), ALL);
    const ffmpegSha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    const PATH = join(folder, 'bin');
    const deps = { ...depsWith({ PATH }), packageDirectory: () => join(folder, 'package'), ffmpegSha256 };
    expect(await findFfmpeg(deps)).toMatchObject({ found: true, path, origin: 'npm' });
    const memory = join(folder, 'cache', 'programs.json');
    // With another hash in the cache the file is refused without being read, so the cache is used.
    writeFileSync(memory, readFileSync(memory, 'utf8').replace(ffmpegSha256, 'f'.repeat(64)));
    expect(await findFfmpeg(deps)).toMatchObject({ path: systems, origin: 'system' });
    writeFileSync(memory, 'not JSON');
    expect(await findFfmpeg(deps)).toMatchObject({ path, origin: 'npm' });
  });

  it('refuses an npm ffmpeg with an unknown hash, without running it', async () => {
    const path = writeFfmpeg(join(folder, 'package', 'ffmpeg'), ALL);
    writeFileSync(path, `#!/bin/sh\ntouch ${join(folder, 'was-run')}\n`);
    const result = await findFfmpeg({ ...depsWith({ PATH: '' }), packageDirectory: () => join(folder, 'package') });
    expect(result).toMatchObject({ found: false, reason: expect.stringContaining('unexpected checksum') });
    expect(() => readFileSync(join(folder, 'was-run'))).toThrow('ENOENT');
  });

  it('uses neither npm package on machines it was not built for', async () => {
    writeFfmpeg(join(folder, 'package', 'ffmpeg'), ALL);
    const directory = join(folder, 'package');
    const packageDirectory = () => directory;
    for (const host of [DEBIAN_ARM, ALPINE, MAC]) {
      const deps = { ...depsWith({ PATH: '' }, host), packageDirectory };
      expect(await findFfmpeg(deps)).toMatchObject({ found: false, remedy: installCommand(host, ['ffmpeg']) });
    }
    expect(await findChromium({ ...depsWith({ PATH: '' }, DEBIAN_ARM), packageDirectory })).toMatchObject({
      found: false,
      remedy: 'sudo apt-get install -y chromium',
    });
  });
});

describe('findChromium', () => {
  it('prefers CHROME_PATH to the system’s browser', async () => {
    const own = writeFfmpeg(join(folder, 'own', 'chrome'), []);
    const system = writeFfmpeg(join(folder, 'bin', 'google-chrome'), []);
    const PATH = join(folder, 'bin');
    expect(await findChromium(depsWith({ CHROME_PATH: own, PATH }))).toMatchObject({
      path: own,
      origin: 'environment',
    });
    expect(await findChromium(depsWith({ PATH }))).toMatchObject({ path: system, origin: 'system' });
    expect(await findChromium(depsWith({ CHROME_PATH: '/nowhere', PATH }))).toMatchObject({
      found: false,
      remedy: 'correct CHROME_PATH or unset it',
    });
  });

  it('unpacks the browser of npm into the cache, completely or not at all', async () => {
    const packageDirectory = join(folder, 'package');
    mkdirSync(join(packageDirectory, 'build'), { recursive: true });
    writeFileSync(join(packageDirectory, 'package.json'), '{"type":"module","version":"9.9.9"}');
    const unpack = (then: string) =>
      writeFileSync(
        join(packageDirectory, 'build', 'index.js'),
        `import { writeFileSync } from 'node:fs';
         import { tmpdir } from 'node:os';
         export default { async executablePath() { writeFileSync(tmpdir() + '/chromium', 'x'); ${then} } };`,
      );
    const deps = { ...depsWith({ PATH: '' }), packageDirectory: () => packageDirectory };
    unpack("throw new Error('disk full')");
    expect(await findChromium(deps)).toMatchObject({ found: false, reason: expect.stringContaining('disk full') });
    unpack('');
    const path = join(folder, 'cache', 'chromium-9.9.9', 'chromium');
    const found = { found: true, path, origin: 'npm', version: '9.9.9' };
    expect(await Promise.all([findChromium(deps), findChromium(deps)])).toEqual([found, found]);
    expect(readdirSync(join(folder, 'cache'))).toEqual(['chromium-9.9.9']);
    unpack("throw new Error('unpacked twice')");
    expect(await findChromium(deps)).toMatchObject({ found: true, path });
  });
});

describe('installCommand', () => {
  it.each([
    [DEBIAN, ['ffmpeg', 'chromium'], 'sudo apt-get install -y ffmpeg chromium'],
    [{ ...DEBIAN, superuser: true }, ['ffmpeg'], 'apt-get install -y ffmpeg'],
    [{ ...DEBIAN, osRelease: 'ID=linuxmint\nID_LIKE="ubuntu debian"\n' }, ['ffmpeg'], 'sudo apt-get install -y ffmpeg'],
    [{ ...DEBIAN, osRelease: 'ID=fedora\n' }, ['ffmpeg'], 'sudo dnf install -y ffmpeg'],
    [{ ...DEBIAN, osRelease: 'ID=arch\n' }, ['ffmpeg', 'node'], 'sudo pacman -S --needed ffmpeg nodejs'],
    [ALPINE, ['node', 'ffmpeg'], 'sudo apk add nodejs-current ffmpeg'],
    [MAC, ['ffmpeg'], 'brew install ffmpeg'],
    [MAC, ['node', 'npm', 'ffmpeg', 'chromium'], 'brew install node ffmpeg && brew install --cask google-chrome'],
    [{ ...MAC, platform: 'win32' }, ['ffmpeg'], 'wsl --install -d Debian'],
  ] as const)('returns one command line for each kind of machine', (host, programs, command) => {
    expect(installCommand(host, programs)).toBe(command);
  });
});
