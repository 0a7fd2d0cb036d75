/**
 * The entry point of `npm start`, `npm test` and the other tasks. It needs no dependency and no particular Node (18 or
 * later). It reports missing programs before anything else happens, installs the packages if they are missing or out of
 * date, finds Node 24 and runs the task.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isCommandFresh } from './is-command-fresh.mjs';
import { ensureInstalled, findNpm } from './install.mjs';
import { MAIN_PROCESS_ARGUMENTS, MAIN_PROCESS_ENVIRONMENT } from './main-process.mjs';
import { findMissing, installCommand, NODE_MAJOR_MIN, readHost } from './requirements.mjs';
import { runProgram } from './run.mjs';

const ROOT = realpathSync(fileURLToPath(new URL('../../..', import.meta.url)));

/** Where Node keeps compiled code. Loading the product takes half as long with it. */
const NODE_COMPILE_CACHE = join(ROOT, 'node_modules', '.cache', 'node');

/**
 * Every script of package.json, with its requirements. `forDevelopers` lists it separately in --help; `hasOwnHelp`
 * leaves
 * --help to the program itself.
 */
const TASKS = {
  start: {
    meaning: 'run Sluice on this machine',
    command: 'npm start',
    needs: ['node', 'ffmpeg'],
    run: (node, args) => runMain(node, args),
  },
  demo: {
    meaning: 'run it with a test picture and local targets that report what arrives',
    command: 'npm run demo',
    needs: ['node', 'ffmpeg'],
    run: (node, args) => runMain(node, ['--demo', ...args]),
  },
  dev: {
    forDevelopers: true,
    meaning: 'npm start for changing it: edits show without a restart, the encoder stays connected',
    command: 'npm run dev',
    needs: ['node', 'ffmpeg'],
    run: (node, args) => runMain(node, args, 'infra/local/dev/dev.ts'),
  },
  link: {
    meaning: 'print the sign-in link again',
    command: 'npm run link',
    needs: ['node'],
    run: (node, args) => runFile(node, 'infra/local/host/print-link.ts', args),
  },
  sluice: {
    meaning: 'run the sluice command; npm run sluice -- --help lists what it can do',
    command: 'npm run sluice',
    hasOwnHelp: true,
    needs: ['node'],
    run: (node, args) => runCommand(node, args),
  },
  'sluice:reference': {
    forDevelopers: true,
    meaning: 'regenerate the reference of the sluice command from its table',
    command: 'npm run sluice:reference',
    needs: ['node'],
    run: (node) => runFile(node, 'infra/cli/write-reference.ts', []),
  },
  restore: {
    meaning: 'list the backups of the data directory; with -- latest or -- NAME, restore one',
    command: 'npm run restore',
    hasOwnHelp: true,
    needs: ['node'],
    run: (node, args) => runFile(node, 'infra/local/host/restore-backup.ts', args),
  },
  test: {
    forDevelopers: true,
    meaning: 'run all checks and all tests; with arguments, only vitest with these',
    command: 'npm test [-- path …]',
    needs: ['node', 'ffmpeg', 'chromium'],
    run: (node, args) =>
      args.length > 0 ? runTool(node, 'vitest', ['run', ...args]) : runSteps(node, [...checks(), VITEST]),
  },
  'test:e2e': {
    forDevelopers: true,
    meaning: 'run only the end-to-end tests',
    command: 'npm run test:e2e',
    needs: ['node', 'ffmpeg'],
    run: (node, args) => runTool(node, 'vitest', ['run', ...(args.length > 0 ? args : ['test/e2e'])]),
  },
  check: {
    forDevelopers: true,
    meaning: 'check format, lint, types, unused code, state machines and planted bugs',
    command: 'npm run check',
    needs: ['node'],
    run: (node) => runSteps(node, checks()),
  },
  format: {
    forDevelopers: true,
    meaning: 'rewrite every file in the common format',
    command: 'npm run format',
    needs: ['node'],
    run: (node, args) => runTool(node, 'oxfmt', args.length > 0 ? args : ['.']),
  },
  lint: {
    forDevelopers: true,
    meaning: 'find suspicious code; a part of npm run check',
    command: 'npm run lint',
    needs: ['node'],
    run: (node, args) => runTool(node, 'oxlint', ['--deny-warnings', ...args]),
  },
  typecheck: {
    forDevelopers: true,
    meaning: 'check the types; a part of npm run check',
    command: 'npm run typecheck',
    needs: ['node'],
    run: (node, args) => runTool(node, 'tsc', ['--noEmit', ...args]),
  },
  shapes: {
    forDevelopers: true,
    meaning: 'regenerate the request shapes of the local endpoints after an SDK upgrade',
    command: 'npm run shapes',
    needs: ['node'],
    run: (node) => runFile(node, 'infra/local/endpoints/media/shapes/generate-shapes.ts', []),
  },
  presets: {
    forDevelopers: true,
    meaning: 'list the files of the platforms and encodings again after adding one',
    command: 'npm run presets',
    needs: ['node'],
    run: async (node) =>
      (await runFile(node, 'presets/generate.ts', [])) || runTool(node, 'oxfmt', [join(ROOT, 'presets')]),
  },
  statemachines: {
    forDevelopers: true,
    meaning: 'regenerate the state machines from the lifecycle’s tables',
    command: 'npm run statemachines',
    needs: ['node'],
    run: (node) => runFile(node, 'statemachines/generate.ts', []),
  },
  lock: {
    forDevelopers: true,
    meaning: 'rewrite package-lock.json after a change of dependencies',
    command: 'npm run lock',
    needs: ['node'],
    // npm ci refuses a lock file that does not match package.json, so nothing can be installed before this has run.
    withoutPackages: true,
    run: (node) => rewriteLock(node),
  },
  bench: {
    forDevelopers: true,
    meaning: 'measure CPU per destination, latency, and times to start and stop',
    command: 'npm run bench',
    hasOwnHelp: true,
    needs: ['node', 'ffmpeg'],
    run: (node, args) => runFile(node, 'test/bench/run.ts', args),
  },
  'bench:api': {
    forDevelopers: true,
    meaning: 'measure the API: reads against a bare server, a storm of starts, memory',
    command: 'npm run bench:api',
    hasOwnHelp: true,
    needs: ['node', 'ffmpeg'],
    run: (node, args) => runFile(node, 'test/bench/api/bench-api.ts', args),
  },
  'bench:audience': {
    forDevelopers: true,
    meaning: 'measure the public pages: a thousand viewers beside the destinations',
    command: 'npm run bench:audience',
    hasOwnHelp: true,
    needs: ['node', 'ffmpeg', 'chromium'],
    run: (node, args) => runFile(node, 'test/bench/audience/bench-audience.ts', args),
  },
  'bench:bundle': {
    forDevelopers: true,
    meaning: 'measure the size of the Lambda functions, with and without our code',
    command: 'npm run bench:bundle',
    hasOwnHelp: true,
    needs: ['node'],
    run: (node, args) => runFile(node, 'test/bench/bundle/bench-bundle.ts', args),
  },
  'bench:command': {
    forDevelopers: true,
    meaning: 'measure how soon the sluice command prints something',
    command: 'npm run bench:command',
    hasOwnHelp: true,
    needs: ['node'],
    run: (node, args) => runFile(node, 'test/bench/command/bench-command.ts', args),
  },
  'bench:go-live': {
    forDevelopers: true,
    meaning: 'measure how far from its planned second a show goes live',
    command: 'npm run bench:go-live',
    hasOwnHelp: true,
    needs: ['node', 'ffmpeg'],
    run: (node, args) => runFile(node, 'test/bench/go-live/bench-go-live.ts', args),
  },
  'bench:group-start': {
    forDevelopers: true,
    meaning: 'measure how long fifty starts take, and their calls against AWS’s rates',
    command: 'npm run bench:group-start',
    hasOwnHelp: true,
    needs: ['node'],
    run: (node, args) => runFile(node, 'test/bench/group-start/bench-group-start.ts', args),
  },
  'bench:incidents': {
    forDevelopers: true,
    meaning: 'measure how soon a fault reaches the people who are called',
    command: 'npm run bench:incidents',
    hasOwnHelp: true,
    needs: ['node', 'ffmpeg', 'chromium'],
    run: (node, args) => runFile(node, 'test/bench/incidents/bench-incidents.ts', args),
  },
  'bench:lifecycle': {
    forDevelopers: true,
    meaning: 'count the requests in a destination’s life, under a virtual clock',
    command: 'npm run bench:lifecycle',
    hasOwnHelp: true,
    needs: ['node'],
    run: (node, args) => runFile(node, 'test/bench/lifecycle/bench-lifecycle.ts', args),
  },
  'bench:store': {
    forDevelopers: true,
    meaning: 'measure durable writes per second against bare synced appends',
    command: 'npm run bench:store',
    hasOwnHelp: true,
    needs: ['node'],
    run: (node, args) => runFile(node, 'test/bench/store/bench-store.ts', args),
  },
  'bench:web': {
    forDevelopers: true,
    meaning: 'measure size and speed of the dashboard, up to a thousand destinations',
    command: 'npm run bench:web',
    hasOwnHelp: true,
    needs: ['node', 'ffmpeg', 'chromium'],
    run: (node, args) => runFile(node, 'test/bench/web/bench-web.ts', args),
  },
  simulate: {
    forDevelopers: true,
    meaning: 'run the lifecycle through seeded faults under a virtual clock',
    command: 'npm run simulate',
    hasOwnHelp: true,
    needs: ['node'],
    run: (node, args) => runFile(node, 'test/faults/simulate.ts', args),
  },
  preflight: {
    meaning: 'check an AWS account before a deployment; --prices fetches its Region’s prices',
    command: 'npm run preflight',
    hasOwnHelp: true,
    needs: ['node'],
    run: (node, args) => runFile(node, 'infra/aws/preflight/preflight.ts', args),
  },
  prove: {
    meaning: 'verify Sluice’s assumptions about AWS; asks first, costs at most 3 USD',
    command: 'npm run prove',
    hasOwnHelp: true,
    needs: ['node'],
    run: (node, args) => runFile(node, 'infra/aws/prove/prove.ts', args, { asks: true }),
  },
  destroy: {
    meaning: 'remove a deployment from AWS, with everything that costs money',
    command: 'npm run destroy',
    hasOwnHelp: true,
    needs: ['node'],
    run: (node, args) => runFile(node, 'infra/aws/destroy/destroy.ts', args, { asks: true }),
  },
};

