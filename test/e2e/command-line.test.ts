import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommand } from '../../infra/cli/build.ts';
import { SOURCE_LIST } from '../../infra/local/bootstrap/is-command-fresh.mjs';
import { findFreePorts, startProduct, TEST_TOKEN, type Product } from '../support/product.ts';
import { runProgram, withServer, type Ended, type RunOptions } from '../support/run-command.ts';

/** Drives the built `sluice` command as a process, from another folder, against the running product. */

const directory = mkdtempSync(join(tmpdir(), 'sluice-command-'));
const command = join(directory, 'dist', 'sluice.js');
const KEY = 'key-of-the-command-line-test';
let product: Product;
let sources: string[];

const sluice = (args: string[], { environment = {}, ...options }: RunOptions = {}): Promise<Ended> =>
  runProgram(directory, [command, ...args], {
    ...options,
    environment: {
      XDG_CONFIG_HOME: join(directory, 'config'),
      SLUICE_SERVER: product.origin,
      SLUICE_TOKEN: TEST_TOKEN,
      ...environment,
    },
  });

/** Runs a bash script that calls `sluice`. */
function bash(script: string): Promise<Ended> {
  const environment = { ...process.env, SLUICE_SERVER: product.origin, SLUICE_TOKEN: TEST_TOKEN };
  const whole = `sluice() { '${process.execPath}' '${command}' "$@"; }\n${script}`;
  return new Promise((resolve) => {
    execFile('bash', ['-c', whole], { env: environment }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const add = (name: string) =>
  sluice(
    [
      'destinations',
      'add',
      '--name',
      name,
      '--platform',
      'custom',
      '--url',
      'rtmp://127.0.0.1:19991/live',
      '--preset',
      'source',
      '--standby',
      'cold',
      '--json',
    ],
    { input: `${KEY}-${name.replaceAll(' ', '-')}\n` },
  );

beforeAll(async () => {
  [sources, product] = await Promise.all([
    buildCommand(command),
    findFreePorts().then((ports) => startProduct(ports, join(directory, 'data'))),
  ]);
});

afterAll(async () => {
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('the built file', () => {
  it('contains nothing of the server', () => {
    expect(sources).toContain('infra/cli/main.ts');
    const foreign = sources.filter((file) => !file.startsWith('infra/cli/'));
    // Those of a package by its folder. An entry that is no longer used has to go.
    const named = foreign.map((file) => /node_modules\/(.+)\/[^/]+$/.exec(file)?.[1] ?? file);
    expect([...new Set(named)].toSorted()).toEqual([
      'functions/api/api-client.ts',
      'functions/api/api-problem.ts',
      'functions/api/auth/identity-header.ts',
      'functions/api/is-moving.ts',
      'hono/dist/client',
      'hono/dist/utils',
    ]);
    expect(statSync(command).size).toBeLessThan(100_000);
  });

  it('is built again when one of its sources changes', () => {
    const listed = JSON.parse(readFileSync(join(directory, 'dist', SOURCE_LIST), 'utf8')) as string[];
    expect(listed).toEqual(expect.arrayContaining(['infra/cli/main.ts', 'infra/cli/build.ts', 'package.json']));
    const unlisted = sources.filter((file) => !file.includes('node_modules/') && !listed.includes(file));
    expect(unlisted).toEqual([]);
  });

  it('loads no module of Node for the help that only other commands need', async () => {
    const listModules = 'process.on("exit",()=>console.error(process.moduleLoadList.join("\\n")))';
    const ended = await runProgram(directory, ['--import', `data:text/javascript,${listModules}`, command, '--help']);
    const loaded = ended.stderr.split('\n');
    expect(loaded).toContain('NativeModule internal/util/parse_args/parse_args');
    const costly = ['child_process', 'dgram', 'readline/promises', 'http', 'https', 'tls', 'crypto'];
    expect(loaded.filter((each) => costly.includes(each.replace('NativeModule ', '')))).toEqual([]);
  });

  it('prints version and help without a server', async () => {
    const environment = { SLUICE_SERVER: '', SLUICE_TOKEN: '' };
    expect(await sluice(['--version'], { environment })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^sluice \d/),
      stderr: '',
    });
    const help = await sluice(['shows', '--help'], { environment });
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('sluice shows go-live SHOW')]);
    expect((await sluice(['shows'], { environment })).code).toBe(2);
  });
});

describe('destinations', () => {
  it('are added, listed, shown, edited, started, stopped and deleted', async () => {
    const made = await add('Command line');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const { destinationId } = JSON.parse(made.stdout) as { destinationId: string };
    const listed = await sluice(['destinations', 'list']);
    expect(listed.stdout).toMatch(new RegExp(`^${destinationId}\tCommand line\tcustom\t-\t\\w+\tno\t`, 'm'));
    expect(listed.stdout).not.toContain('\u001b');
    const api = await product.call('GET', `/api/destinations/${destinationId}`);
    const shown = JSON.parse((await sluice(['destinations', 'show', 'command', '--json'])).stdout) as Record<
      string,
      unknown
    >;
    expect(Object.keys(shown)).toEqual(Object.keys(api.body));
    expect((await sluice(['destinations', 'edit', 'Command', '--name', 'Renamed'])).code).toBe(0);
    const started = await sluice(['destinations', 'start', 'Renamed', '--wait']);
    // No encoder is connected.
    expect(started).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/status\trunning\non air\tno\nhealth\twaiting_for_source: ./),
    });
    expect(started.stderr).toMatch(/Renamed: starting[^]*\nsluice: Renamed is running and does not deliver: no signal/);
    const again = await sluice(['destinations', 'stop', '--all', '--wait']);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('\tidle\t') });
    expect(await sluice(['destinations', 'delete', destinationId, '--wait'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Renamed: deleted'),
    });
    expect((await product.call('GET', `/api/destinations/${destinationId}`)).status).toBe(404);
    const printed = [made, listed, started, again].map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(printed).not.toContain(KEY);
    expect(printed).not.toContain(TEST_TOKEN);
  });

  it('continue when Ctrl-C ends the wait, and after --timeout', async () => {
    const { destinationId } = JSON.parse((await add('Interrupted')).stdout) as { destinationId: string };
    const timedOut = await sluice(['destinations', 'start', destinationId, '--wait', '--timeout', '0']);
    expect([timedOut.code, timedOut.stderr]).toEqual([8, expect.stringContaining('still running: Interrupted')]);
    const interrupted = await sluice(['destinations', 'restart', destinationId, '--wait'], {
      onNote: (text, kill) => void (text.includes('Interrupted:') && kill('SIGINT')),
    });
    expect([interrupted.code, interrupted.stderr]).toEqual([130, expect.stringContaining('the work continues')]);
    const { body } = await product.call('GET', `/api/destinations/${destinationId}`);
    expect(body.desired).toBe('running');
    const guarded = await sluice(['destinations', 'delete', destinationId]);
    expect([guarded.code, guarded.stderr]).toEqual([5, expect.stringContaining('--stop')]);
    expect((await sluice(['destinations', 'delete', destinationId, '--stop'])).code).toBe(0);
  });

  it('are refused by a name that matches several, with the list', async () => {
    // One after the other: the list is in the order of creation.
    for (const name of ['Twin one', 'Twin two']) expect((await add(name)).code).toBe(0);
    const { code, stderr } = await sluice(['destinations', 'stop', 'twin']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/dst_\w+ {2}Twin one\n.*dst_\w+ {2}Twin two\n/)]);
    expect((await sluice(['destinations', 'show', 'unknown'])).code).toBe(1);
  });

  it('end quietly when the reader has seen enough', async () => {
    const { stdout, stderr } = await bash('sluice watch --interval 1 --json | head -n 1; echo "${PIPESTATUS[0]}"');
    expect([stdout, stderr]).toEqual(['{\n0\n', '']);
  });
});

