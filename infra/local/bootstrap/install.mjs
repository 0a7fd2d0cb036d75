/**
 * Brings `node_modules` in line with package-lock.json, and does nothing if it already is. A stamp inside
 * `node_modules` contains the hash of the installed lock file. npm removes it with the folder, so an interrupted
 * installation never counts as complete.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, installCommand } from './requirements.mjs';

/**
 * Override the machine's npm configuration (production installs, no optional packages, no lock file, …): Sluice needs
 * all packages, from the lock file, in the usual places. None of them needs its install script.
 */
const NPM_FLAGS = [
  '--include=dev',
  '--include=optional',
  '--include=peer',
  '--ignore-scripts=true',
  '--bin-links=true',
  '--package-lock=true',
  '--package-lock-only=false',
  '--global=false',
  '--dry-run=false',
  '--install-strategy=hoisted',
  // Suppress npm's warnings about the Node it runs on, which is not the one that will run the packages.
  '--loglevel=error',
  '--audit=false',
  '--fund=false',
];

/**
 * Installs the packages if necessary.
 * @param run starts a program and returns its exit code
 * @returns 0, or the exit code to end with; the error has been printed by then
 */
export async function ensureInstalled({ root, host, environment, run, say }) {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(lock).digest('hex');
  const stamp = join(root, 'node_modules', '.sluice-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === hash) return 0;
  if (wasInstalledByHand(root, host, JSON.parse(lock))) {
    writeFileSync(stamp, `${hash}\n`);
    return 0;
  }

  const npm = findNpm(environment);
  if (!npm) {
    say(
      `npm was not found. It is needed once, to install packages. Install it with:\n\n    ${installCommand(host, ['npm'])}\n`,
    );
    return 1;
  }
  const first = !existsSync(join(root, 'node_modules'));
  say(first ? 'first run: installing the packages' : 'package-lock.json has changed: installing again');
  say('running npm ci: packages from your npm registry into node_modules (about a minute, 1 GB, no install scripts)');
  const code = await run(npm.command, [...npm.args, 'ci', '--prefix', root, ...NPM_FLAGS], { cwd: root });
  if (code !== 0) {
    say(failureText(code));
    return code;
  }
  writeFileSync(stamp, `${hash}\n`);
  say('installed');
  return 0;
}

function failureText(code) {
  return [
    `npm ci failed with code ${code}; its message is above. Nothing was started. Frequent causes:`,
    '  access only by a proxy       npm config set https-proxy http://your-proxy:port',
    '  a private registry           npm config set registry https://your-registry/',
    '  a private certificate        npm config set cafile /path/to/ca.pem',
    '  a full disk                  free 1 GB here, and some space for npm’s cache',
    'Then run the same command again.',
  ].join('\n');
}

/** Returns whether the operator ran npm and every package of the lock file for this machine is installed. */
function wasInstalledByHand(root, host, lock) {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  let installed;
  try {
    installed = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  } catch {
    return false;
  }
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '' || installed?.[path]?.version === wanted.version) return true;
    const forThisMachine =
      (wanted.os || wanted.cpu) &&
      matches(wanted.os, host.platform) &&
      matches(wanted.cpu, host.arch) &&
      matches(wanted.libc, host.platform === 'linux' && !host.glibc ? 'musl' : 'glibc');
    // The other optional packages are for other machines, including their dependencies.
    return installed?.[path] === undefined && (wanted.optional || wanted.devOptional) && !forThisMachine;
  });
}

/** Evaluates npm's `os`, `cpu` and `libc`: absent, one value or several, each possibly negated. */
function matches(allowed, value) {
  const values = [allowed ?? []].flat();
  if (values.includes(`!${value}`)) return false;
  return values.length === 0 || values.includes(value) || values.every((each) => each.startsWith('!'));
}

/** Returns the npm that runs this script, else the one on the PATH, else null. */
export function findNpm(environment) {
  const running = environment.npm_execpath;
  if (running && /npm-cli\.c?js$/.test(running) && existsSync(running))
    return { command: process.execPath, args: [running] };
  const [command] = findOnPath('npm', environment);
  return command ? { command, args: [] } : null;
}
