import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readStartTime } from '../host/process-start.ts';
import { openChildRegistry } from './child-registry.ts';
import { silentLogger } from './engine-logger.ts';
import { makeTemporaryDirectory, until } from '../../../test/support/test-media.ts';

/** The registry needs /proc to distinguish a leftover child from an unrelated process. */
describe.skipIf(!existsSync('/proc/self/stat'))('the list of children', () => {
  let directory: string;
  let stray: ChildProcess;
  const program = process.execPath;

  beforeEach(() => {
    directory = makeTemporaryDirectory();
    stray = spawn(program, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  });
  afterEach(async () => {
    stray.kill('SIGKILL');
    await until('the stray process to be gone', () => readStartTime(stray.pid!) === null);
    rmSync(directory, { recursive: true, force: true });
  });

  async function leaveBehind(changes: { engine?: object; startTime?: string; program?: string }): Promise<void> {
    const startTime = await until(
      'the stray process',
      () => readFileSync(`/proc/${stray.pid}/cmdline`, 'utf8').includes('setInterval') && readStartTime(stray.pid!),
    );
    const engine = changes.engine ?? { pid: 2 ** 22 + 1, startTime: '1' };
    const children = [{ pid: stray.pid, startTime: changes.startTime ?? startTime }];
    writeFileSync(
      join(directory, 'media-processes.json'),
      JSON.stringify({ engine, program: changes.program ?? program, children }),
    );
  }

  const open = () => openChildRegistry({ dataDirectory: directory, program, logger: silentLogger });

  it('ends a child whose engine is gone', async () => {
    await leaveBehind({});
    open();
    expect(await until('the end', () => readStartTime(stray.pid!) === null)).toBe(true);
  });

  it.each([
    ['has another start time: the id was reused', { startTime: '1' }],
    ['runs another program', { program: '/no/such/ffmpeg' }],
    ['belongs to an engine that still runs', { engine: { pid: process.pid, startTime: readStartTime(process.pid) } }],
  ])('leaves a process alone that %s', async (_why, changes) => {
    await leaveBehind(changes as { startTime?: string });
    const exited = new Promise((resolve) => stray.once('exit', () => resolve('exited')));
    open();
    // By the time a new process has started and ended, a kill would have taken effect.
    const later = spawn(program, ['-e', '0'], { stdio: 'ignore' });
    const after = new Promise((resolve) => later.once('exit', () => resolve('still there')));
    expect(await Promise.race([exited, after])).toBe('still there');
  });

  it('survives an unreadable list', () => {
    writeFileSync(join(directory, 'media-processes.json'), '{ broken');
    expect(open).not.toThrow();
  });
});