describe('the other commands', () => {
  it.each([
    [['status'], 'signed in as\toperator (admin)'],
    [['source', 'status'], 'flow\t'],
    [['shows', 'list'], ''],
    [['incidents', 'list'], ''],
    [['costs'], 'billed\tno'],
    [['costs', '--by', 'day'], ''],
    [['reports'], ''],
    [['recordings'], ''],
    [['timeline', '--limit', '200'], ''],
  ])('%j prints what the API answers', async (args, contained) => {
    const table = await sluice(args);
    expect(table).toMatchObject({ code: 0, stderr: '' });
    expect(table.stdout).toContain(contained);
    expect(JSON.parse((await sluice([...args, '--json'])).stdout)).toBeTypeOf('object');
  });

  it('preflight ends with 1 when a check fails', async () => {
    const ended = await sluice(['preflight', 'Twin one']);
    expect([ended.code, ended.stderr]).toEqual([1, '']);
    expect(ended.stdout).toMatch(/^failed\t.*\tTwin one\t/m);
  });

  it('watch prints the table until Ctrl-C', async () => {
    let tables = 0;
    const ended = await sluice(['watch', '--interval', '1'], {
      onOutput: (text, kill) => {
        const isFirst = tables <= 1;
        tables = text.match(/\tTwin one\t/g)?.length ?? 0;
        // A second signal would end it before it has ended by itself.
        if (isFirst && tables > 1) kill('SIGINT');
      },
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(tables).toBeGreaterThan(1);
  });
});

describe('sign-in', () => {
  const environment = { SLUICE_TOKEN: '', SLUICE_SERVER: '' };

  it('stores a token that the server accepts, in a file for its owner only, until logout', async () => {
    const wrong = await sluice(['login', '--server', product.origin], { environment, input: 'a-wrong-token' });
    expect([wrong.code, wrong.stderr]).toEqual([4, expect.stringContaining('nothing was stored')]);
    const file = join(directory, 'config', 'sluice', 'servers.json');
    expect(existsSync(file)).toBe(false);
    const right = await sluice(['login', '--server', product.origin], { environment, input: TEST_TOKEN });
    expect(right).toMatchObject({ code: 0, stdout: expect.stringContaining('operator (admin)') });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await sluice(['status'], { environment })).code).toBe(0);
    expect((await sluice(['logout'], { environment })).code).toBe(0);
    expect((await sluice(['status'], { environment })).code).toBe(4);
  });

  it('is asked for with exit code 4 when the token belongs to another deployment', async () => {
    const { code, stderr } = await sluice(['status'], { environment: { SLUICE_TOKEN: 'token-of-another-deployment' } });
    expect([code, stderr]).toEqual([4, expect.stringContaining(`run sluice login --server ${product.origin}`)]);
    expect(stderr).not.toContain('token-of-another');
  });
});

