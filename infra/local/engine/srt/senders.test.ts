import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findGStreamer } from '../../../../test/support/gstreamer.ts';
import { findInstalledProgram } from '../../../../test/support/installed-programs.ts';
import { makeClip } from '../../../../test/support/srt-sender.ts';
import { findTestFfmpeg } from '../../../../test/support/test-media.ts';
import { waitFor } from '../../../../test/support/wait-for.ts';
import { systemClock } from '../../host/clock.ts';
import type { SrtReceiver } from '../contract.ts';
import { createSrtSenders, type SrtSenders } from './senders.ts';

/**
 * Sends a clip to receivers that others wrote: ffmpeg with libsrt, and srt-live-transmit of the SRT project where it is
 * installed (Debian's package srt-tools, or the path in SRT_LIVE_TRANSMIT), and GStreamer.
 */

const FLOW = 'flow';
/** Without a character that needs an escape: srt-live-transmit has none. */
const PASSPHRASE = 'canary-passphrase-1';
/** Long, because a busy machine reads late, and a receiver drops what is late. */
const LATENCY_MS = 3_000;
const directory = mkdtempSync(join(tmpdir(), 'sluice-srt-'));
const receivers = new Set<ChildProcess>();
const ffmpeg = findTestFfmpeg();
const ffmpegPath = ffmpeg ?? '';
let clip: Buffer;
let senders: SrtSenders;

const gstLaunch = findGStreamer();
const liveTransmit = process.env['SRT_LIVE_TRANSMIT'] ?? findInstalledProgram('srt-live-transmit');

beforeAll(async () => {
  if (ffmpeg === null) return;
  const file = join(directory, 'clip.ts');
  await makeClip(ffmpegPath, file, { width: 320, height: 180, framesPerSecond: 30, seconds: 4, videoBitrate: '1M' });
  clip = readFileSync(file);
});

