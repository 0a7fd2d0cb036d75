import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createIngestProbe } from './create-ingest-probe.ts';

/** Tests receivers on this machine that answer with bytes written by hand. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const forever = new AbortController().signal;
const probe = (limitMs = 1_000, loopbackAllowed = true) =>
  createIngestProbe({ from: 'sender', loopbackAllowed, limitMs });

async function receive(answer: (packet: Buffer, from: RemoteInfo) => Buffer | null) {
  const socket = createSocket('udp4');
  const packets: Buffer[] = [];
  socket.on('message', (packet, from) => {
    packets.push(packet);
    const bytes = answer(packet, from);
    if (bytes) socket.send(bytes, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  cleanups.push(() => socket.close());
  return { port: (socket.address() as AddressInfo).port, packets };
}

/** The answer of libsrt to an induction, as seen on the wire: version 5, the magic number, a cookie. */
function answerInduction(packet: Buffer, type = 1): Buffer {
  const answer = Buffer.alloc(64);
  answer.writeUInt32BE(0x8000_0000, 0);
  packet.copy(answer, 12, 40, 44);
  answer.writeUInt32BE(5, 16);
  answer.writeUInt16BE(0x4a17, 22);
  answer.writeUInt32BE(type, 36);
  answer.writeUInt32BE(0x1234_5678, 44);
  return answer;
}

describe('a test of an SRT receiver', () => {
  it('asks for the cookie and never sends the second half of the handshake', async () => {
    const { packets, port } = await receive((packet) => answerInduction(packet));
    expect(await probe().srt({ host: '127.0.0.1', port }, forever)).toMatchObject({
      reached: 'answered',
      failure: null,
      address: '127.0.0.1',
    });
    expect(packets.length).toBeGreaterThan(0);
    const types = packets.map((packet) => packet.readUInt32BE(36));
    expect(new Set(types)).toEqual(new Set([1]));
  });

  it('reports a receiver that refuses, one that is silent, and a port without one', async () => {
    const refusing = await receive((packet) => answerInduction(packet, 1003));
    const silent = await receive(() => null);
    const closed = await receive(() => null);
    await cleanups.pop()!();
    const codeOf = async (port: number) => (await probe(600).srt({ host: '127.0.0.1', port }, forever))?.failure?.code;
    expect(await codeOf(refusing.port)).toBe('receiver_rejected');
    expect(await codeOf(silent.port)).toBe('connect_timeout');
    expect(await codeOf(closed.port)).toBe('connection_refused');
  });

  it('dials no address that must not be dialled', async () => {
    const { packets, port } = await receive((packet) => answerInduction(packet));
    for (const host of ['127.0.0.1', 'localhost']) {
      const result = await probe(500, false).srt({ host, port }, forever);
      expect(result?.failure?.code).toBe('host_not_public');
    }
    expect(packets).toEqual([]);
  });

  it('returns null when its signal ends it', async () => {
    const { port } = await receive(() => null);
    const controller = new AbortController();
    const result = probe(10_000).srt({ host: '127.0.0.1', port }, controller.signal);
    controller.abort();
    expect(await result).toBeNull();
  });
});
