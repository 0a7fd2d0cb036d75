import { join, relative } from 'node:path';
import { createServer, type ViteDevServer } from 'vite';
import type { Embedded } from '../embedded.ts';
import type { ProductCode } from '../product-code.ts';
import { trackImports } from './module-versions.ts';

/**
 * `npm run dev`: the product with its page from Vite's development server, so that an edit of `web/` shows at once. An
 * edit of `functions/` or `presets/` replaces the code that runs: the media engine, the local AWS and the encoder's
 * connection stay. `--demo` adds what `npm run demo` adds.
 */

const ROOT = join(import.meta.dirname, '..', '..', '..');
const inRoot = (...parts: string[]) => join(ROOT, ...parts);
const CODE = inRoot('infra', 'local', 'product-code.ts');
const RELOADED = [inRoot('functions'), inRoot('presets')];
const NEEDS_RESTART = [inRoot('infra', 'local'), inRoot('statemachines')];
/** An editor that saves all its files, or a git checkout, is one edit. */
const QUIET_MS = 100;

const versions = trackImports({ entry: CODE, folders: RELOADED });
const { runProduct } = await import('../run-product.ts');
const { DEV_HOST, devOrigin, readDevPort } = await import('../host/dev-port.ts');

async function importCode(): Promise<ProductCode> {
  return (await import('../product-code.ts')).productCode;
}

/** Paths that the product serves itself. */
const PRODUCT_PATHS = ['/api', '/out', '/watch', '/embed', '/oembed', '/audience'];

function toProduct(target: string): Record<string, { target: string }> {
  // The API checks that a request comes from its own origin, so the Host header is kept as the browser sent it.
  return Object.fromEntries(PRODUCT_PATHS.map((path) => [path, { target }]));
}

async function servePage(embedded: Embedded): Promise<{ origin: string; close(): Promise<void> }> {
  const port = readDevPort(process.env);
  const server = await createServer({
    configFile: inRoot('vite.config.ts'),
    clearScreen: false,
    server: { host: DEV_HOST, port, strictPort: true, proxy: toProduct(embedded.origin) },
  });
  await server.listen();
  const stopWatching = watch(server.watcher, embedded);
  return {
    origin: devOrigin(port),
    async close() {
      stopWatching();
      await server.close();
    },
  };
}

/** Collects edits until none follows, and has them take effect. @returns stops that */
function watch(watcher: ViteDevServer['watcher'], embedded: Embedded): () => void {
  const edited = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let reloading = Promise.resolve();
  watcher.add([...RELOADED, ...NEEDS_RESTART]);
  watcher.on('all', (_event, file) => {
    if (NEEDS_RESTART.some((folder) => file.startsWith(folder)) && !file.endsWith('.test.ts')) {
      console.log(`${relative(ROOT, file)} has changed: restart to use it`);
    } else if (versions.isImported(file) && RELOADED.some((folder) => file.startsWith(folder))) {
      edited.add(file);
      clearTimeout(timer);
      timer = setTimeout(() => (reloading = reloading.then(reload)), QUIET_MS);
    }
  });

  async function reload(): Promise<void> {
    const files = [...edited];
    edited.clear();
    const startedAtMs = performance.now();
    const outside = versions.renew(files);
    try {
      embedded.useCode(await importCode());
      console.log(`API reloaded in ${Math.round(performance.now() - startedAtMs)} ms`);
      if (outside.length > 0) console.log(`  restart to use it in ${listNames(outside)} too`);
    } catch (error) {
      console.error(`the edited code does not load, so the old one continues:\n${describe(error)}`);
    }
  }
  return () => clearTimeout(timer);
}

function listNames(files: readonly string[]): string {
  const [first = '', ...others] = files.map((file) => relative(ROOT, file));
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

/** Node's own frames say nothing about the edit. */
function describe(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text.replaceAll(/^ +at .*\(?node:internal.*\n?/gm, '').trimEnd();
}

await runProduct({
  code: await importCode(),
  isDemo: process.argv.includes('--demo'),
  listPorts: () => [{ port: readDevPort(process.env), host: DEV_HOST, protocol: 'TCP', variable: 'DEV_PORT' }],
  follow: servePage,
});
