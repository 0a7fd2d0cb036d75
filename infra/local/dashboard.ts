import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  await build({ configFile: join(rootDirectory, 'vite.config.ts'), logLevel: 'error' });
  writeFileSync(stampFile, hash);
  return outDirectory;
}

function hashSources(rootDirectory: string): string {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'vite.config.ts', 'functions/api/schemas.ts']) {
    hash.update(readFileSync(join(rootDirectory, file)));
  }
  const webDirectory = join(rootDirectory, 'web');
  const files = readdirSync(webDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(join(webDirectory, 'dist')))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of files) hash.update(file.slice(rootDirectory.length)).update(readFileSync(file));
  return hash.digest('hex');
}