/** The slow files take turns, see vitest.config.ts. */
const VITEST = { name: 'vitest', tool: 'vitest', args: ['run'], shown: true, environment: { TEST_TURNS: '1' } };

function checks() {
  const folder = join(ROOT, 'statemachines');
  const machines = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.asl.json')) : [];
  const machineArgs = machines.flatMap((file) => ['--json-path', join('statemachines', file)]);
  return [
    { name: 'format', tool: 'oxfmt', args: ['--check', '.'], remedy: 'npm run format' },
    { name: 'lint', tool: 'oxlint', args: ['--deny-warnings'] },
    { name: 'types', tool: 'tsc', args: ['--noEmit'] },
    { name: 'unused', tool: 'knip', args: [] },
    ...(machines.length > 0 ? [{ name: 'machines', tool: 'asl-validator', args: machineArgs }] : []),
    // A changed line breaks the bug planted in it; this check finds that in seconds instead of a whole run.
    {
      name: 'planted',
      tool: 'vitest',
      args: ['run', 'test/faults/planted-bugs.test.ts', '-t', 'matches every planted bug'],
    },
  ];
}

async function main([taskName = '', ...args]) {
  const task = Object.hasOwn(TASKS, taskName) ? TASKS[taskName] : undefined;
  const isHelp = args.includes('--help') || args.includes('-h') || taskName === '--help' || taskName === '-h';
  if (isHelp && !TASKS[taskName]?.hasOwnHelp) {
    process.stdout.write(helpText());
    return 0;
  }
  if (!task) {
    process.stderr.write(`there is no task ${JSON.stringify(taskName)}\n\n${helpText()}`);
    return 2;
  }
  const host = readHost();
  const missing = findMissing(host, task.needs, process.env);
  if (missing.length > 0) {
    for (const { program, why } of missing) say(`${program} is missing: ${why}`);
    say(
      `install what is missing with this, then run ${task.command} again:\n\n    ${installCommand(
        host,
        missing.map((each) => each.program),
      )}\n`,
    );
    return 1;
  }
  if (!task.withoutPackages) {
    const installed = await ensureInstalled({ root: ROOT, host, environment: process.env, run: runShown, say });
    if (installed !== 0) return installed;
  }
  const node = findNode() ?? (task.withoutPackages ? process.execPath : undefined);
  if (!node) {
    say(
      `Node ${NODE_MAJOR_MIN} is missing: npm’s build does not run here, and this one is ${process.versions.node}. Install it with:\n\n    ${installCommand(host, ['node'])}\n`,
    );
    return 1;
  }
  return task.run(node, args);
}

