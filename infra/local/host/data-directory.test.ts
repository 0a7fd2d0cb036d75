import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { explainDirectoryError, UnusableDirectoryError } from './data-directory.ts';

const root = mkdtempSync(join(tmpdir(), 'sluice-directory-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function failureOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

describe('explainDirectoryError', () => {
  it('names the directory, the reason and the setting for an error in the data directory', () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    for (const directory of [file, join(file, 'below')]) {
      const error = explainDirectoryError(
        directory,
        failureOf(() => mkdirSync(directory)),
      );
      expect(error).toBeInstanceOf(UnusableDirectoryError);
      const { message } = error as Error;
      for (const part of [directory, /E(EXIST|NOTDIR)/, 'SLUICE_DATA_DIR=']) expect(message).toMatch(part);
    }
  });

  it('attributes a full disk to the data directory, although the error names no file', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28 });
    expect(explainDirectoryError('.data', full)).toBeInstanceOf(UnusableDirectoryError);
  });

  it('returns errors about other paths and other errors unchanged', () => {
    const beside = failureOf(() => readFileSync(join(root, 'data-of-another', 'x')));
    for (const error of [beside, new Error('x'), 'x'])
      expect(explainDirectoryError(join(root, 'data'), error)).toBe(error);
  });
});
