import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { allCommandLines, isAlive } from '../../../test/support/product.ts';
import { findMissing, findOnPath } from './requirements.mjs';
import type { Host } from './requirements.mjs';

/** A miniature checkout: the real bootstrap, an npm that only records its arguments, and tools that only report. */
let root: string;
let children: ChildProcess[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-bootstrap-'));
  children = [];
  cpSync(import.meta.dirname, join(root, 'infra/local/bootstrap'), { recursive: true });
  writeFileSync(join(root, 'package-lock.json'), lockWith('1.0.0'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  program('bin/ffmpeg', 'exit 1');
  // Imitates npm ci: empties node_modules, fills it, and leaves a list of the packages.
  program(
    'bin/npm',
    `echo "$@" >> ${root}/npm-calls
     [ -f ${root}/npm-fails ] && { echo 'npm error network proxy' >&2; exit 13; }
     rm -rf ${root}/node_modules; mkdir -p ${root}/node_modules/.bin
     ln -s ${process.execPath} ${root}/node_modules/.bin/node
     for tool in oxfmt oxlint tsc knip vitest; do cp ${root}/tool.mjs ${root}/node_modules/.bin/$tool; done`,
  );
  writeFileSync(
    join(root, 'tool.mjs'),
    `import { existsSync } from 'node:fs'; import { basename } from 'node:path';
     const name = basename(process.argv[1]); console.log(name + ' says ' + process.argv.slice(2).join(' '));
     process.exit(existsSync('${root}/' + name + '-fails') ? 1 : 0);`,
  );
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await endAllOf(root);
  rmSync(root, { recursive: true, force: true });
});

/**
 * Ends every process that runs a file of the checkout. The bootstrap and its program have process groups of their own
 * and outlive npm or the shell that started them, so after a failed test nothing else would end them.
 */
async function endAllOf(checkout: string): Promise<void> {
  for (;;) {
    const left = [...allCommandLines()].filter(([pid, command]) => command.includes(checkout) && isAlive(pid));
    if (left.length === 0) return;
    for (const [pid] of left) kill(pid);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function program(path: string, script: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

function lockWith(version: string): string {
  return JSON.stringify({
    packages: {
      '': {},
      'node_modules/a': { version },
      'node_modules/c': { version: '3.0.0', optional: true, os: 'aix', cpu: '!x64' },
      'node_modules/d': { version: '4.0.0', optional: true },
      'node_modules/b': { version: '2.0.0', optional: true, os: ['aix'] },
    },
  });
}

/** Writes the program that `npm start` runs. */
function writeMain(body: string): void {
  writeFileSync(join(root, 'infra/local/main.ts'), body);
}
const WAITING_MAIN = `
  // Ends by itself if the whole test run is killed.
  setTimeout(() => process.exit(7), 120_000);
  let signals = 0;
  process.on('SIGINT', () => { signals += 1; console.log('signal ' + signals); setTimeout(() => process.exit(signals === 1 ? 9 : 99), 700); });
  process.on('SIGTERM', () => { console.log('terminated'); process.exit(8); });
  console.log('ready ' + process.pid);
`;

function launch(args: string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(root, 'infra/local/bootstrap/start.mjs'), ...args], {
    env: { PATH: `${join(root, 'bin')}:/usr/bin:/bin`, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.push(child);
  const run = { child, output: '' };
  child.stdout.on('data', (chunk: Buffer) => (run.output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (run.output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return Object.assign(run, { ended });
}

/** Installs the packages, so that later runs install nothing. */
async function installed(): Promise<void> {
  expect(existsSync(join(root, 'node_modules'))).toBe(false);
  await finish(['link']);
}

/** Starts the system's npm as a service manager would: as a separate process without a terminal. */
function launchNpm() {
  // Use the real script: its shell replaces itself with the program, so that npm's signals reach it.
  const { start } = packageJson.scripts;
  writeFileSync(join(root, 'package.json'), JSON.stringify({ type: 'module', scripts: { start } }));
  const [npm] = findOnPath('npm', { PATH: process.env.PATH });
  const child = spawn(npm!, ['start'], { cwd: root, env: { PATH: process.env.PATH }, stdio: 'pipe', detached: true });
  children.push(child);
  const run = { child, output: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (run.output += chunk.toString()));
  return run;
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

async function finish(args: string[], environment: Record<string, string> = {}) {
  const run = launch(args, environment);
  const code = await run.ended;
  return { code, output: run.output };
}

const npmCalls = () =>
  existsSync(join(root, 'npm-calls')) ? readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n') : [];

describe('the first run', () => {
  it('installs from the lock file regardless of the npm configuration, and announces it', async () => {
    writeMain('console.log("main runs");');
    const { code, output } = await finish(['start']);
    expect(code).toBe(0);
    expect(output).toContain('first run');
    expect(output).toContain('main runs');
    expect(npmCalls()).toHaveLength(1);
    expect(npmCalls()[0]).toMatch(/^ci .*--include=dev --include=optional.*--ignore-scripts=true.*--package-lock=true/);
  });

  it('does not install again until package-lock.json changes', async () => {
    writeMain('');
    await finish(['start']);
    await finish(['start']);
    expect(npmCalls()).toHaveLength(1);
    writeFileSync(join(root, 'package-lock.json'), lockWith('1.0.1'));
    const { output } = await finish(['start']);
    expect(output).toContain('package-lock.json has changed');
    expect(npmCalls()).toHaveLength(2);
  });

  it('accepts a manual installation once it is complete', async () => {
    writeMain('');
    mkdirSync(join(root, 'node_modules'));
    const hidden = join(root, 'node_modules/.package-lock.json');
    writeFileSync(hidden, JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }));
    expect((await finish(['start'])).code).toBe(0);
    expect(npmCalls()).toEqual([]);
    rmSync(join(root, 'node_modules/.sluice-installed'));
    writeFileSync(hidden, JSON.stringify({ packages: { 'node_modules/a': { version: '0.9.0' } } }));
    await finish(['start']);
    expect(npmCalls()).toHaveLength(1);
  });

  it('starts nothing when npm fails, shows npm’s message and remedies, and tries again at the next run', async () => {
    writeMain('console.log("main runs");');
    writeFileSync(join(root, 'npm-fails'), '');
    const { code, output } = await finish(['start']);
    expect(code).toBe(13);
    expect(output).toContain('npm error network proxy');
    expect(output).toContain('npm config set https-proxy');
    expect(output).not.toContain('main runs');
    rmSync(join(root, 'npm-fails'));
    expect((await finish(['start'])).code).toBe(0);
  });

  it('installs nothing for --help or a task that does not exist', async () => {
    expect(await finish(['start', '--help'])).toMatchObject({
      code: 0,
      output: expect.stringContaining('SLUICE_DATA_DIR'),
    });
    expect(await finish(['strat'])).toMatchObject({ code: 2, output: expect.stringContaining('no task "strat"') });
    expect(npmCalls()).toEqual([]);
  });
});

describe('every script of package.json', () => {
  const scripts = Object.entries(packageJson.scripts);

  it.each(scripts)('%s runs through the bootstrap, by its own name', (name, command) => {
    expect(command.replace(/^exec /, '')).toBe(`node infra/local/bootstrap/start.mjs ${name}`);
  });

  it('is explained by --help', async () => {
    const { output } = await finish(['--help']);
    const missing = scripts.filter(([name]) => !new RegExp(`^  npm (run )?${name}( |$)`, 'm').test(output));
    expect(missing).toEqual([]);
  });

  it.each([
    ['format', 'oxfmt says .'],
    ['lint', 'oxlint says --deny-warnings'],
    ['typecheck', 'tsc says --noEmit'],
    ['test:e2e', 'vitest says run test/e2e'],
  ])('%s installs the packages of a fresh clone before it runs', async (name, expected) => {
    const { code, output } = await finish([name]);
    expect({ code, installs: npmCalls().length }).toEqual({ code: 0, installs: 1 });
    expect(output).toContain(expected);
  });

  it('lock resolves the dependencies without an installation, which npm refuses while the lock file is stale', async () => {
    const { code, output } = await finish(['lock']);
    expect(npmCalls()[0]).toMatch(/^install .*--package-lock-only/);
    expect(npmCalls().filter((call) => call.startsWith('ci'))).toEqual([]);
    expect(output).toContain('optional packages added to package-lock.json');
    // The packages of this lock file have no checksums, and this npm knows none.
    expect(code).toBe(1);
  });
});

describe('the child program', () => {
  it('gets the arguments and our Node first on its PATH, and determines the exit code', async () => {
    writeMain('console.log(process.argv.slice(2).join("|"), process.env.PATH.split(":")[0]); process.exit(5);');
    const { code, output } = await finish(['demo', 'a b', '--x']);
    expect(code).toBe(5);
    expect(output).toContain(`--demo|a b|--x ${join(root, 'node_modules/.bin')}`);
  });

  it('listens for a debugger with --inspect, which is an argument of Node', async () => {
    writeMain('console.log(`${process.execArgv.filter((arg) => arg.includes("inspect"))}|${process.argv.slice(2)}`);');
    const { output } = await finish(['demo', '--inspect=0', '--x']);
    expect(output).toContain('--inspect=0|--demo,--x');
  });

  it('gets a single Ctrl-C when terminal and npm both send one, and has time to finish', async () => {
    writeMain(WAITING_MAIN);
    const run = launch(['start']);
    await expect.poll(() => run.output).toContain('ready');
    run.child.kill('SIGINT');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(9);
    expect(run.output.match(/signal/g)).toHaveLength(1);
  });

  it('ends when the bootstrap is killed', async () => {
    writeMain(WAITING_MAIN);
    const run = launch(['start']);
    await expect.poll(() => run.output).toContain('ready');
    const pid = Number(/ready (\d+)/.exec(run.output)?.[1]);
    run.child.kill('SIGKILL');
    await expect.poll(() => isAlive(pid)).toBe(false);
    await expect.poll(() => run.output).toContain('terminated');
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGKILL'] as const)(
    'shuts down with the bootstrap when %s reaches only the npm that was started',
    async (signal) => {
      writeMain(WAITING_MAIN);
      await installed();
      const run = launchNpm();
      await expect.poll(() => run.output).toContain('ready');
      const pid = Number(/ready (\d+)/.exec(run.output)?.[1]);
      const bootstrap = parentOf(pid);
      run.child.kill(signal);
      await expect.poll(() => [pid, bootstrap].filter(isAlive)).toEqual([]);
      await expect.poll(() => run.output).toMatch(/terminated|signal 1/);
    },
  );

  it('continues when a shell other than npm’s ends', async () => {
    writeMain(WAITING_MAIN);
    await installed();
    const start = `'${process.execPath}' '${join(root, 'infra/local/bootstrap/start.mjs')}' start`;
    const shell = spawn('sh', ['-c', `${start} & wait`], { env: { PATH: process.env.PATH }, stdio: 'pipe' });
    children.push(shell);
    let output = '';
    shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await expect.poll(() => output).toContain('ready');
    const pid = Number(/ready (\d+)/.exec(output)?.[1]);
    const bootstrap = parentOf(pid);
    shell.kill('SIGKILL');
    await expect.poll(() => parentOf(bootstrap)).not.toBe(shell.pid);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect([pid, bootstrap].filter(isAlive)).toEqual([pid, bootstrap]);
    process.kill(bootstrap, 'SIGTERM');
    await expect.poll(() => [pid, bootstrap].filter(isAlive)).toEqual([]);
  });

  it('leaves no process in its group when it dies', async () => {
    writeMain(`
      import { spawn } from 'node:child_process';
      const child = spawn('sleep', ['600'], { stdio: 'ignore' });
      console.log('helper ' + child.pid);
      process.kill(process.pid, 'SIGKILL');
    `);
    const { code, output } = await finish(['start']);
    expect(code).toBe(137);
    const pid = Number(/helper (\d+)/.exec(output)?.[1]);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

describe('npm run destroy', () => {
  it('can ask a question and read the answer', async () => {
    mkdirSync(join(root, 'infra/aws/destroy'), { recursive: true });
    const asking = 'process.stdin.once("data", (answer) => { console.log(`answered ${answer}`); process.exit(4); });';
    writeFileSync(join(root, 'infra/aws/destroy/destroy.ts'), asking);
    const run = launch(['destroy']);
    run.child.stdin.end('y');
    expect(await run.ended).toBe(4);
    expect(run.output).toContain('answered y');
  });
});

describe('npm test', () => {
  it('prints one line per check, then runs vitest, and succeeds when all succeed', async () => {
    const { code, output } = await finish(['test']);
    expect(code).toBe(0);
    const checks = ['✓ format', '✓ lint', '✓ types', '✓ unused', '✓ planted'];
    expect(output.match(/^✓ \w+/gm)).toEqual([...checks, '✓ vitest']);
    expect(output).toContain('vitest says run');
    expect(output).not.toContain('oxlint says');
  });

  it('continues after a failure, shows the tool’s output, and fails in the end', async () => {
    writeFileSync(join(root, 'oxlint-fails'), '');
    const { code, output } = await finish(['test']);
    expect(code).toBe(1);
    expect(output).toMatch(/oxlint says[\s\S]*✗ lint[\s\S]*✓ vitest[\s\S]*failed: lint/);
  });

  it('runs only vitest when given arguments', async () => {
    const { output } = await finish(['test', 'presets', '-t', 'name']);
    expect(output).toContain('vitest says run presets -t name');
    expect(output).not.toContain('✓');
  });
});

describe('findMissing', () => {
  const host: Host = { platform: 'linux', arch: 'arm64', glibc: true, superuser: false, osRelease: 'ID=debian' };

  const names = (needs: Parameters<typeof findMissing>[1]) =>
    findMissing(host, needs, { PATH: '' }).map((each) => each.program);

  it('reports nothing where npm provides everything', () => {
    expect(findMissing({ ...host, arch: 'x64' }, ['node', 'ffmpeg', 'chromium'], { PATH: '' })).toEqual([]);
  });

  it('reports ffmpeg and Chromium where npm has none, each only for tasks that need it', () => {
    expect(names(['node', 'ffmpeg', 'chromium'])).toEqual(['ffmpeg', 'chromium']);
    expect(names(['node', 'ffmpeg'])).toEqual(['ffmpeg']);
    expect(names(['node'])).toEqual([]);
  });

  it('reports that Windows itself is not supported', () => {
    expect(findMissing({ ...host, platform: 'win32' }, ['node'], {})).toMatchObject([{ program: 'linux' }]);
  });
});
