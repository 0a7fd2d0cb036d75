import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needsNoEscape, tryPassphrases } from './ffmpeg-abilities.ts';
import { findFfmpeg } from '../host/programs.ts';

let directory: string;
let ffmpegPath: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-abilities-'));
  const ffmpeg = await findFfmpeg({ environment: process.env, cacheDirectory: directory });
  if (!ffmpeg.found) throw new Error(ffmpeg.reason);
  ffmpegPath = ffmpeg.path;
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function script(name: string, body: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

it('finds that the ffmpeg of the tests accepts any passphrase', async () => {
  expect(await tryPassphrases(ffmpegPath)).toBe('any');
}, 60_000);

it('detects an ffmpeg that does not decode escapes in addresses, like Debian 12’s', async () => {
  // Turns each `%` of the passphrase into `%25`, so that ffmpeg keeps it undecoded.
  const former = script(
    'former',
    `case "$*" in *hls+pipe*) sed 's/%/%25/g' > "$0.in"; exec '${ffmpegPath}' "$@" < "$0.in" ;; esac
     exec '${ffmpegPath}' "$@"`,
  );
  expect(await tryPassphrases(former)).toBe('unescaped');
}, 90_000);

it('detects an ffmpeg that does not work at all, at once', async () => {
  expect(await tryPassphrases(script('broken', 'exit 1'))).toBe('none');
  expect(await tryPassphrases(join(directory, 'nowhere'))).toBe('none');
});

it('knows which passphrases need no escape', () => {
  expect(needsNoEscape('abc-DEF_0.~')).toBe(true);
  for (const character of ' &%+?#/:@=é') expect(needsNoEscape(`abcdefghij${character}`)).toBe(false);
});