describe('a server that is not healthy', () => {
  const session = { version: '1.2.3', principal: 'operator', role: 'admin' };
  const snapshot = { costs: null, destinations: null, incidents: null, source: null };
  const statusWith = (service: object | null, args: string[] = []) =>
    withServer(
      (request, response) => {
        const body = request.url === '/api/session' ? session : { ...snapshot, service };
        response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
      },
      (origin) => sluice(['status', '--server', origin, ...args]),
    );

  it('ends status with 1, the failed checks on standard error and the table on standard output', async () => {
    const checks = [
      { name: 'table', ok: true, detail: 'reachable' },
      { name: 'flow', ok: false, detail: 'not reachable' },
    ];
    const ended = await statusWith({ status: 'degraded', version: '1.2.3', checks });
    expect([ended.code, ended.stdout]).toEqual([1, expect.stringContaining('healthy\tfalse\n')]);
    expect(ended.stderr).toMatch(/^sluice: http:\/\/\S+ is not healthy: flow: not reachable\n$/);
    const json = await statusWith({ status: 'degraded', version: '1.2.3', checks }, ['--json']);
    expect([json.code, JSON.parse(json.stdout).service.status]).toEqual([1, 'degraded']);
  });

  it('ends status with 1 while the health is unknown', async () => {
    const ended = await statusWith(null);
    expect([ended.code, ended.stdout]).toEqual([1, expect.stringContaining('healthy\tunknown\n')]);
    expect(ended.stderr).toMatch(/^sluice: the health of http:\/\/\S+ is unknown\n$/);
    expect((await statusWith({ status: 'ok', version: '1.2.3', checks: [] })).code).toBe(0);
  });
});

describe('servers that are not ours', () => {
  const statusOf = (origin: string) => sluice(['destinations', 'list', '--server', origin]);
  const oneLine = expect.stringMatching(/^sluice: [^\n]+\n$/);

  it('that answer HTML or a redirect fail with one line', async () => {
    for (const listener of [
      (_request, response) => void response.setHeader('content-type', 'text/html').end('<h1>Router</h1>'),
      (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ] satisfies RequestListener[]) {
      const ended = await withServer(listener, statusOf);
      expect(ended).toMatchObject({ code: 1, stdout: '', stderr: oneLine });
      expect(ended.stderr).toContain('instead of the API');
    }
  });

  it('that are older say both versions', async () => {
    const ended = await withServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      if (request.url === '/api/health')
        return response.end(JSON.stringify({ status: 'ok', version: '0.1.0', checks: [] }));
      const problem = { code: 'not_found', status: 404, detail: 'no route matches GET and this path', remedy: '' };
      return response.writeHead(404).end(JSON.stringify(problem));
    }, statusOf);
    expect(ended).toMatchObject({ code: 1, stderr: oneLine });
    expect(ended.stderr).toContain('runs Sluice 0.1.0 and does not know this call');
  });

  it('that do not answer fail with one line', async () => {
    const origin = await withServer(
      () => {},
      async (address) => address,
    );
    expect(await statusOf(origin)).toMatchObject({ code: 1, stderr: oneLine });
  });

  it('and refusals of the API have exit code 5', async () => {
    const ended = await sluice(['destinations', 'list', '--group', 'x'.repeat(41)]);
    expect(ended).toMatchObject({ code: 5, stderr: oneLine });
  });
});
