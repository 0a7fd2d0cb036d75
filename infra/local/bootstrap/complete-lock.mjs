/**
 * `npm run lock`: completes package-lock.json after a change of dependencies. If a registry lacks some of a package's
 * builds for other platforms, `npm install` omits them from the lock, and `npm ci` then refuses the whole lock. This
 * script derives the missing entries from their names (…-linux-arm64-musl) and adds the registry's checksum to every
 * entry, so that an installation on another platform is verified as it is here.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PLATFORM =
  /-(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x)(?:-(gnu|musl|gnueabihf|musleabihf|eabi|msvc))?$/;

/**
 * Finds optional packages that the lock references but does not list.
 * @returns {{ name: string, version: string, dev: boolean }[]}
 */
export function findMissingOptional(lock) {
  return Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !lookupPlaces(path, name).some((place) => lock.packages[place]))
      .map(([name, version]) => ({ name, version, dev: entry.dev === true })),
  );
}

/**
 * Finds packages without a checksum, which npm would install unverified. The checksum of a package covers those bundled
 * inside it.
 * @returns {{ path: string, name: string, version: string }[]}
 */
export function findUnverified(lock) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && !entry.link && !entry.inBundle && !entry.integrity)
    .map(([path, { version }]) => ({ path, name: path.slice(path.lastIndexOf('node_modules/') + 13), version }));
}

/** Lists the paths where Node searches for a package, from the package that needs it outwards. */
function lookupPlaces(path, name) {
  const places = [];
  for (let at = path; at; at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '') {
    places.push(`${at}/node_modules/${name}`);
  }
  return [...places, `node_modules/${name}`];
}

function toEntry({ name, version, dev }) {
  const [, os, cpu, abi = ''] = PLATFORM.exec(name) ?? [];
  if (!os || !/^\d/.test(version)) return null;
  const libc = os === 'linux' && /^(gnu|musl)/.test(abi) ? { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] } : {};
  return { version, cpu: [cpu], ...(dev ? { dev } : {}), optional: true, os: [os], ...libc };
}

function askIntegrity(name, version) {
  const answer = spawnSync('npm', ['view', `${name}@${version}`, 'dist.integrity'], { encoding: 'utf8' });
  return answer.status === 0 ? answer.stdout.trim() : '';
}

function main() {
  const file = fileURLToPath(new URL('../../../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = findMissingOptional(lock);
  for (const each of missing) {
    const entry = toEntry(each);
    if (entry) lock.packages[`node_modules/${each.name}`] = entry;
    else console.error(`skipped: the name of ${each.name} ${each.version} contains no platform`);
  }
  for (const { path, name, version } of findUnverified(lock)) {
    const integrity = askIntegrity(name, version);
    if (integrity) lock.packages[path].integrity = integrity;
    else console.error(`no checksum: this registry does not have ${name} ${version}`);
  }
  const { '': root, ...rest } = lock.packages;
  lock.packages = { '': root, ...Object.fromEntries(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1))) };
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${missing.length} optional packages added to package-lock.json`);
  if (findUnverified(lock).length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
