import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

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
  // Built beside and swapped in, so that a page that is open never meets half a build.
  const building = join(rootDirectory, 'web', '.building');
  await build({
    configFile: join(rootDirectory, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: building, emptyOutDir: true },
  });
  writeFileSync(join(building, '.sources'), hash);
  rmSync(outDirectory, { recursive: true, force: true });
  renameSync(building, outDirectory);
  return outDirectory;
}

function hashSources(rootDirectory: string): string {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'vite.config.ts', 'functions/api/schemas.ts']) {
    hash.update(readFileSync(join(rootDirectory, file)));
  }
  const webDirectory = join(rootDirectory, 'web');
  const files = readdirSync(webDirectory, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && !/^(dist|\.building|node_modules)/.test(relative(webDirectory, entry.parentPath)),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of files) hash.update(file.slice(rootDirectory.length)).update(readFileSync(file));
  return hash.digest('hex');
}
