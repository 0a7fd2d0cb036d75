/**
 * Checks this machine for programs that npm does not provide, and returns the exact commands that install them. Plain
 * JavaScript without dependencies, because it runs before anything is installed, on any Node from 18.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The Node version on Lambda and here; older ones cannot run TypeScript files. */
export const NODE_MAJOR_MIN = 24;

/** The minimum for the bootstrap itself, and for an npm that reads the lock file. */
const BOOTSTRAP_NODE_MAJOR_MIN = 18;

const SYSTEM_CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_CHROMIUM_PATHS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Reads the facts about this machine on which the requirements depend. */
export function readHost() {
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: process.platform === 'linux' && hasGlibc(),
    superuser: process.getuid?.() === 0,
    osRelease: process.platform === 'linux' ? readText('/etc/os-release') : '',
  };
}

/** Returns which of the programs npm provides for this machine. */
export function npmOffers(host) {
  const linux = host.platform === 'linux' && host.glibc;
  return {
    node: linux && (host.arch === 'x64' || host.arch === 'arm64'),
    ffmpeg: linux && host.arch === 'x64',
    chromium: linux && host.arch === 'x64',
  };
}

/** Returns one command line that installs the named programs here: `node`, `npm`, `ffmpeg`, `chromium`. */
export function installCommand(host, programs) {
  if (host.platform === 'darwin') {
    const formulas = programs
      .filter((program) => program !== 'chromium')
      .map((program) => (program === 'npm' ? 'node' : program));
    const commands = formulas.length > 0 ? [`brew install ${[...new Set(formulas)].join(' ')}`] : [];
    if (programs.includes('chromium')) commands.push('brew install --cask google-chrome');
    return commands.join(' && ');
  }
  if (host.platform !== 'linux') return 'wsl --install -d Debian';
  const sudo = host.superuser ? '' : 'sudo ';
  const family = `${/^ID=(.*)$/m.exec(host.osRelease)?.[1] ?? ''} ${/^ID_LIKE=(.*)$/m.exec(host.osRelease)?.[1] ?? ''}`;
  if (/alpine/.test(family)) return `${sudo}apk add ${names(programs, { node: 'nodejs-current' })}`;
  if (/arch/.test(family)) return `${sudo}pacman -S --needed ${names(programs, { node: 'nodejs' })}`;
  if (/fedora|rhel|centos|suse/.test(family)) {
    const manager = /suse/.test(family) ? 'zypper' : 'dnf';
    return `${sudo}${manager} install -y ${names(programs, { node: 'nodejs' })}`;
  }
  // Every Debian release so far has an older Node, so use nvm for it.
  const packages = programs.filter((program) => program !== 'node');
  const commands = packages.length > 0 ? [`${sudo}apt-get install -y ${packages.join(' ')}`] : [];
  if (programs.includes('node')) commands.push(`nvm install ${NODE_MAJOR_MIN}`);
  return commands.join(' && ');
}

/**
 * Lists the programs that the operator must install first; empty if none is missing.
 * @param needs programs the task needs
 * @returns one entry per missing program, with the reason; `node` only if this Node is too old and npm provides none
 */
export function findMissing(host, needs, environment) {
  if (host.platform !== 'linux' && host.platform !== 'darwin') {
    return [{ program: 'linux', why: `Sluice does not run on ${host.platform} directly; run it on Linux inside it` }];
  }
  const offers = npmOffers(host);
  const missing = [];
  const major = Number(process.versions.node.split('.')[0]);
  if (needs.includes('node') && major < (offers.node ? BOOTSTRAP_NODE_MAJOR_MIN : NODE_MAJOR_MIN)) {
    missing.push({
      program: 'node',
      why: `Node ${NODE_MAJOR_MIN} or later is needed; this one is ${process.versions.node}`,
    });
  }
  if (needs.includes('ffmpeg') && !offers.ffmpeg) {
    const found = findSystemFfmpeg(environment);
    if (!found.path) missing.push({ program: 'ffmpeg', why: found.why });
  }
  if (needs.includes('chromium') && !offers.chromium && !findSystemChromium(host, environment)) {
    missing.push({ program: 'chromium', why: 'the browser tests need Chromium or Chrome (or CHROME_PATH)' });
  }
  return missing;
}

/** Finds FFMPEG_PATH, else the first suitable ffmpeg on the PATH. `why` names the problem with the last candidate. */
export function findSystemFfmpeg(environment) {
  const candidates = environment.FFMPEG_PATH ? [environment.FFMPEG_PATH] : findOnPath('ffmpeg', environment);
  let why = 'no ffmpeg was found on the PATH';
  for (const path of candidates) {
    const { version, missing } = inspectFfmpeg(path);
    if (missing.length === 0) return { path, version, why: '' };
    why = `${path} cannot be used: it has no ${missing.join(', ')}`;
  }
  return { path: null, version: '', why };
}

/** Checks the parts that an ffmpeg was built with. `missing` is empty for a suitable one. */
export function inspectFfmpeg(path) {
  const ask = (question) => {
    const result = spawnSync(path, ['-hide_banner', question], {
      encoding: 'utf8',
      timeout: 20000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return result.status === 0 ? result.stdout : '';
  };
  const version = /^ffmpeg version (\S+)/.exec(ask('-version'))?.[1] ?? '';
  if (version === '') return { version, missing: ['answer to -version'] };
  const [inputs = '', outputs = ''] = ask('-protocols').split('Output:');
  const encoders = ask('-encoders');
  const missing = [];
  if (!/^\s*srt$/m.test(inputs) || !/^\s*srt$/m.test(outputs)) missing.push('srt');
  if (!/^\s*rtmps$/m.test(outputs)) missing.push('rtmps');
  if (!/\slibx264\s/.test(encoders)) missing.push('libx264');
  if (!/\saac\s/.test(encoders)) missing.push('aac');
  return { version, missing };
}

/** Finds CHROME_PATH, else an installed Chromium or Chrome; null if there is none. */
export function findSystemChromium(host, environment) {
  if (environment.CHROME_PATH) return isExecutable(environment.CHROME_PATH) ? environment.CHROME_PATH : null;
  const onPath = SYSTEM_CHROMIUM_NAMES.flatMap((name) => findOnPath(name, environment));
  const installed = host.platform === 'darwin' ? MAC_CHROMIUM_PATHS.filter(isExecutable) : [];
  return [...onPath, ...installed][0] ?? null;
}

/** Lists every executable of that name on the PATH, except in npm's own folders. */
export function findOnPath(name, environment) {
  return (environment.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.includes('node_modules'))
    .map((folder) => join(folder, name))
    .filter(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function hasGlibc() {
  // The full report can take seconds on machines with many network interfaces.
  process.report.excludeNetwork = true;
  return Boolean(process.report.getReport().header.glibcVersionRuntime);
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function names(programs, renamed) {
  return programs.map((program) => renamed[program] ?? program).join(' ');
}
