import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSealedFile, SealedFileError } from './sealed-file.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-sealed-'));
  path = join(directory, 'state', 'media.sealed');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('openSealedFile', () => {
  it('loads null on the first run and the last saved state on every later one', () => {
    const store = openSealedFile(path, directory);
    expect(store.load()).toBeNull();
    store.save({ channels: [1] });
    store.save({ channels: [1, 2] });
    expect(openSealedFile(path, directory).load()).toEqual({ channels: [1, 2] });
  });

  it('writes no plaintext, and no file that other users can read', () => {
    openSealedFile(path, directory).save({ streamKey: 'example-key-not-real' });
    expect(readFileSync(path).includes('example-key-not-real')).toBe(false);
    expect(readFileSync(path).includes('streamKey')).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'root.key')).mode & 0o777).toBe(0o600);
  });

  it('refuses a file with any changed byte, names the file, and does not touch it', () => {
    openSealedFile(path, directory).save({ some: 'state' });
    const whole = readFileSync(path);
    for (let position = 0; position < whole.length; position += 1) {
      const damaged = Buffer.from(whole);
      damaged[position] = damaged[position]! ^ 1;
      writeFileSync(path, damaged);
      expect(() => openSealedFile(path, directory)).toThrow(SealedFileError);
      expect(readFileSync(path).equals(damaged)).toBe(true);
    }
    expect(() => openSealedFile(path, directory)).toThrow(/media\.sealed cannot be read: it is damaged/);
  });

  it('refuses a truncated or empty file, and one sealed under another name or root key', () => {
    const store = openSealedFile(path, directory);
    store.save({ some: 'state' });
    const whole = readFileSync(path);
    writeFileSync(join(directory, 'state', 'other.sealed'), whole);
    expect(() => openSealedFile(join(directory, 'state', 'other.sealed'), directory)).toThrow(SealedFileError);
    for (const length of [0, 10, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, length));
      expect(() => openSealedFile(path, directory)).toThrow(SealedFileError);
    }
    writeFileSync(path, whole);
    rmSync(join(directory, 'root.key'));
    expect(() => openSealedFile(path, directory)).toThrow(/another root\.key/);
  });

  it('reports a damaged root key instead of creating a new one', () => {
    openSealedFile(path, directory);
    writeFileSync(join(directory, 'root.key'), 'short');
    expect(() => openSealedFile(path, directory)).toThrow(/root\.key is damaged/);
  });
});
