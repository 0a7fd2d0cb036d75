/**
 * What this machine must have that npm cannot give, and the exact command that gets it. Plain JavaScript without
 * dependencies: it runs before anything is installed, on whatever Node (18 or later) the machine came with.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Lambda's Node and ours; older ones cannot run TypeScript files. */
export const NODE_MAJOR_MIN = 24;

/** What the bootstrap itself, and an npm that reads our lock file, can run on. */
const BOOTSTRAP_NODE_MAJOR_MIN = 18;

const SYSTEM_CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_CHROMIUM_PATHS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** What distinguishes machines for us. */
export function readHost() {
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: process.platform === 'linux' && hasGlibc(),
    superuser: process.getuid?.() === 0,
    osRelease: process.platform === 'linux' ? readText('/etc/os-release') : '',
  };
}

/** Which of our programs npm has for this machine. */
export function npmOffers(host) {
  const linux = host.platform === 'linux' && host.glibc;
  return {
    node: linux && (host.arch === 'x64' || host.arch === 'arm64'),
    ffmpeg: linux && host.arch === 'x64',
    chromium: linux && host.arch === 'x64',
  };
}

/** One command line that installs the named programs here: `node`, `npm`, `ffmpeg`, `chromium`. */
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
  // Debian's own Node is older than ours on every release so far, so that one comes from nvm.
  const packages = programs.filter((program) => program !== 'node');
  const commands = packages.length > 0 ? [`${sudo}apt-get install -y ${packages.join(' ')}`] : [];
  if (programs.includes('node')) commands.push(`nvm install ${NODE_MAJOR_MIN}`);
  return commands.join(' && ');
}

/**
 * What must be installed by hand before anything else can happen, empty when nothing is.
 * @param needs programs the task needs
 * @returns one entry per missing program, with why; `node` only when this Node is too old and npm has none
 */
export function findMissing(host, needs, environment) {
  if (host.platform !== 'linux' && host.platform !== 'darwin') {
    return [{ program: 'linux', why: `Sluice does not run on ${host.platform} itself; it does on Linux inside it` }];
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

/** FFMPEG_PATH, else the first suitable ffmpeg on the PATH; `why` says what was wrong with what was found. */
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

/** Asks an ffmpeg what it was built with. `missing` is empty when it has all we need. */
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

/** CHROME_PATH, else an installed Chromium or Chrome; null when there is none. */
export function findSystemChromium(host, environment) {
  if (environment.CHROME_PATH) return isExecutable(environment.CHROME_PATH) ? environment.CHROME_PATH : null;
  const onPath = SYSTEM_CHROMIUM_NAMES.flatMap((name) => findOnPath(name, environment));
  const installed = host.platform === 'darwin' ? MAC_CHROMIUM_PATHS.filter(isExecutable) : [];
  return [...onPath, ...installed][0] ?? null;
}

/** Every executable of that name on the PATH, npm's own folders left out. */
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
