import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Builds the dashboard when its sources are newer than what was built last, told by a hash of the sources rather than
 * by times, which a clone or an archive does not keep.
 * @returns the directory to serve
 */
export async function buildDashboard(rootDirectory: string, log: (message: string) => void): Promise<string> {
  const outDirectory = join(rootDirectory, 'web', 'dist');
  const stampFile = join(outDirectory, '.sources');
  const hash = hashSources(rootDirectory);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return outDirectory;
  log('building the dashboard (first start or changed sources) …');
  const { build } = await import('vite');
  // Built beside and swapped in, so that a page that is open never meets half a build; each process in a folder of its
  // own, because two may be started at once.
  const building = join(rootDirectory, 'web', '.building', String(process.pid));
  await build({
    configFile: join(rootDirectory, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: building, emptyOutDir: true },
  });
  writeFileSync(join(building, '.sources'), hash);
  swapIn(building, outDirectory);
  return outDirectory;
}

function swapIn(building: string, outDirectory: string): void {
  const replaced = `${building}.replaced`;
  try {
    if (existsSync(outDirectory)) renameSync(outDirectory, replaced);
    renameSync(building, outDirectory);
  } catch (error) {
    // Another process was quicker: what it has put there is as good as ours.
    if (!existsSync(join(outDirectory, 'index.html'))) throw error;
    rmSync(building, { recursive: true, force: true });
  }
  rmSync(replaced, { recursive: true, force: true });
}

/** Folders and files of `web` that end up in the build. */
const WEB_SOURCES = ['src', 'public', 'index.html'];

function hashSources(rootDirectory: string): string {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'vite.config.ts', 'functions/api/schemas.ts']) {
    hash.update(readFileSync(join(rootDirectory, file)));
  }
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
