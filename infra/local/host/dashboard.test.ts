import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildDashboard, DashboardBuildError } from './dashboard.ts';

/** A one-line dashboard, built by the real bundler. */
let root: string;
let said: string[];
const log = (message: string) => said.push(message);
const read = (...path: string[]) => readFileSync(join(root, 'web', ...path), 'utf8');
const write = (path: string, text: string) => writeFileSync(join(root, path), text);
const build = (hasPublicPages = false) => buildDashboard(root, log, { hasPublicPages });
/** Reads the script of the currently served page. */
const script = () =>
  read(
    'dist',
    'assets',
    readdirSync(join(root, 'web/dist/assets')).find((name) => name.endsWith('.js'))!,
  );

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-dashboard-'));
  said = [];
  for (const folder of ['web/src', 'web/watch', 'web/public']) mkdirSync(join(root, folder), { recursive: true });
  write('package-lock.json', '{}');
  write('tsconfig.json', '{}');
  write('vite.config.ts', `export default { root: ${JSON.stringify(join(root, 'web'))} };`);
  write('web/index.html', '<!doctype html><script type="module" src="./src/page.ts"></script>');
  write('web/src/page.ts', `document.title = 'first';`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('buildDashboard', () => {
  it('builds only when the sources have changed', async () => {
    expect(await build()).toBe(join(root, 'web', 'dist'));
    expect(script()).toContain('first');
    write('web/src/page.test.ts', 'not part of it');
    await build();
    expect(said).toHaveLength(1);
    write('web/src/page.ts', `document.title = 'second';`);
    await build();
    expect(script()).toContain('second');
    expect(said).toHaveLength(2);
  });

  it('names the faulty file, keeps the previous page and tries again at the next start', async () => {
    await build();
    write('web/src/page.ts', `import './missing.ts';`);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const failure = await build().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(DashboardBuildError);
      const { message } = failure as Error;
      expect(message).toMatch(/^the dashboard cannot be built: [^]*missing\.ts[^]*page\.ts[^]*\n {2}remedy: /);
      expect(message).toBe(stripVTControlCharacters(message));
      expect(message).not.toMatch(/\n +at /);
    }
    expect(script()).toContain('first');
    expect(readdirSync(join(root, 'web/.building'))).toEqual([]);
  });

  it('leaves no partial page when the build process is killed', async () => {
    write('vite.config.ts', `process.stderr.write('last words'); process.kill(process.pid, 'SIGKILL');`);
    await expect(build()).rejects.toThrow(/ended by SIGKILL.*memory[^]*last words/);
    expect(existsSync(join(root, 'web/dist'))).toBe(false);
  });

  it('builds the public pages only when they are wanted, and keeps them from then on', async () => {
    write('web/watch/main.ts', '');
    await build();
    expect(existsSync(join(root, 'web/dist/watch'))).toBe(false);
    write('web/watch/main.ts', 'changed');
    await build();
    expect(said).toHaveLength(1);
    await build(true);
    expect(readdirSync(join(root, 'web/dist/watch'))).toContain('index.html');
    await build(true);
    await build();
    expect(said).toHaveLength(2);
    write('web/src/page.ts', `document.title = 'second';`);
    await build();
    expect(existsSync(join(root, 'web/dist/watch'))).toBe(true);
    expect(said).toHaveLength(3);
  });

  it('ends with the public pages when one of two builds at once has them', async () => {
    await Promise.all([build(true), build()]);
    expect(existsSync(join(root, 'web/dist/watch'))).toBe(true);
  });

  it('tolerates a concurrent build and removes the folder of a killed one', async () => {
    const abandoned = join(root, 'web/.building/build-abandoned');
    mkdirSync(abandoned, { recursive: true });
    utimesSync(abandoned, 0, 0);
    await Promise.all([build(), build()]);
    expect(script()).toContain('first');
    expect(readdirSync(join(root, 'web/.building'))).toEqual([]);
  });

  it('stops the build process when its parent is killed', async () => {
    // A build that never finishes, and writes down its process id.
    const pidFile = join(root, 'pid');
    write(
      'vite.config.ts',
      `import { writeFileSync } from 'node:fs';
       export default async () => {
         writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
         await new Promise((resolve) => setInterval(resolve, 2 ** 30));
       };`,
    );
    const module = JSON.stringify(pathToFileURL(join(import.meta.dirname, 'dashboard.ts')).href);
    const code = `const { buildDashboard } = await import(${module}); await buildDashboard(${JSON.stringify(root)}, () => {}, { hasPublicPages: false });`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'ignore' });
    await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(pid).not.toBe(parent.pid);
    parent.kill('SIGKILL');
    await until(() => !isRunning(pid));
  });
});

/** Waits for a condition; the test runner's timeout ends a wait in vain. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
