import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildCommand } from '../../infra/cli/build.ts';
import { findFfmpeg } from '../../infra/local/host/programs.ts';
import { startRtmpReceiver, type RtmpReceiver } from '../../infra/local/rtmp-receiver/rtmp-receiver.ts';
import { findFreePorts, startProduct, TEST_TOKEN, type Product, type ProductPorts } from '../support/product.ts';
import { PROGRAM_CACHE } from '../support/program-cache.ts';
import { runProgram } from '../support/run-command.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { waitFor } from '../support/wait-for.ts';

/** Moves a destination from one Sluice to another with `sluice export` and `sluice import`, and puts it on air there. */

const directory = mkdtempSync(join(tmpdir(), 'sluice-move-'));
const command = join(directory, 'dist', 'sluice.js');
const KEY = 'key-that-moves-4711';
const SOURCE = { width: 640, height: 360, framesPerSecond: 30, seconds: 10, videoBitrate: '800k' };
let from: Product;
let to: Product;
let toPorts: ProductPorts;
let platform: RtmpReceiver;
let ffmpegPath: string;
let stopSending = async () => {};

const sluice = (product: Product, args: string[], input = '') =>
  runProgram(directory, [command, ...args], {
    input,
    environment: {
      XDG_CONFIG_HOME: join(directory, 'config'),
      SLUICE_SERVER: product.origin,
      SLUICE_TOKEN: TEST_TOKEN,
      SLUICE_PASSPHRASE: 'passphrase of the move',
    },
  });

const read = (file: string) => {
  const { exportedAt: _at, keys, ...document } = JSON.parse(readFileSync(join(directory, file), 'utf8'));
  expect(keys).toContain('BEGIN AGE');
  return document;
};

beforeAll(async () => {
  const ffmpeg = await findFfmpeg({ environment: process.env, cacheDirectory: PROGRAM_CACHE });
  if (!ffmpeg.found) throw new Error(`${ffmpeg.reason}; ${ffmpeg.remedy}`);
  ffmpegPath = ffmpeg.path;
  await makeClip(ffmpegPath, join(directory, 'source.ts'), SOURCE);
  await buildCommand(command);
  const acceptKey = (_app: string, given: string) => (given === KEY ? 'accept' : 'reject_bad_name');
  platform = await startRtmpReceiver({ port: 0, acceptKey });
  toPorts = await findFreePorts();
  from = await startProduct(await findFreePorts(), join(directory, 'from'));
  to = await startProduct(toPorts, join(directory, 'to'));
});

afterAll(async () => {
  await stopSending();
  await from?.stop();
  await to?.stop();
  await platform?.close();
  rmSync(directory, { recursive: true, force: true });
});

it('a destination moves with its key and its reference, and goes on air at the other Sluice', async () => {
  const wanted = { name: 'Moved', platform: 'custom', preset: 'source', rtmpUrl: `${platform.baseUrl}/live` };
  const path = '/api/destinations/by-reference/sunday';
  expect((await from.call('PUT', path, { ...wanted, streamKey: KEY, group: 'Church' })).status).toBe(201);
  await from.call('PUT', '/api/no-source-limit', { minutes: 7, action: 'stop' });
  expect((await sluice(from, ['export', '--keys', '--output', 'from.json'])).code).toBe(0);
  expect(readFileSync(join(directory, 'from.json'), 'utf8')).not.toContain(KEY);

  expect((await to.call('GET', '/api/destinations?name=Moved')).body.data).toEqual([]);
  const made = await sluice(to, ['import', 'from.json']);
  expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^destination:Moved\tnew\tcreated\t/m)]);
  expect((await sluice(to, ['export', '--keys', '--output', 'to.json'])).code).toBe(0);
  expect(read('to.json')).toEqual(read('from.json'));
  const again = await sluice(to, ['import', 'from.json', '--json']);
  const outcomes = JSON.parse(again.stdout).items.map(({ outcome }: { outcome: string }) => outcome);
  expect(new Set(outcomes)).toEqual(new Set(['skipped']));

  stopSending = sendSrt(ffmpegPath, join(directory, 'source.ts'), toPorts.srt);
  await waitFor('the source', async () => {
    const { body } = await to.call('GET', '/api/mediaconnect/flow/status');
    return body.source.state === 'connected';
  });
  const started = await sluice(to, ['destinations', 'start', 'Moved', '--wait', '--timeout', '60']);
  expect(started, started.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('status\trunning') });
  // The receiver refuses every other key.
  await waitFor('the platform to receive', () => platform.sessions.some(({ publishedAtMs }) => publishedAtMs !== null));
  expect((await to.call('PUT', path, { ...wanted, group: 'Church' })).status).toBe(200);
  expect((await sluice(to, ['destinations', 'stop', 'Moved', '--wait'])).code).toBe(0);
});

it('a start or restart with --wait ends with 1 when the platform refuses the stream key', async () => {
  const wrong = { name: 'Wrong', platform: 'custom', preset: 'source', rtmpUrl: `${platform.baseUrl}/live` };
  await to.call('POST', '/api/destinations', { ...wrong, streamKey: 'key-that-the-receiver-does-not-know' });
  for (const action of ['start', 'restart']) {
    const ended = await sluice(to, ['destinations', action, 'Wrong', '--wait', '--timeout', '60']);
    expect([ended.code, ended.stdout]).toEqual([1, expect.stringContaining('status\trunning\non air\tno')]);
    expect(ended.stderr).toMatch(
      /\nsluice: Wrong is running and does not deliver: the server refused the stream key .+\n$/,
    );
  }
  expect((await sluice(to, ['destinations', 'stop', 'Wrong', '--wait'])).code).toBe(0);
});
