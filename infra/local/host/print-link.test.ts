import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureSrtPassphrase } from './srt-passphrase.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-link-'));
  mkdirSync(join(directory, 'demo'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function link(environment: Record<string, string> = {}) {
  const env = { SLUICE_DATA_DIR: directory, PORT: '8081', ...environment };
  const run = spawnSync(process.execPath, [join(import.meta.dirname, 'print-link.ts')], { env, encoding: 'utf8' });
  return { code: run.status, lines: run.stdout.split('\n').slice(0, -1), error: run.stderr };
}

const ENCODER = 'Encoder: srt://127.0.0.1:9998?mode=caller&latency=200000';

it('npm run link prints the sign-in link and the encoder address of the product and of the demo', () => {
  expect(link()).toMatchObject({ code: 1, error: expect.stringContaining(`no token in ${directory}`) });
  const demo = ['npm run demo: http://127.0.0.1:8081/#token=of-the-demo', ENCODER];
  writeFileSync(join(directory, 'demo', 'access-token'), 'of-the-demo\n');
  expect(link()).toMatchObject({ code: 0, lines: demo });
  writeFileSync(join(directory, 'access-token'), 'of-the-show\n');
  expect(link()).toMatchObject({
    code: 0,
    lines: [
      `${directory}:`,
      'http://127.0.0.1:8081/#token=of-the-show',
      ENCODER,
      `${join(directory, 'demo')}:`,
      ...demo,
    ],
  });
});

it('npm run link prefers the token and the passphrase from the environment', () => {
  const given = 'given-by-the-environment';
  expect(link({ SLUICE_TOKEN: given, SRT_PASSPHRASE: 'ten letters' }).lines.slice(1, 3)).toEqual([
    `http://127.0.0.1:8081/#token=${given}`,
    `${ENCODER}&passphrase=ten%20letters`,
  ]);
});

it('npm run link prints the passphrase that the first start generated', () => {
  writeFileSync(join(directory, 'access-token'), 'of-the-show\n');
  const passphrase = ensureSrtPassphrase(directory, { kind: 'kept' });
  expect(link().lines).toEqual(['http://127.0.0.1:8081/#token=of-the-show', `${ENCODER}&passphrase=${passphrase}`]);
});
