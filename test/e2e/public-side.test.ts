import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  descendantsOf,
  findFreePorts,
  findFreeTcpPort,
  isAlive,
  startProduct,
  TEST_SRT_PASSPHRASE,
  TEST_TOKEN,
  type Product,
} from '../support/product.ts';
import { findTestFfmpeg } from '../support/test-media.ts';
import { waitFor } from '../support/wait-for.ts';

/** The public side as a process of its own: nothing that happens to it concerns the control plane. */

const LONG = { limitMs: 90_000 };
let directory: string;
let port: number;
let product: Product;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-public-'));
  port = await findFreeTcpPort();
});
afterEach(async () => {
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const environment = { SLUICE_AUDIENCE: 'on', SLUICE_AUDIENCE_PORT: String(port) };
  product = await startProduct(await findFreePorts(), join(directory, 'data'), environment);
}

const read = async (origin: string, path: string) => {
  const response = await fetch(origin + path, { redirect: 'manual' });
  return { status: response.status, text: await response.text() };
};
const pages = () => `http://127.0.0.1:${port}`;
const audienceProcess = () =>
  descendantsOf(product.process.pid!).find(({ command }) => command.includes('audience-process'))?.pid;
const pagesCheck = async () => {
  const { status, body } = await product.call('GET', '/api/health');
  return { status, check: body.checks.find(({ name }: { name: string }) => name === 'public pages') };
};
const isServed = async () => (await pagesCheck()).check.ok;

describe.skipIf(!findTestFfmpeg())('the public side', { timeout: 240_000 }, () => {
  it('has its own port, process and priority, and gets no secret of the control plane', async () => {
    await start();
    expect((await read(pages(), '/watch')).status).toBe(200);
    expect((await read(pages(), '/api/health')).status).toBe(404);
    expect((await read(pages(), '/')).status).toBe(404);
    for (const path of ['/watch', '/embed/x', '/oembed', '/audience/v1/shows']) {
      const { status, text } = await read(product.origin, path);
      expect([status, JSON.parse(text).detail], path).toEqual([404, `the public pages are at ${pages()}`]);
    }
    expect(await pagesCheck()).toMatchObject({ status: 200, check: { ok: true } });
    const folder = `/proc/${audienceProcess()}`;
    // Fields 3 and on follow the name in parentheses; the nice value is the 19th of all.
    const fields = readFileSync(`${folder}/stat`, 'utf8').split(') ')[1]!.split(' ');
    expect(fields[19 - 3]).toBe('19');
    // A kernel without such groups has no such file.
    const group = `${folder}/autogroup`;
    expect(existsSync(group) ? readFileSync(group, 'utf8') : 'nice 19').toMatch(/nice 19$/m);
    const told = readFileSync(`${folder}/environ`, 'utf8') + readFileSync(`${folder}/cmdline`, 'utf8');
    for (const secret of [TEST_TOKEN, TEST_SRT_PASSPHRASE, 'AKIA']) expect(told).not.toContain(secret);
  });

  it('reports its load to the control plane', async () => {
    await start();
    const pagesRead = async () => (await read(pages(), '/watch')).status;
    const load = async () => (await product.call('GET', '/api/public-pages')).body.load;
    const told = await waitFor(
      'the load',
      async () => {
        expect(await pagesRead()).toBe(200);
        const now = await load();
        return now?.requestsPerSecond > 0 ? now : null;
      },
      LONG,
    );
    expect(told).toMatchObject({ viewers: 0, refusedPerSecond: 0 });
    expect(told.sentBps).toBeGreaterThan(0);
    expect(told.memoryBytes).toBeGreaterThan(10e6);
  });

  it('returns by itself after a crash, which the control plane only reports', async () => {
    await start();
    const first = audienceProcess()!;
    process.kill(first, 'SIGKILL');
    await waitFor('the report', () => /public pages are not served.*SIGKILL/.test(product.output()), LONG);
    expect((await product.call('GET', '/api/destinations')).status).toBe(200);
    await waitFor('the pages', isServed, LONG);
    expect((await read(pages(), '/watch')).status).toBe(200);
    expect(audienceProcess()).not.toBe(first);
  });

  it('waits for a port that is taken, while the rest runs', async () => {
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    await start();
    const { check, status } = await pagesCheck();
    expect(status).toBe(503);
    expect(check).toMatchObject({ ok: false, detail: expect.stringContaining(`TCP port ${port} is in use`) });
    expect(product.output()).toContain('SLUICE_AUDIENCE_PORT');
    expect((await product.call('GET', '/api/destinations')).status).toBe(200);
    other.close();
    await waitFor('the pages', isServed, LONG);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('ends with the product on %s', async (signal) => {
    await start();
    const pid = audienceProcess()!;
    await product.stop(signal);
    await waitFor('its end', () => !isAlive(pid), LONG);
  });
});