/** Runs the steps in order and prints one line for each, and the whole output of a failed one. */
async function runSteps(node, steps) {
  const failed = [];
  for (const step of steps) {
    const startedAtMs = Date.now();
    const { code, output } = await runNode(
      node,
      [toolPath(step.tool), ...step.args],
      step.shown ? 'inherit' : 'collect',
      { environment: step.environment },
    );
    // An interrupt also cancels the remaining steps.
    if (code === 130 || code === 143) return code;
    const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
    if (code !== 0) failed.push(step.name);
    if (code !== 0 && output) process.stdout.write(output.endsWith('\n') ? output : `${output}\n`);
    const remedy = code !== 0 && step.remedy ? `  fix with: ${step.remedy}` : '';
    process.stdout.write(`${code === 0 ? '✓' : '✗'} ${step.name.padEnd(9)} ${seconds.padStart(6)} s${remedy}\n`);
  }
  if (failed.length > 0) process.stdout.write(`failed: ${failed.join(', ')}\n`);
  return failed.length > 0 ? 1 : 0;
}

async function runFile(node, file, args, options = {}) {
  return (await runNode(node, [join(ROOT, file), ...args], 'inherit', options)).code;
}

/** Builds the command if need be, then runs it in the folder of the caller, whose files its arguments name. */
async function runCommand(node, args) {
  if (!isCommandFresh(ROOT)) {
    const code = await runFile(node, 'infra/cli/build.ts', []);
    if (code !== 0) return code;
  }
  const cwd = process.env.INIT_CWD ?? process.cwd();
  return (await runNode(node, [join(ROOT, 'dist', 'sluice.js'), ...args], 'inherit', { asks: true, cwd })).code;
}

