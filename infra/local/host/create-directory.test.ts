import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createDirectoriesBelow } from './create-directory.ts';

const roots: string[] = [];

function temporaryRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'sluice-directories-'));
  roots.push(root);
  return root;
}

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

describe('directories below a root', () => {
  it('are created for their owner only, and again without an error', () => {
    const root = temporaryRoot();
    createDirectoriesBelow(root, 'table/rows');
    createDirectoriesBelow(root, 'table/rows');
    expect(statSync(join(root, 'table', 'rows')).mode & 0o777).toBe(0o700);
  });

  it('do not bring back a root that has vanished', () => {
    const root = temporaryRoot();
    rmSync(root, { recursive: true });
    expect(() => createDirectoriesBelow(root, 'table/rows')).toThrow(/ENOENT/);
    expect(existsSync(root)).toBe(false);
  });
});
