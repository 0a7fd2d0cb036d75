import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSealedFile } from './sealed-file.ts';
import { ensureSrtPassphrase } from './srt-passphrase.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-passphrase-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const ensure = (setting: Parameters<typeof ensureSrtPassphrase>[1]) => ensureSrtPassphrase(directory, setting);
/** Leaves the directory as an earlier version would. */
const runEarlierVersion = () => openSealedFile(join(directory, 'media.sealed'), directory).save({});

describe('ensureSrtPassphrase', () => {
  it('generates a passphrase without special characters at the first start, and keeps it', () => {
    const first = ensure({ kind: 'kept' });
    expect(first).toMatch(/^[\w-]{32}$/);
    runEarlierVersion();
    expect(ensure({ kind: 'kept' })).toBe(first);
    expect(ensure({ kind: 'generate' })).toBe(first);
  });

  it('generates a different passphrase for every data directory', () => {
    const first = ensure({ kind: 'kept' });
    rmSync(directory, { recursive: true, force: true });
    expect(ensure({ kind: 'kept' })).not.toBe(first);
  });

  it('stores the passphrase sealed, in a file only its owner can read', () => {
    const passphrase = ensure({ kind: 'kept' })!;
    const file = join(directory, 'srt-passphrase.sealed');
    expect(readFileSync(file, 'latin1')).not.toContain(passphrase);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('uses a given passphrase without storing it, and generates one for when it is unset again', () => {
    const given = { kind: 'given', passphrase: 'given by hand' } as const;
    expect(ensure(given)).toBe('given by hand');
    runEarlierVersion();
    expect(ensure({ kind: 'kept' })).toMatch(/^[\w-]{32}$/);
  });

  it('returns no passphrase only when the setting is none', () => {
    expect(ensure({ kind: 'none' })).toBeUndefined();
    expect(ensure({ kind: 'kept' })).toMatch(/^[\w-]{32}$/);
  });

  it('leaves the listener of an earlier version open until the setting is generate', () => {
    runEarlierVersion();
    expect(ensure({ kind: 'kept' })).toBeUndefined();
    expect(ensure({ kind: 'kept' })).toBeUndefined();
    const passphrase = ensure({ kind: 'generate' });
    expect(passphrase).toMatch(/^[\w-]{32}$/);
    expect(ensure({ kind: 'kept' })).toBe(passphrase);
  });

  it('throws for an unreadable passphrase file instead of opening the listener', () => {
    ensure({ kind: 'kept' });
    const file = join(directory, 'srt-passphrase.sealed');
    writeFileSync(file, readFileSync(file).subarray(0, 30));
    for (const kind of ['kept', 'generate', 'none'] as const) expect(() => ensure({ kind })).toThrow(file);
  });
});
