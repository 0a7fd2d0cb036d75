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

/** The dashboard cannot be built. The message is ready for the terminal. */
export class DashboardBuildError extends Error {
  override readonly name = 'DashboardBuildError';

  constructor(reason: string) {
    super(
      `the dashboard cannot be built: ${reason}\n  remedy: put right what is named there; when it names no file of web/, remove node_modules and start again`,
    );
  }
}

/**
 * Builds the dashboard when its sources are newer than what was built last, told by a hash of the sources rather than
 * by times, which a clone or an archive does not keep.
 * @returns the directory to serve
 * @throws {DashboardBuildError} what was built last is still in place
 */
export async function buildDashboard(rootDirectory: string, log: (message: string) => void): Promise<string> {
  const outDirectory = join(rootDirectory, 'web', 'dist');
  const stampFile = join(outDirectory, '.sources');
  const hash = hashSources(rootDirectory);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return outDirectory;
  log('building the dashboard (first start or changed sources) …');
  // Built beside and swapped in, so that a page that is open never meets half a build; each build in a folder of its
  // own, because two may be under way at once.
  const workshop = join(rootDirectory, 'web', '.building');
  mkdirSync(workshop, { recursive: true });
  removeAbandoned(workshop);
  const folder = mkdtempSync(join(workshop, 'build-'));
  try {
    const built = join(folder, 'new');
    await runBuild(rootDirectory, built);
    writeFileSync(join(built, '.sources'), hash);
    swapIn(built, outDirectory, join(folder, 'replaced'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return outDirectory;
}

const BUILD_PROCESS = join(import.meta.dirname, 'dashboard-build.ts');

/** The bundler takes close to a gigabyte and never gives it back, so that it works in a process that ends. */
function runBuild(rootDirectory: string, outDirectory: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(BUILD_PROCESS, [rootDirectory, outDirectory], {
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

/** How much of what a failed build said is shown: its last words. */
const SAID_CHARACTERS = 2_000;

function endedBecause(code: number | null, signal: NodeJS.Signals | null, said: string): string {
  const end = signal
    ? `its process was ended by ${signal}, as happens when memory (about 1 GB) is short`
    : `its process ended with code ${code}`;
  return said.trim() === '' ? end : `${end}\n${said.trim()}`;
}

function swapIn(built: string, outDirectory: string, replaced: string): void {
  try {
    renameSync(outDirectory, replaced);
  } catch (error) {
    // There was none, or another process is putting its own there this moment.
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  try {
    renameSync(built, outDirectory);
  } catch (error) {
    // Another process was quicker: what it has put there is as good as ours.
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** A build that was killed leaves its folder; no build takes this long. */
const ABANDONED_AFTER_MS = 60 * 60_000;

function removeAbandoned(workshop: string): void {
  for (const entry of readdirSync(workshop)) {
    const path = join(workshop, entry);
    const changedAtMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - changedAtMs > ABANDONED_AFTER_MS) rmSync(path, { recursive: true, force: true });
  }
}

/** What decides about a build besides `web`: of everything else the dashboard takes types only, which leave no trace. */
const SETTINGS = ['package-lock.json', 'tsconfig.json', 'vite.config.ts'];

/** Folders and files of `web` that end up in the build. */
const WEB_SOURCES = ['src', 'public', 'index.html'];

function hashSources(rootDirectory: string): string {
  const hash = createHash('sha256');
  for (const file of SETTINGS) hash.update(readFileSync(join(rootDirectory, file)));
  const files = WEB_SOURCES.flatMap((source) => filesOf(join(rootDirectory, 'web', source))).toSorted();
  for (const file of files) hash.update(file.slice(rootDirectory.length)).update(readFileSync(file));
  return hash.digest('hex');
}

function filesOf(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(test|fixture)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
