import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { BuildOutcome } from './dashboard-build.ts';
import { WATCH_FOLDER } from './watch-folder.ts';

/** Reports that the dashboard cannot be built. The message is ready for the terminal. */
export class DashboardBuildError extends Error {
  override readonly name = 'DashboardBuildError';

  constructor(reason: string) {
    super(
      `the dashboard cannot be built: ${reason}\n  remedy: fix the file named above; if no file of web/ is named, remove node_modules and start again`,
    );
  }
}

/**
 * Builds the dashboard when its sources have changed since the last build. It compares a hash of the sources, because a
 * clone or an archive does not preserve file times.
 * @param options.hasPublicPages builds the files of the public pages as well, below `watch`
 * @returns the directory to serve
 * @throws {DashboardBuildError} the previous build stays in place
 */
export async function buildDashboard(
  rootDirectory: string,
  log: (message: string) => void,
  { hasPublicPages }: { hasPublicPages: boolean },
): Promise<string> {
  const outDirectory = join(rootDirectory, 'web', 'dist');
  // Once built, the public pages stay: a start without them must not cost the next start with them a build.
  const hasBoth = hasPublicPages || existsSync(join(outDirectory, WATCH_FOLDER));
  const parts = hasBoth ? [DASHBOARD, PUBLIC_PAGES] : [DASHBOARD];
  const stamps = parts.map(({ folder, sources }) => ({
    file: join(folder, '.sources'),
    hash: hashSources(rootDirectory, sources),
  }));
  const isFresh = () => stamps.every(({ file, hash }) => readIfThere(join(outDirectory, file)) === hash);
  if (isFresh()) return outDirectory;
  log('building the dashboard (first start or changed sources) …');
  // Build in a temporary folder and swap it in, so that an open page never loads half a build. Each build has its own
  // folder, because two may run at once.
  const workshop = join(rootDirectory, 'web', '.building');
  mkdirSync(workshop, { recursive: true });
  removeAbandoned(workshop);
  const folder = mkdtempSync(join(workshop, 'build-'));
  try {
    const built = join(folder, 'new');
    await runBuild([rootDirectory, built, ...parts.map((part) => part.folder)]);
    for (const { file, hash } of stamps) writeFileSync(join(built, file), hash);
    // Another process may have built the same meanwhile, with the public pages as well.
    if (isFresh()) return outDirectory;
    // Or it was quicker in this very moment, perhaps without them.
    if (!swapIn(built, outDirectory, join(folder, 'replaced')) && !isFresh()) {
      return await buildDashboard(rootDirectory, log, { hasPublicPages });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return outDirectory;
}

const BUILD_PROCESS = join(import.meta.dirname, 'dashboard-build.ts');

/** Runs the bundler in a child process, because it takes close to a gigabyte of memory and never releases it. */
function runBuild(buildArguments: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(BUILD_PROCESS, buildArguments, {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let outcome: BuildOutcome | null = null;
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-SAID_CHARACTERS)));
    child.on('message', (message: BuildOutcome) => (outcome = message));
    child.on('error', (error) => reject(new DashboardBuildError(`its process did not start: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (outcome?.isBuilt && code === 0) return resolve();
      reject(new DashboardBuildError(stripVTControlCharacters(outcome?.reason ?? endedBecause(code, signal, said))));
    });
  });
}

/** How much of a failed build's output is shown, from its end. */
const SAID_CHARACTERS = 2_000;

function endedBecause(code: number | null, signal: NodeJS.Signals | null, said: string): string {
  const end = signal
    ? `its process was ended by ${signal}, which happens when memory (about 1 GB) is short`
    : `its process ended with code ${code}`;
  return said.trim() === '' ? end : `${end}\n${said.trim()}`;
}

/** Puts a build in place. @returns false when another process has put its own there meanwhile */
function swapIn(built: string, outDirectory: string, replaced: string): boolean {
  try {
    renameSync(outDirectory, replaced);
  } catch (error) {
    // There was no previous build, or another process is swapping in its own right now.
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  try {
    renameSync(built, outDirectory);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    return false;
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** A killed build leaves its folder behind; no build takes this long. */
const ABANDONED_AFTER_MS = 60 * 60_000;

function removeAbandoned(workshop: string): void {
  for (const entry of readdirSync(workshop)) {
    const path = join(workshop, entry);
    const changedAtMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - changedAtMs > ABANDONED_AFTER_MS) rmSync(path, { recursive: true, force: true });
  }
}

/** Inputs of the build outside `web`. The dashboard imports only types from the rest, which do not reach the bundle. */
const SETTINGS = ['package-lock.json', 'tsconfig.json', 'vite.config.ts'];

/** What is built: the folder in the built dashboard, and the folders and files of `web` that it is built from. */
const DASHBOARD = { folder: '', sources: ['src', 'public', 'index.html'] };
const PUBLIC_PAGES = { folder: WATCH_FOLDER, sources: ['watch'] };

function readIfThere(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function hashSources(rootDirectory: string, sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of SETTINGS) hash.update(readFileSync(join(rootDirectory, file)));
  const files = sources.flatMap((source) => filesOf(join(rootDirectory, 'web', source))).toSorted();
  for (const file of files) hash.update(file.slice(rootDirectory.length)).update(readFileSync(file));
  return hash.digest('hex');
}

function filesOf(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(test|fixture)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
