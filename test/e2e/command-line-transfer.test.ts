import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommand } from '../../infra/cli/build.ts';
import { findFreePorts, startProduct, TEST_TOKEN, type Product } from '../support/product.ts';
import { runProgram, withServer, type Ended, type RunOptions } from '../support/run-command.ts';

/** Drives `sluice export` and `sluice import` against the running product, and both and `--wait` against answers of a server. */

const ROOT = join(import.meta.dirname, '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'sluice-transfer-'));
const command = join(directory, 'dist', 'sluice.js');
const KEY = 'key-of-the-transfer-test';
const PASSPHRASE = 'passphrase of the transfer test';
const oneLine = expect.stringMatching(/^sluice: [^\n]+\n$/);
let product: Product;

const environmentOf = (origin: string): Record<string, string> => ({
  XDG_CONFIG_HOME: join(directory, 'config'),
  SLUICE_SERVER: origin,
  SLUICE_TOKEN: TEST_TOKEN,
});

const sluice = (args: string[], { environment = {}, ...options }: RunOptions = {}): Promise<Ended> =>
  runProgram(directory, [command, ...args], {
    ...options,
    environment: { ...environmentOf(product.origin), ...environment },
  });

const readDocument = () => JSON.parse(readFileSync(join(directory, 'all.json'), 'utf8')) as Record<string, any>;

beforeAll(async () => {
  [product] = await Promise.all([
    findFreePorts().then((ports) => startProduct(ports, join(directory, 'data'))),
    buildCommand(command),
  ]);
  const destination = { name: 'Moved', platform: 'custom', preset: 'source', rtmpUrl: 'rtmp://127.0.0.1:19991/live' };
  await product.call('POST', '/api/destinations', { ...destination, streamKey: KEY });
});

afterAll(async () => {
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('an export', () => {
  it('with keys is a file for its owner only, which imports as the same', async () => {
    const made = await sluice(['export', '--keys', '--output', 'all.json'], { input: `${PASSPHRASE}\n` });
    expect(made).toMatchObject({ code: 0, stdout: '', stderr: 'exported to all.json, with encrypted keys\n' });
    expect(statSync(join(directory, 'all.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(directory, 'all.json'), 'utf8')).not.toContain(KEY);
    expect(readDocument()['keys']).toContain('BEGIN AGE');
    const again = await sluice(['import', 'all.json', '--json'], { environment: { SLUICE_PASSPHRASE: PASSPHRASE } });
    expect(again.code).toBe(0);
    const { isDryRun, items } = JSON.parse(again.stdout) as { isDryRun: boolean; items: { status: string }[] };
    expect([isDryRun, new Set(items.map(({ status }) => status))]).toEqual([false, new Set(['same'])]);
  });

  it('without keys and as CSV goes to standard output', async () => {
    const whole = await sluice(['export', '--no-pictures']);
    expect(JSON.parse(whole.stdout)).toMatchObject({ format: 'sluice-export', keys: null });
    const table = await sluice(['export', '--csv']);
    expect(table).toMatchObject({ code: 0, stdout: expect.stringContaining('Moved,custom,'), stderr: '' });
    expect(whole.stdout + table.stdout).not.toContain(KEY);
    expect((await sluice(['export', '--csv', '--keys'])).code).toBe(2);
    const short = await sluice(['export', '--keys'], { input: 'short' });
    expect([short.code, short.stderr]).toEqual([5, expect.stringContaining('at least 12 characters')]);
    const nowhere = await sluice(['export', '--output', 'missing/all.json']);
    expect(nowhere).toMatchObject({ code: 1, stderr: 'sluice: missing/all.json cannot be written: ENOENT\n' });
  });
});

describe('an import', () => {
  const renamed = () => {
    const document = readDocument();
    const destinations = document['destinations'].map((each: object) => ({
      ...each,
      name: 'Copy',
      rtmpUrl: 'rtmp://127.0.0.1:19992/live',
    }));
    writeFileSync(join(directory, 'renamed.json'), JSON.stringify({ ...document, destinations }));
  };

  it('reports conflicts with exit code 5, and creates nothing in a dry run', async () => {
    renamed();
    const refused = await sluice(['import', 'renamed.json', '--no-keys']);
    expect([refused.code, refused.stdout]).toEqual([
      5,
      expect.stringMatching(/^destination:.*\tconflict\tskipped\t.*key/m),
    ]);
    expect(refused.stderr).toMatch(/1 conflict.*\nkeys are missing: export again with --keys/);
    const dry = await sluice(['import', 'renamed.json', '--dry-run'], { input: PASSPHRASE });
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringMatching(/^destination:.*\tnew\t-\t/m)]);
    expect(dry.stderr).toContain('nothing was changed');
    expect((await product.call('GET', '/api/destinations?name=Copy')).body.data).toEqual([]);
  });

  it('creates the selected items', async () => {
    const none = await sluice(['import', 'renamed.json', '--select', 'destination:Unknown'], { input: PASSPHRASE });
    expect(none).toMatchObject({ code: 5, stderr: oneLine });
    const made = await sluice(['import', 'renamed.json', '--select', 'destination:Moved'], { input: PASSPHRASE });
    expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^destination:.*\tnew\tcreated\t/m)]);
    expect((await product.call('GET', '/api/destinations?name=Copy')).body.data).toHaveLength(1);
    expect(made.stdout + made.stderr + none.stderr).not.toMatch(new RegExp(`${KEY}|${PASSPHRASE}`));
  });

  it('takes a table from standard input', async () => {
    const input = 'name,platform,streamKey\r\nFrom a table,youtube,abcd-1234-efgh-5678\r\n';
    const made = await sluice(['import', '-'], { input });
    expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/From a table\tnew\tcreated\t/)]);
  });

  it.each([
    ['cut.json', '{"format": "sluice-export", "ver', /damaged/],
    ['page.html', '<!doctype html><p>Sign in</p>', /web page/],
    ['empty.json', '', /is empty/],
    ['binary.csv', Buffer.from([0xff, 0xfe, 0x41, 0]), /no UTF-8 text/],
    ['other.json', '{"format": "another"}', /no export of Sluice/],
    ['newer.json', '{"format": "sluice-export", "version": 2}', /newer Sluice/],
    ['heading.csv', 'name,platform\r\n', /contains no destination/],
  ])('of %s is refused with one line', async (file, content, message) => {
    writeFileSync(join(directory, file), content);
    const ended = await sluice(['import', file]);
    expect(ended).toMatchObject({ code: 5, stdout: '', stderr: oneLine });
    expect(ended.stderr).toMatch(message);
  });

  it('without its file or its passphrase is refused with one line', async () => {
    const missing = await sluice(['import', 'missing.json']);
    expect(missing).toMatchObject({ code: 1, stderr: 'sluice: missing.json cannot be read: ENOENT\n' });
    const wrong = await sluice(['import', 'all.json'], { input: 'another passphrase' });
    expect(wrong).toMatchObject({ code: 5, stdout: '', stderr: oneLine });
    expect(wrong.stderr).toContain('the passphrase is wrong');
    const piped = await sluice(['import', '-'], { input: readFileSync(join(directory, 'all.json'), 'utf8') });
    expect([piped.code, piped.stderr]).toEqual([2, expect.stringContaining('SLUICE_PASSPHRASE')]);
  });

  it('is sent again until nothing is pending', async () => {
    const names = ['one', 'two', 'three'];
    const selections: unknown[] = [];
    const item = (name: string, outcome: string) => ({
      item: name,
      kind: 'destination',
      name,
      status: 'new',
      fields: [],
      needs: [],
      problem: null,
      outcome,
    });
    const listener = answer(async (_path, sent) => {
      const round = selections.push(sent.select) - 1;
      const outcomes = names.map((_name, index) =>
        index === round ? 'created' : index < round ? 'skipped' : 'pending',
      );
      return {
        isDryRun: false,
        isComplete: round === 2,
        items: names.map((name, index) => item(name, outcomes[index]!)),
      };
    });
    writeFileSync(join(directory, 'three.csv'), 'name\n');
    const ended = await withServer(listener, (origin) => sluice(['import', 'three.csv', '--server', origin, '--json']));
    expect(ended.code).toBe(0);
    expect(selections).toEqual([undefined, ['two', 'three'], ['three']]);
    expect(ended.stderr).toContain('1 of 3 items done\n2 of 3 items done\n3 of 3 items done\n');
    const { isComplete, items } = JSON.parse(ended.stdout) as { isComplete: boolean; items: { outcome: string }[] };
    expect([isComplete, items.map(({ outcome }) => outcome)]).toEqual([true, names.map(() => 'created')]);
  });
});

