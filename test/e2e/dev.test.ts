import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../infra/local/host/programs.ts';
import { descendantsOf, findFreePorts, findFreeTcpPort, startProduct, type Product } from '../support/product.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { waitFor } from '../support/wait-for.ts';

/** `npm run dev` in a copy of the project, whose files the tests edit. */

const CLIP = { width: 640, height: 360, framesPerSecond: 30, seconds: 10, videoBitrate: '800k', bFrames: 0 };

const directory = mkdtempSync(join(tmpdir(), 'sluice-dev-'));
const project = join(directory, 'project');
let product: Product;
let page: string;
let stopSending: () => Promise<void>;

beforeAll(async () => {
  copyProject();
  const ports = await findFreePorts();
  const devPort = await findFreeTcpPort();
  page = `http://127.0.0.1:${devPort}`;
  const dev = { entry: 'infra/local/dev/dev.ts', cwd: project };
  product = await startProduct(ports, join(directory, 'data'), { DEV_PORT: String(devPort) }, dev);
  const ffmpeg = await findFfmpeg({ environment: process.env, cacheDirectory: directory });
  if (!ffmpeg.found) throw new Error(`${ffmpeg.reason}; ${ffmpeg.remedy}`);
  const clipFile = join(directory, 'source.ts');
  await makeClip(ffmpeg.path, clipFile, CLIP);
  stopSending = sendSrt(ffmpeg.path, clipFile, ports.srt);
  await waitFor('the encoder', async () => (await source()).state === 'connected');
});

afterAll(async () => {
  await stopSending?.();
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function copyProject(): void {
  const root = join(import.meta.dirname, '..', '..');
  const which = ['--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', ['ls-files', '-z', ...which], { cwd: root, encoding: 'utf8' });
  for (const file of listed.split('\0').filter((each) => each !== '' && existsSync(join(root, each)))) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    cpSync(join(root, file), join(project, file));
  }
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
}

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(join(project, file), change(readFileSync(join(project, file), 'utf8')));
}

const source = async () => (await product.call('GET', '/api/mediaconnect/flow/status')).body.source;

async function platformNames(): Promise<string[]> {
  const { status, body } = await product.call('GET', '/api/presets');
  expect(status).toBe(200);
  return body.platforms.map(({ name }: { name: string }) => name);
}

function enginePids(): number[] {
  const below = descendantsOf(product.process.pid!);
  return below.filter(({ command }) => command.includes('engine-process.ts')).map(({ pid }) => pid);
}

describe('npm run dev', () => {
  it('serves the page from its sources, and the API at the same origin', async () => {
    expect(await (await fetch(page)).text()).toContain('/@vite/client');
    expect((await fetch(`${page}/api/health`)).status).toBe(200);
    expect(product.output()).toContain(page);
  });

  it('answers with edited code, while the media engine and its encoder stay', async () => {
    const before = { engine: enginePids(), since: (await source()).since };
    expect(before.engine).toHaveLength(1);
    edit('presets/platforms/youtube.json', (text) => text.replace('"name": "YouTube"', '"name": "Edited"'));
    await waitFor('the edited preset', async () => (await platformNames()).includes('Edited'));
    edit('functions/api/routes/presets.ts', (text) => `${text}\nthrow new Error('this edit fails as it loads');\n`);
    await waitFor('the report', () => product.output().includes('this edit fails as it loads'));
    expect(enginePids()).toEqual(before.engine);
    const after = await source();
    expect(after.state).toBe('connected');
    // The new API takes the beginning from the metrics, which have whole seconds. A new connection would be later.
    expect(Date.parse(after.since)).toBeLessThanOrEqual(Date.parse(before.since));
  });

  it('keeps the old code and says why when an edit does not load, and takes its repair', async () => {
    const file = 'functions/api/routes/presets.ts';
    const whole = readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8');
    edit(file, () => `${whole}\nconst broken: = 1;\n`);
    await waitFor('the report', () => product.output().includes('const broken: = 1;'));
    expect(await platformNames()).toContain('Edited');
    edit(file, () => whole);
    edit('presets/platforms/youtube.json', (text) => text.replace('"name": "Edited"', '"name": "Repaired"'));
    await waitFor('the repair', async () => (await platformNames()).includes('Repaired'));
  });

  it('says that a change of the local AWS needs a restart', async () => {
    edit('infra/local/provision.ts', (text) => `${text}\n`);
    await waitFor('the hint', () =>
      product.output().includes('infra/local/provision.ts has changed: restart to use it'),
    );
  });
});
