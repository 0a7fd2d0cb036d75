import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DataDirectoryInUseError, lockDataDirectory } from './data-lock.ts';
import { readStartTime } from './process-start.ts';

const root = mkdtempSync(join(tmpdir(), 'sluice-lock-'));
let counter = 0;
const freshDirectory = () => join(root, String((counter += 1)));

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('lockDataDirectory', () => {
  it('refuses a second instance, names the holder, and admits it after the unlock', () => {
    const directory = freshDirectory();
    const unlock = lockDataDirectory(directory);
    expect(() => lockDataDirectory(directory)).toThrow(DataDirectoryInUseError);
    expect(() => lockDataDirectory(directory)).toThrow(`process ${process.pid}`);
    unlock();
    lockDataDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('ignores the lock of a killed holder', async () => {
    const directory = freshDirectory();
    lockDataDirectory(directory)();
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const left = { pid: child.pid, startTime: readStartTime(process.pid) };
    writeFileSync(join(directory, 'in-use.json'), JSON.stringify(left));
    expect(() => lockDataDirectory(directory)()).not.toThrow();
  });

  it('ignores the lock when another process now has the holder’s process id', () => {
    const directory = freshDirectory();
    lockDataDirectory(directory)();
    writeFileSync(join(directory, 'in-use.json'), JSON.stringify({ pid: process.pid, startTime: '1' }));
    expect(() => lockDataDirectory(directory)()).not.toThrow();
  });

  it('ignores a lock file that cannot be read', () => {
    const directory = freshDirectory();
    lockDataDirectory(directory)();
    writeFileSync(join(directory, 'in-use.json'), '{"pid":');
    expect(() => lockDataDirectory(directory)()).not.toThrow();
  });
});