/** Answers each request with what `respond` returns for its path and body. */
function answer(respond: (path: string, sent: any) => Promise<unknown>): RequestListener {
  return async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const answered = await respond(`${request.method} ${request.url}`, body === '' ? null : JSON.parse(body));
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answered));
  };
}

describe('several starts with --wait', () => {
  const GOOD = { code: 'delivering', level: 'good', severity: 'none', detail: 'media is arriving', remedy: '' };
  const CONNECTING = {
    code: 'connecting',
    level: 'reconnecting',
    severity: 'transient',
    detail: 'connecting to the platform',
    remedy: '',
  };
  const destination = (destinationId: string, status: string, desired: string, health: object = GOOD) => ({
    destinationId,
    name: destinationId,
    status,
    desired,
    health,
    operation: null,
    lastError: null,
  });
  const ids = ['dst_1', 'dst_2'];

  /** @param healths of the second one, poll after poll; the last one stays */
  const startAll = (endState: string, detail: string | null, timeout: string, healths: object[] = [GOOD]) => {
    let polls = 0;
    const left = [...healths];
    const results = ids.map((destinationId) => ({
      destinationId,
      outcome: 'accepted',
      status: 'idle',
      operationId: null,
      code: null,
      detail: null,
    }));
    const listener = answer(async (path) => {
      if (path.startsWith('POST')) return { results, groupStartId: 'gst_1' };
      // The second waits for its turn: nothing but the group start says that it is to start.
      if (path.includes('group-starts')) polls += 1;
      const isOver = polls > 2;
      const second = isOver ? endState : 'waiting';
      if (path.includes('group-starts'))
        return {
          state: isOver ? 'ended' : 'running',
          destinations: [
            { destinationId: 'dst_1', state: 'started', detail: null },
            { destinationId: 'dst_2', state: second, detail },
          ],
        };
      const isStarted = second === 'started';
      const data = [
        destination('dst_1', 'running', 'running'),
        isStarted
          ? destination('dst_2', 'running', 'running', left.length > 1 ? left.shift() : left[0])
          : destination('dst_2', 'idle', 'idle'),
      ];
      return { data, nextCursor: null };
    });
    return withServer(listener, (origin) =>
      sluice(['destinations', 'start', '--all', '--wait', '--timeout', timeout, '--server', origin]),
    );
  };

  it('wait for those that wait for their turn', async () => {
    const ended = await startAll('started', null, '60');
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('1 waiting for their turn')]);
    expect(ended.stdout).toMatch(/dst_2\tdst_2\taccepted\trunning\t-/);
  });

  it('end with 1 when one did not start', async () => {
    const ended = await startAll('failed', 'the server refused the stream key', '60');
    expect([ended.code, ended.stdout]).toEqual([1, expect.stringContaining('the server refused the stream key')]);
  });

  it('wait for one that still connects', async () => {
    const ended = await startAll('started', null, '60', [CONNECTING, GOOD]);
    expect([ended.code, ended.stderr]).toEqual([
      0,
      expect.stringContaining('dst_2: running, connecting to the platform\n'),
    ]);
  });

  it('end with 1 and one line when one runs and does not deliver', async () => {
    const refused = { ...CONNECTING, detail: 'the server refuses the connection', severity: 'fatal' };
    const ended = await startAll('started', null, '60', [CONNECTING, refused]);
    expect([ended.code, ended.stderr.trim().split('\n').at(-1)]).toEqual([
      1,
      'sluice: dst_2 is running and does not deliver: the server refuses the connection',
    ]);
    expect(ended.stdout).toMatch(/dst_2\tdst_2\taccepted\trunning\t-/);
  });

  it('end with 8 after the timeout, also while one connects', async () => {
    expect(await startAll('started', null, '3', [CONNECTING])).toMatchObject({
      code: 8,
      stderr: expect.stringContaining('still running: dst_2: running, connecting'),
    });
    expect(await startAll('started', null, '0')).toMatchObject({
      code: 8,
      stderr: expect.stringContaining('still running'),
    });
  });
});

describe('the launchers of a checkout', () => {
  const environment = () => ({ ...environmentOf(product.origin), HOME: directory });

  it('read standard input and name files from the folder of the caller', async () => {
    const launcher = join(ROOT, 'infra', 'cli', 'sluice.mjs');
    const direct = await runProgram(directory, [launcher, 'export', '--output', 'direct.json'], {
      environment: { ...environment(), INIT_CWD: ROOT },
    });
    expect(direct).toMatchObject({ code: 0, stderr: expect.stringContaining('exported to direct.json') });
    expect(statSync(join(directory, 'direct.json')).size).toBeGreaterThan(100);
    const start = join(ROOT, 'infra', 'local', 'bootstrap', 'start.mjs');
    const script = await runProgram(ROOT, [start, 'sluice', 'import', 'all.json', '--dry-run'], {
      environment: { ...environment(), INIT_CWD: directory },
      input: PASSPHRASE,
    });
    expect(script).toMatchObject({ code: 0, stderr: expect.stringContaining('nothing was changed') });
  });
});
