import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../infra/local/host/programs.ts';
import { findInstalledProgram } from '../support/installed-programs.ts';
import { findFreePorts, findFreeUdpPort, readAllFiles, startProduct, type Product } from '../support/product.ts';
import { PROGRAM_CACHE } from '../support/program-cache.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { waitFor } from '../support/wait-for.ts';

/**
 * An SRT destination with real media, from the encoder through the whole program to a receiver that listens: ffmpeg, and
 * srt-live-transmit where it is installed. The steps build on one another.
 */

const PASSPHRASE = 'canary-passphrase-4711';
const liveTransmit = findInstalledProgram('srt-live-transmit');
const directory = mkdtempSync(join(tmpdir(), 'sluice-srt-e2e-'));
const dataDirectory = join(directory, 'data');
let file: string;
let ffmpegPath: string;
let product: Product;
let port: number;
let id: string;
let receiver: ChildProcess;
let received = 0;
let stopSending = async () => {};

function receive(passphrase = PASSPHRASE): void {
  received += 1;
  file = join(directory, `received-${received}.ts`);
  const address = `srt://127.0.0.1:${port}?mode=listener&latency=1000000&passphrase=${passphrase}`;
  receiver = spawn(
    ffmpegPath,
    ['-hide_banner', '-nostdin', '-loglevel', 'error', '-i', address, '-map', '0', '-c', 'copy', '-y', file],
    { stdio: 'ignore' },
  );
}

/** Decodes two seconds of the file. @returns the exit code, and ffmpeg's complaints */
async function decode(): Promise<[number, string]> {
  const decoder = spawn(ffmpegPath, ['-v', 'error', '-xerror', '-i', file, '-t', '2', '-f', 'null', '-'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  decoder.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = await once(decoder, 'close');
  return [code, errors];
}

const get = async () => (await product.call('GET', `/api/destinations/${id}`)).body;
const healthIs = (code: string) => waitFor(code, async () => (await get()).health.code === code);
const statusIs = (status: string) =>
  waitFor(status, async () => {
    const record = await get();
    return record.status === status && record.operation === null ? record : null;
  });

beforeAll(async () => {
  const found = await findFfmpeg({ environment: process.env, cacheDirectory: PROGRAM_CACHE });
  if (!found.found) throw new Error(`${found.reason}; ${found.remedy}`);
  ffmpegPath = found.path;
  const clip = join(directory, 'source.ts');
  await makeClip(ffmpegPath, clip, {
    ...{ width: 320, height: 180, framesPerSecond: 30, seconds: 20 },
    ...{ videoBitrate: '800k', bFrames: 0 },
  });
  const ports = await findFreePorts();
  port = await findFreeUdpPort();
  product = await startProduct(ports, dataDirectory);
  stopSending = sendSrt(ffmpegPath, clip, ports.srt);
});

afterAll(async () => {
  receiver?.kill('SIGKILL');
  await stopSending();
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('an SRT destination', () => {
  it('starts, waits for its receiver, and delivers encrypted', async () => {
    const body = { name: 'Studio', platform: 'srt', rtmpUrl: `srt://127.0.0.1:${port}`, streamId: 'live' };
    const added = await product.call('POST', '/api/destinations', { ...body, passphrase: PASSPHRASE, latencyMs: 500 });
    expect(added.status, JSON.stringify(added.body)).toBe(201);
    id = added.body.destinationId;
    await product.call('POST', `/api/destinations/${id}/start`, {});
    const { operation } = await statusIs('running');
    expect(operation).toBeNull();
    await healthIs('connection_refused');
    receive();
    await healthIs('delivering');
    const record = await waitFor('the figures', async () => {
      const seen = await get();
      return seen.line?.roundTripMs !== null && seen.bitrateBps > 500_000 ? seen : null;
    });
    expect(record).toMatchObject({ kind: 'srt', onAir: true, mediaLiveChannelId: null });
  });

  it('calls again when the receiver is killed', async () => {
    receiver.kill('SIGKILL');
    await once(receiver, 'exit');
    await waitFor('the loss', async () => (await get()).health.code !== 'delivering');
    receive();
    await healthIs('delivering');
  });

  it.skipIf(liveTransmit === null)('delivers to srt-live-transmit, and ffmpeg decodes what arrives', async () => {
    receiver.kill('SIGKILL');
    await once(receiver, 'exit');
    const transmitted = join(directory, 'transmitted.ts');
    const address = `srt://127.0.0.1:${port}?mode=listener&latency=1000&passphrase=${PASSPHRASE}`;
    const output = openSync(transmitted, 'w');
    receiver = spawn(liveTransmit!, ['-a:no', '-q', address, 'file://con'], { stdio: ['ignore', output, 'ignore'] });
    closeSync(output);
    await healthIs('delivering');
    await waitFor('media', () => statSync(transmitted).size > 400_000);
    // It writes what arrives, which begins in the middle of a group of pictures. A copy begins at a keyframe.
    file = join(directory, 'from-keyframe.ts');
    const copy = ['-hide_banner', '-nostdin', '-loglevel', 'quiet', '-i', transmitted, '-map', '0', '-c', 'copy', file];
    await once(spawn(ffmpegPath, copy, { stdio: 'ignore' }), 'exit');
    expect(await decode()).toEqual([0, '']);
  });

  it('names a receiver with another passphrase, and delivers after an edit of it', async () => {
    receiver.kill('SIGKILL');
    await once(receiver, 'exit');
    receive('another-passphrase');
    await healthIs('passphrase_rejected');
    const body = { passphrase: 'another-passphrase' };
    const edited = await product.call('PATCH', `/api/destinations/${id}?apply=now`, body);
    expect(edited.status, JSON.stringify(edited.body)).toBe(200);
    await healthIs('delivering');
  });

  it('ends the receiver’s connection when it stops, with a recording that ffmpeg decodes', async () => {
    await waitFor('media', () => existsSync(file) && statSync(file).size > 200_000);
    const ended = once(receiver, 'exit');
    await product.call('POST', `/api/destinations/${id}/stop`, {});
    await statusIs('idle');
    await ended;
    expect(await decode()).toEqual([0, '']);
  });

  it('leaves its passphrase in no file, output or argument', async () => {
    expect(product.output()).not.toContain(PASSPHRASE);
    expect(readAllFiles(dataDirectory).some((bytes) => bytes.includes(PASSPHRASE))).toBe(false);
    const commands = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== receiver.pid)
      .map((name) => {
        try {
          return readFileSync(`/proc/${name}/cmdline`, 'latin1');
        } catch {
          return '';
        }
      });
    expect(commands.some((command) => command.includes(PASSPHRASE))).toBe(false);
  });
});
