import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isCommandFresh, SOURCE_LIST } from './is-command-fresh.mjs';

const BUILT_AT = 1_000_000;
let root: string;

const put = (file: string, text: string, atSeconds: number): void => {
  writeFileSync(join(root, file), text);
  utimesSync(join(root, file), atSeconds, atSeconds);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-fresh-'));
  mkdirSync(join(root, 'dist'));
  put('main.ts', '', BUILT_AT - 1);
  put('package.json', '', BUILT_AT - 1);
  put('dist/sluice.js', '', BUILT_AT);
  put(`dist/${SOURCE_LIST}`, '["main.ts", "package.json"]', BUILT_AT);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the built command', () => {
  it('is fresh while it is newer than its sources, whatever else changes', () => {
    put('other.ts', '', BUILT_AT + 1);
    expect(isCommandFresh(root)).toBe(true);
  });

  it('is out of date after a source has changed', () => {
    put('main.ts', '', BUILT_AT + 1);
    expect(isCommandFresh(root)).toBe(false);
  });

  it.each(['main.ts', 'dist/sluice.js', `dist/${SOURCE_LIST}`])('is out of date without %s', (file) => {
    rmSync(join(root, file));
    expect(isCommandFresh(root)).toBe(false);
  });

  it.each(['', '{}', '[1]'])('is out of date with %j as its list of sources', (text) => {
    put(`dist/${SOURCE_LIST}`, text, BUILT_AT);
    expect(isCommandFresh(root)).toBe(false);
  });
});
