import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

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

it('tells the link again, and that of the demo, which has a token of its own', () => {
  expect(link()).toMatchObject({ code: 1, error: expect.stringContaining('no token yet') });
  const demo = 'npm run demo: http://127.0.0.1:8081/#token=of-the-demo';
  writeFileSync(join(directory, 'demo', 'access-token'), 'of-the-demo\n');
  expect(link()).toMatchObject({ code: 0, lines: [demo] });
  writeFileSync(join(directory, 'access-token'), 'of-the-show\n');
  expect(link()).toMatchObject({ code: 0, lines: ['http://127.0.0.1:8081/#token=of-the-show', demo] });
  const given = 'given-by-the-environment';
  expect(link({ SLUICE_TOKEN: given }).lines).toEqual([`http://127.0.0.1:8081/#token=${given}`]);
});