afterEach(async () => {
  await senders?.close();
  for (const receiver of receivers) receiver.kill('SIGKILL');
  receivers.clear();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function open(): SrtSenders {
  senders = createSrtSenders({ clock: systemClock, loopbackAllowed: true, onChange() {} });
  return senders;
}

const target = (port: number, more: Partial<SrtReceiver> = {}): SrtReceiver => ({
  ...{ outputArn: `to ${port}`, address: '127.0.0.1', port, latencyMs: LATENCY_MS },
  ...more,
});

const reportOf = (port: number) => senders.report().find(({ outputArn }) => outputArn === `to ${port}`);

const isConnected = (port: number) => () => reportOf(port)?.state === 'connected';

/** Sends the clip at about eight times its pace, a chunk of a pipe at a time. */
async function sendClip(): Promise<void> {
  const feed = senders.feedOf(FLOW);
  for (let offset = 0; offset < clip.length; offset += 8_000) {
    feed.push(clip.subarray(offset, offset + 8_000));
    await delay(8);
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** Starts an ffmpeg that listens and copies what it receives unread. */
function receive(port: number, passphrase?: string): { file: string; process: ChildProcess; ended: Promise<unknown> } {
  const file = join(directory, `received-${port}.ts`);
  const secret = passphrase === undefined ? '' : `&passphrase=${encodeURIComponent(passphrase)}`;
  const process = spawn(
    ffmpegPath,
    [
      ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-f', 'data'],
      ...['-i', `srt://127.0.0.1:${port}?mode=listener&latency=${LATENCY_MS * 1000}&transtype=live${secret}`],
      ...['-map', '0', '-c', 'copy', '-f', 'data', '-flush_packets', '1', '-y', file],
    ],
    { stdio: 'ignore' },
  );
  receivers.add(process);
  return { file, process, ended: once(process, 'exit') };
}

const sizeOf = (file: string) => (existsSync(file) ? statSync(file).size : 0);

/** The bytes that whole payloads carry. */
const wholePayloads = () => clip.subarray(0, clip.length - (clip.length % 1316));

describe.skipIf(ffmpeg === null)('an SRT sender', () => {
  it.each([
    ['in the clear', undefined],
    ['encrypted', PASSPHRASE],
  ])('delivers every byte to ffmpeg, %s', async (_how, passphrase) => {
    const port = await freePort();
    const { file, ended } = receive(port, passphrase);
    open().set(FLOW, [target(port, { streamId: 'publish:täst', ...(passphrase ? { passphrase } : {}) })]);
    await waitFor('the connection', isConnected(port));
    await sendClip();
    await waitFor('the acknowledgements', () => reportOf(port)?.bytesDelivered === wholePayloads().length);
    await waitFor('the file', () => sizeOf(file) >= wholePayloads().length);
    await senders.close();
    await ended;
    expect(readFileSync(file).equals(wholePayloads())).toBe(true);
  });

  it.skipIf(liveTransmit === null)('delivers every byte to srt-live-transmit, encrypted', async () => {
    const port = await freePort();
    const uri = `srt://127.0.0.1:${port}?mode=listener&latency=${LATENCY_MS}&passphrase=${encodeURIComponent(PASSPHRASE)}`;
    const process = spawn(liveTransmit!, ['-a:no', '-q', uri, 'file://con'], { stdio: ['ignore', 'pipe', 'ignore'] });
    receivers.add(process);
    const received: Buffer[] = [];
    process.stdout.on('data', (chunk: Buffer) => received.push(chunk));
    open().set(FLOW, [target(port, { passphrase: PASSPHRASE })]);
    await waitFor('the connection', isConnected(port));
    await sendClip();
    await waitFor('the acknowledgements', () => reportOf(port)?.bytesDelivered === wholePayloads().length);
    // It prints when its buffer is full, so the last bytes come with its end, which discards what it still delays.
    await delay(2 * LATENCY_MS);
    const exit = once(process, 'exit');
    await senders.close();
    await exit;
    expect(Buffer.concat(received).equals(wholePayloads())).toBe(true);
  });

  it.skipIf(gstLaunch === null)('delivers every byte to GStreamer, encrypted', async () => {
    const port = await freePort();
    const file = join(directory, `received-${port}.ts`);
    const address = `srt://127.0.0.1:${port}?mode=listener&latency=${LATENCY_MS}&passphrase=${PASSPHRASE}&pbkeylen=16`;
    const receiving = ['-q', 'srtsrc', `uri=${address}`, '!', 'filesink', 'buffer-mode=unbuffered', `location=${file}`];
    receivers.add(spawn(gstLaunch!, receiving, { stdio: 'ignore' }));
    open().set(FLOW, [target(port, { passphrase: PASSPHRASE })]);
    await waitFor('the connection', isConnected(port));
    await sendClip();
    await waitFor('the acknowledgements', () => reportOf(port)?.bytesDelivered === wholePayloads().length);
    await waitFor('the file', () => sizeOf(file) >= wholePayloads().length);
    expect(readFileSync(file).equals(wholePayloads())).toBe(true);
  });

  it('repairs a line that loses one packet in ten', async () => {
    const port = await freePort();
    const linePort = await openLossyLine(port);
    const { file, ended } = receive(port, PASSPHRASE);
    open().set(FLOW, [target(linePort, { passphrase: PASSPHRASE })]);
    await waitFor('the connection', isConnected(linePort));
    await sendClip();
    await waitFor('the acknowledgements', () => reportOf(linePort)?.bytesDelivered === wholePayloads().length);
    expect(reportOf(linePort)!.packetsResent).toBeGreaterThan(10);
    expect(reportOf(linePort)!.packetsDropped).toBe(0);
    await waitFor('the file', () => sizeOf(file) >= wholePayloads().length);
    await senders.close();
    await ended;
    expect(readFileSync(file).equals(wholePayloads())).toBe(true);
  });

  it('names a wrong, a missing and an unexpected passphrase', async () => {
    const [locked, open1] = [await freePort(), await freePort()];
    receive(locked, PASSPHRASE);
    receive(open1);
    open().set(FLOW, [target(locked, { passphrase: 'another passphrase' })]);
    await waitFor('the refusal', () => reportOf(locked)?.problem?.detail === 'the receiver has another passphrase');
    expect(reportOf(locked)).toMatchObject({ state: 'rejected', problem: { code: 'passphrase_rejected' } });
    senders.set(FLOW, [target(locked)]);
    await waitFor('the refusal', () => reportOf(locked)?.problem?.detail === 'the receiver expects a passphrase');
    senders.set(FLOW, [target(open1, { passphrase: PASSPHRASE })]);
    await waitFor('the refusal', () => reportOf(open1)?.problem?.detail === 'the receiver has no passphrase');
    expect(JSON.stringify(senders.report())).not.toContain(PASSPHRASE);
  });

  it('calls again when the receiver dies, without an effect on another receiver', async () => {
    const [mortal, other] = [await freePort(), await freePort()];
    const first = receive(mortal);
    receive(other);
    open().set(FLOW, [target(mortal), target(other)]);
    await waitFor('both connections', () => isConnected(mortal)() && isConnected(other)());
    const feed = senders.feedOf(FLOW);
    const sending = setInterval(() => feed.push(clip.subarray(0, 188 * 70)), 20);
    onTestFinished(() => clearInterval(sending));
    first.process.kill('SIGKILL');
    await first.ended;
    await waitFor('the loss', () => reportOf(mortal)?.state === 'reconnecting');
    receive(mortal);
    await waitFor('the second connection', isConnected(mortal));
    expect(reportOf(mortal)).toMatchObject({ disconnections: 1 });
    expect(reportOf(other)).toMatchObject({ state: 'connected', disconnections: 0 });
  });

  it('says when nothing listens, and never calls an address of a private network', async () => {
    const port = await freePort();
    open().set(FLOW, [target(port), target(9, { address: '10.0.0.1' })]);
    await waitFor('the refusal', () => reportOf(port)?.problem?.code === 'connection_refused');
    expect(reportOf(9)).toMatchObject({ state: 'rejected', problem: { code: 'host_not_public' } });
  });

  it('ends the connection, so that the receiver ends at once', async () => {
    const port = await freePort();
    const { ended } = receive(port);
    open().set(FLOW, [target(port)]);
    await waitFor('the connection', isConnected(port));
    senders.set(FLOW, []);
    await ended;
    expect(senders.report()).toEqual([]);
  });

  it('keeps the connections of receivers that stay', async () => {
    const [stays, goes] = [await freePort(), await freePort()];
    receive(stays);
    receive(goes);
    open().set(FLOW, [target(stays), target(goes)]);
    await waitFor('both connections', () => isConnected(stays)() && isConnected(goes)());
    const { sinceMs } = reportOf(stays)!;
    senders.set(FLOW, [target(stays)]);
    expect(reportOf(stays)).toMatchObject({ state: 'connected', sinceMs });
    expect(reportOf(goes)).toBeUndefined();
  });
});

/** Forwards datagrams to a receiver and back, and loses every tenth of those with media. */
async function openLossyLine(receiverPort: number): Promise<number> {
  const [near, far] = [createSocket('udp4'), createSocket('udp4')];
  onTestFinished(() => {
    near.close();
    far.close();
  });
  let caller = 0;
  let count = 0;
  near.on('message', (packet, { port }) => {
    caller = port;
    const isMedia = (packet[0]! & 0x80) === 0;
    if (isMedia && ++count % 10 === 0) return;
    far.send(packet, receiverPort, '127.0.0.1');
  });
  far.on('message', (packet) => near.send(packet, caller, '127.0.0.1'));
  near.bind(0, '127.0.0.1');
  await once(near, 'listening');
  return near.address().port;
}
