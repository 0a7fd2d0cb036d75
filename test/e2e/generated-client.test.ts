import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePorts, startProduct, TEST_TOKEN, type Product } from '../support/product.ts';

/**
 * What a stranger does with the OpenAPI document: reads it from the running product, generates a client with a program
 * that others wrote, and calls the product with it. Client and script are in a folder without any package, so they use
 * nothing of this repository.
 */

const SCRIPT = `
import { ApiError, changeDestination, configure, createDestination, deleteDestination, getDestination,
  listDestinations, startDestination, stopDestination } from './client.ts';

const [serverUrl, bearer] = process.argv.slice(2);
configure({ serverUrl, auth: { bearer } });

const headers = { Prefer: 'wait=25' };
const seen: Record<string, unknown> = {};

const created = await createDestination({
  body: { name: 'Generated', platform: 'custom', rtmpUrl: 'rtmp://127.0.0.1:19990/live', preset: 'source',
    streamKey: 'key-of-a-generated-client', standby: 'cold' },
});
const path = { destinationId: created.destinationId };
seen.created = [created.name, created.status];
seen.listed = (await listDestinations({ query: { platform: 'custom' } })).data.map(({ name }) => name);
seen.started = (await startDestination({ path, headers })).status;
seen.renamed = (await changeDestination({ path, body: { name: 'Renamed' } })).name;
seen.stopped = (await stopDestination({ path, headers })).status;
await deleteDestination({ path, headers });
try {
  await getDestination({ path });
} catch (error) {
  if (!(error instanceof ApiError)) throw error;
  seen.deleted = [error.status, (error.body as { code: string }).code];
}
console.log(JSON.stringify(seen));
`;

/** Must not compile: the name of a field is wrong. */
const MISTAKE = `
import { changeDestination } from './client.ts';
await changeDestination({ path: { destinationId: 'dst_x' }, body: { nam: 'x' } });
`;

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'sluice-generated-'));
const home = (name: string) => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
let product: Product;

beforeAll(async () => {
  product = await startProduct(await findFreePorts(), join(directory, 'data'));
  const { body } = await product.call('GET', '/api/openapi.json');
  writeFileSync(join(directory, 'openapi.json'), JSON.stringify(body));
  const choices = ['--output', 'client.ts', '--args-style', 'grouped', '--import-ext', 'ts'];
  await run(
    process.execPath,
    [join(home('@redocly/cli'), 'bin/cli.js'), 'generate-client', 'openapi.json', ...choices],
    {
      cwd: directory,
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    },
  );
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(join(directory, 'script.ts'), SCRIPT);
  writeFileSync(join(directory, 'mistake.ts'), MISTAKE);
});

afterAll(async () => {
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** @returns what the compiler found, empty without an error */
async function compile(file: string): Promise<string> {
  const options = [
    '--strict',
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--lib',
    'es2024,dom,dom.iterable',
  ];
  const node = ['--allowImportingTsExtensions', '--types', 'node', '--typeRoots', dirname(home('@types/node'))];
  try {
    await run(process.execPath, [join(home('typescript'), 'bin/tsc'), ...options, ...node, file], { cwd: directory });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe('a client that is generated from the OpenAPI document', () => {
  it('compiles strictly, and refuses a field that the API does not have', async () => {
    expect(await compile('script.ts')).toBe('');
    expect(await compile('mistake.ts')).toContain("'nam' does not exist");
  });

  it('creates, lists, starts, edits, stops and deletes a destination, and gets errors as problems', async () => {
    const { stdout } = await run(process.execPath, ['script.ts', product.origin, TEST_TOKEN], { cwd: directory });
    expect(JSON.parse(stdout)).toEqual({
      created: ['Generated', 'idle'],
      listed: ['Generated'],
      started: 'running',
      renamed: 'Renamed',
      stopped: 'idle',
      deleted: [404, 'not_found'],
    });
  });
});
