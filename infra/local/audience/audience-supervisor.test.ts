import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { startAudienceSupervisor, type AudienceSupervisor } from './audience-supervisor.ts';

/** The supervision, with a process that does what each test needs. */

const SECRET = 'a-secret-key-of-the-test';
let directory: string;
let program: string;
let log: string[];
let supervisor: AudienceSupervisor;

/** Runs a body for each `message`, with `say` to answer. Each process first reports what it was given. */
function write(body: string): void {
  writeFileSync(
    program,
    `const say = (message, then) => process.send(message, undefined, undefined, then);
     process.on('disconnect', () => process.exit());
     process.on('message', (message) => {
       if (message.kind === 'open') {
         const details = { argv: process.argv, environment: process.env, pid: process.pid, key: message.aws.accessKeyId };
         say({ kind: 'log', message: 'started', details });
       }
       ${body}
     });`,
  );
}

const entries = () => log.map((line) => JSON.parse(line));
const starts = () => entries().filter(({ message }) => message === 'started');
/** What the supervisor itself said. */
const said = () => entries().filter(({ message }) => message !== 'started');

function start(pingMs?: number): void {
  const note = (message: string, details: object = {}) => void log.push(JSON.stringify({ message, ...details }));
  supervisor = startAudienceSupervisor({
    program,
    logger: { info: note, error: note },
    ...(pingMs !== undefined && { pingMs }),
    opening: {
      settings: { host: '127.0.0.1', port: 1, origin: null, viewersMax: 1 },
      dashboardDirectory: null,
      aws: { endpoint: 'http://127.0.0.1:1', accessKeyId: SECRET },
      deployment: { packageChannelId: 'p', recordingBucket: 'r', reportBucket: 'r', tableName: 't' },
      cdnIdentifier: SECRET,
      chatKey: SECRET,
    },
  });
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-audience-'));
  program = join(directory, 'program.mjs');
  log = [];
});
afterEach(async () => {
  await supervisor.close();
  rmSync(directory, { recursive: true, force: true });
});

const COUNTERS = { requests: 0, refused: 0, sentBytes: 0, processorSeconds: 0 };
const LOAD = JSON.stringify({ ...COUNTERS, viewers: 4, memoryBytes: 9 });
const SERVES = `if (message.kind === 'open') say({ kind: 'ready' }); else process.exit();`;

describe('startAudienceSupervisor', () => {
  it('passes secrets by message only', async () => {
    write(SERVES);
    process.env['SLUICE_TOKEN'] = SECRET;
    try {
      start();
      await supervisor.settled;
    } finally {
      delete process.env['SLUICE_TOKEN'];
    }
    const [{ argv, environment, key }] = starts();
    expect(key).toBe(SECRET);
    expect(JSON.stringify([argv, environment])).not.toContain(SECRET);
    expect(supervisor.problem()).toBeNull();
  });

  it('lets the process read its code, and neither read nor write anything else', async () => {
    writeFileSync(join(directory, 'kept'), 'a key of the installation');
    const other = JSON.stringify(join(directory, 'kept'));
    write(
      `if (message.kind !== 'open') process.exit();
       import('node:fs').then(({ readFileSync, writeFileSync }) => {
         const codeOf = (action) => { try { action(); return 'done'; } catch ({ code }) { return code; } };
         const reason = [
           codeOf(() => readFileSync(process.argv[1])),
           codeOf(() => readFileSync(${other})),
           codeOf(() => writeFileSync(process.argv[1], '')),
         ].join();
         say({ kind: 'refused', reason }, () => process.exit(1));
       });`,
    );
    start();
    await supervisor.settled;
    expect(supervisor.problem()).toBe('done,ERR_ACCESS_DENIED,ERR_ACCESS_DENIED');
  });

  it('starts a process that has ended again, and says in between what happened', async () => {
    write(SERVES);
    start();
    await supervisor.settled;
    process.kill(starts()[0].pid, 'SIGKILL');
    await waitFor('the problem', () => supervisor.problem()?.includes('was ended by SIGKILL'));
    await waitFor('the next process', () => supervisor.problem() === null);
    expect(starts()).toHaveLength(2);
    expect(said().map(({ message }) => message)).toEqual([
      'the public pages are not served',
      'the public pages are served again',
    ]);
  });

  it('ends a process that hangs, and leaves one that answers alone', async () => {
    const answer = `say({ kind: 'log', message: 'asked', details: { pid: process.pid } }), say({ kind: 'pong', load: ${LOAD} })`;
    write(`if (message.kind === 'ping') ${answer}; else ${SERVES}`);
    start(100);
    const asked = (pid: number) => entries().filter((entry) => entry.message === 'asked' && entry.pid === pid).length;
    // More pings than may stay unanswered. On a busy machine the first process may be taken for one that hangs.
    const { pid } = await waitFor('a process that answers', () => starts().find((entry) => asked(entry.pid) > 6));
    await expect.poll(() => supervisor.load(), { timeout: 120_000 }).toMatchObject({ viewers: 4, memoryBytes: 9 });
    process.kill(pid, 'SIGSTOP');
    await expect.poll(() => supervisor.load(), { timeout: 120_000 }).toBeNull();
    await waitFor('the next process', () => asked(starts().at(-1).pid) > 6 && starts().at(-1).pid !== pid);
    expect(said()).toContainEqual({
      message: 'the public pages are not served',
      reason: 'their process did not answer any more; it is restarted by itself',
    });
  });

  it('settles with the reason of a process that cannot run, logs it once and tries on', async () => {
    write(`if (message.kind === 'open') say({ kind: 'refused', reason: 'no port' }, () => process.exit(1));`);
    start();
    await supervisor.settled;
    await waitFor('three attempts', () => starts().length >= 3);
    expect(supervisor.problem()).toBe('no port');
    expect(said()).toEqual([{ message: 'the public pages are not served', reason: 'no port' }]);
    write(SERVES);
    await waitFor('the process that can', () => supervisor.problem() === null);
  });

  it('replaces the process for new code without calling it a failure', async () => {
    write(SERVES);
    start();
    await supervisor.settled;
    supervisor.restart();
    await waitFor('the second process', () => starts().length === 2);
    expect(said()).toEqual([]);
  });

  it('leaves no process behind, also one that does not answer', { timeout: 60_000 }, async () => {
    write(`if (message.kind === 'open') say({ kind: 'ready' });`);
    start();
    await supervisor.settled;
    const [{ pid }] = starts();
    await supervisor.close();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    supervisor.restart();
    expect(starts()).toHaveLength(1);
  });
});