/** Arguments of Node, not of the program. The media engine listens for a debugger on the next port. */
const INSPECT = /^--inspect(-brk|-wait)?(=|$)/;

async function runMain(node, args, entry = 'infra/local/main.ts') {
  const file = join(ROOT, entry);
  const inspect = args.filter((arg) => INSPECT.test(arg));
  const others = args.filter((arg) => !INSPECT.test(arg));
  const environment = MAIN_PROCESS_ENVIRONMENT;
  return (await runNode(node, [...MAIN_PROCESS_ARGUMENTS, ...inspect, file, ...others], 'inherit', { environment }))
    .code;
}

async function runTool(node, tool, args) {
  return (await runNode(node, [toolPath(tool), ...args], 'inherit')).code;
}

/** Any npm and any Node will do. */
async function rewriteLock(node) {
  const npm = findNpm(process.env);
  if (!npm) {
    say('npm is needed to resolve the dependencies, and was not found');
    return 1;
  }
  const args = [...npm.args, 'install', '--prefix', ROOT, '--package-lock-only', '--package-lock', '--ignore-scripts'];
  const code = await runShown(npm.command, args, { cwd: ROOT });
  return code === 0 ? runFile(node, 'infra/local/bootstrap/complete-lock.mjs', []) : code;
}

async function runShown(command, args, options) {
  return (await runProgram(command, args, options)).code;
}

function runNode(node, args, output, { environment = {}, ...options } = {}) {
  const keeper = pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), 'stay-with-parent.mjs')).href;
  const env = {
    NODE_COMPILE_CACHE,
    ...process.env,
    ...environment,
    PATH: childPath(node),
    STAY_WITH_PARENT: String(process.pid),
  };
  return runProgram(node, ['--import', keeper, ...args], { cwd: ROOT, env, output, ...options });
}

/** Returns the PATH of a task: its Node first, then the tools of node_modules. */
function childPath(node) {
  const folders = [dirname(node), join(ROOT, 'node_modules', '.bin'), process.env.PATH ?? ''];
  return folders.filter((folder, index) => folders.indexOf(folder) === index).join(delimiter);
}

function toolPath(tool) {
  const link = join(ROOT, 'node_modules', '.bin', tool);
  return existsSync(link) ? realpathSync(link) : link;
}

function findNode() {
  const candidates = [join(ROOT, 'node_modules', '.bin', 'node'), process.execPath];
  return candidates.find((path) => existsSync(path) && nodeMajor(path) >= NODE_MAJOR_MIN);
}

function nodeMajor(path) {
  const result = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)\./.exec(result.stdout ?? '')?.[1] ?? 0);
}

function helpText() {
  const settings = JSON.parse(readFileSync(new URL('settings.json', import.meta.url), 'utf8'));
  const lines = ['Sluice: one SRT feed in, any number of RTMP destinations out.', ''];
  const list = (rows) => lines.push(...rows.map(({ command, meaning }) => `  ${command.padEnd(24)} ${meaning}`));
  const tasks = Object.values(TASKS);
  list(tasks.filter((task) => !task.forDevelopers));
  lines.push('', 'For contributors (CONTRIBUTING.md):', '');
  list(tasks.filter((task) => task.forDevelopers));
  lines.push('', 'Settings (environment variables):', '');
  for (const { name, fallback, meaning, allowed } of settings) {
    lines.push(
      `  ${name.padEnd(24)} ${meaning}`,
      `${' '.repeat(27)}${allowed.replace(': {encodings}', '')}; ${fallback === null ? 'not set' : fallback} by default`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function say(text) {
  process.stderr.write(`sluice: ${text}\n`);
}

process.exitCode = await main(process.argv.slice(2));
