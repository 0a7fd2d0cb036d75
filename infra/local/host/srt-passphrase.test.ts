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
/** As an earlier version leaves it. */
const runEarlierVersion = () => openSealedFile(join(directory, 'media.sealed'), directory).save({});

describe('the SRT passphrase', () => {
  it('is generated at the first start, needs no escaping, and is the same at every later one', () => {
    const first = ensure({ kind: 'kept' });
    expect(first).toMatch(/^[\w-]{32}$/);
    runEarlierVersion();
    expect(ensure({ kind: 'kept' })).toBe(first);
    expect(ensure({ kind: 'generate' })).toBe(first);
  });

  it('is another one in every data directory', () => {
    const first = ensure({ kind: 'kept' });
    rmSync(directory, { recursive: true, force: true });
    expect(ensure({ kind: 'kept' })).not.toBe(first);
  });

  it('lies sealed in a file of its owner', () => {
    const passphrase = ensure({ kind: 'kept' })!;
    const file = join(directory, 'srt-passphrase.sealed');
    expect(readFileSync(file, 'latin1')).not.toContain(passphrase);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('that is given is used as it is and not kept; without it a caller who knew the kept one is refused', () => {
    const given = { kind: 'given', passphrase: 'given by hand' } as const;
    expect(ensure(given)).toBe('given by hand');
    runEarlierVersion();
    expect(ensure({ kind: 'kept' })).toMatch(/^[\w-]{32}$/);
  });

  it('is left out on request, and only then', () => {
    expect(ensure({ kind: 'none' })).toBeUndefined();
    expect(ensure({ kind: 'kept' })).toMatch(/^[\w-]{32}$/);
  });

  it('is not forced on the encoders of an earlier version, until it is asked for', () => {
    runEarlierVersion();
    expect(ensure({ kind: 'kept' })).toBeUndefined();
    expect(ensure({ kind: 'kept' })).toBeUndefined();
    const passphrase = ensure({ kind: 'generate' });
    expect(passphrase).toMatch(/^[\w-]{32}$/);
    expect(ensure({ kind: 'kept' })).toBe(passphrase);
  });

  it('that cannot be read stops the start: an open listener is no answer to damage', () => {
    ensure({ kind: 'kept' });
    const file = join(directory, 'srt-passphrase.sealed');
    writeFileSync(file, readFileSync(file).subarray(0, 30));
    for (const kind of ['kept', 'generate', 'none'] as const) expect(() => ensure({ kind })).toThrow(file);
  });
});
