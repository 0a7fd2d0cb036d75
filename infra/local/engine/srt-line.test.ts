/** Tests the line with plain sockets at both ends; the engine's own test sends real SRT through it. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

import { afterEach, describe, expect, it } from 'vitest';

import { systemClock, type Clock } from '../host/clock.ts';
import { makeManualClock } from '../../../test/support/rtmp.ts';
import { openSrtLine, type SrtLine } from './srt-line.ts';
import { findFreeUdpPort } from '../../../test/support/product.ts';

const sockets: Socket[] = [];
const lines: SrtLine[] = [];

afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
  for (const socket of sockets.splice(0)) socket.close();
});

async function openSocket(port = 0): Promise<Socket> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

async function openLine({ clock = systemClock, isLossy = false }: { clock?: Clock; isLossy?: boolean } = {}): Promise<{
  line: SrtLine;
  port: number;
}> {
  const port = await findFreeUdpPort();
  const line = await openSrtLine({ listenHost: '127.0.0.1', ingestPort: port }, clock, () => isLossy);
  lines.push(line);
  return { line, port };
}

async function listenBehind(line: SrtLine): Promise<Socket> {
  return openSocket(await line.pickListenerPort());
}

/** Returns the bound address of a local UDP socket, as listed by the kernel. */
function boundAddressOf(port: number): string {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const local = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[1] ?? '')
    .find((address) => address.endsWith(suffix));
  return [...Buffer.from(local!.slice(0, 8), 'hex')].toReversed().join('.');
}

async function receive(socket: Socket): Promise<{ text: string; port: number }> {
  const [message, { port }] = (await once(socket, 'message')) as [Buffer, { port: number }];
  return { text: message.toString(), port };
}

/** An acknowledgement with a round trip of 20 ms. */
const ACKNOWLEDGEMENT = Buffer.from('8002000000000000000000000000000000000000' + '00004e20', 'hex');
const dataPacket = (sequenceNumber: number) => {
  const packet = Buffer.alloc(20);
  packet.writeUInt32BE(sequenceNumber);
  return packet;
};

describe('the line to an SRT listener', () => {
  it('passes datagrams both ways and keeps callers apart', async () => {
    const { line, port } = await openLine();
    const listener = await listenBehind(line);
    const one = await openSocket();
    const other = await openSocket();
    one.send('from one', port);
    const first = await receive(listener);
    other.send('from other', port);
    const second = await receive(listener);
    expect([first.text, second.text]).toEqual(['from one', 'from other']);
    expect(first.port).not.toBe(second.port);
    listener.send('to other', second.port);
    expect(await receive(other)).toEqual({ text: 'to other', port });
    listener.send('to one', first.port);
    expect(await receive(one)).toEqual({ text: 'to one', port });
  });

  it('exposes no other port to the network, and accepts answers from the listener only', async () => {
    const { line, port } = await openLine();
    const listener = await listenBehind(line);
    const caller = await openSocket();
    caller.send('hello', port);
    const { port: towardsListener } = await receive(listener);
    expect(boundAddressOf(towardsListener)).toBe('127.0.0.1');

    const stranger = await openSocket();
    const heard: string[] = [];
    caller.on('message', (message) => heard.push(message.toString()));
    stranger.send('from a stranger', towardsListener);
    listener.send('from the listener', towardsListener);
    await once(caller, 'message');
    expect(heard).toEqual(['from the listener']);
  });

  it('forwards data sent before a caller’s socket was ready, in order', async () => {
    const { line, port } = await openLine();
    const listener = await listenBehind(line);
    const caller = await openSocket();
    const heard: string[] = [];
    listener.on('message', (message) => heard.push(message.toString()));
    for (const text of ['1', '2', '3']) caller.send(text, port);
    await expect.poll(() => heard).toEqual(['1', '2', '3']);
  });

  it('names a second caller that keeps trying, and forgets it when it stops', async () => {
    const clock = makeManualClock();
    const { line, port } = await openLine({ clock });
    const listener = await listenBehind(line);
    const one = await openSocket();
    const other = await openSocket();
    one.send(dataPacket(1), port);
    const { port: accepted } = await receive(listener);
    listener.send(ACKNOWLEDGEMENT, accepted);
    await once(one, 'message');
    expect(line.turnedAway()).toBeNull();
    other.send('knock', port);
    await receive(listener);
    expect(line.turnedAway()).toBeNull();
    clock.advance(2_000);
    other.send('knock', port);
    await receive(listener);
    expect(line.turnedAway()).toBe('127.0.0.1');
    clock.advance(9_000);
    expect(line.turnedAway()).toBeNull();
  });

  it('forwards the same caller to the next listener', async () => {
    const { line, port } = await openLine();
    const caller = await openSocket();
    for (const text of ['to the first', 'to the next']) {
      const listener = await listenBehind(line);
      caller.send(text, port);
      expect((await receive(listener)).text).toBe(text);
    }
  });

  it('measures the accepted caller, unaffected by other callers', async () => {
    const { line, port } = await openLine();
    const listener = await listenBehind(line);
    const caller = await openSocket();
    const knocker = await openSocket();
    expect(line.quality()).toEqual({});
    for (const sequenceNumber of [1, 2, 3, 5]) {
      caller.send(dataPacket(sequenceNumber), port);
      await receive(listener);
    }
    const { port: callerPort } = await (caller.send('', port), receive(listener));
    expect(line.quality()).toEqual({});
    listener.send(ACKNOWLEDGEMENT, callerPort);
    await receive(caller);
    knocker.send(dataPacket(900), port);
    await receive(listener);
    expect(line.quality()).toEqual({ packetLossPercent: 20, roundTripMs: 20 });
    await line.pickListenerPort();
    expect(line.quality()).toEqual({});
  });

  it('drops every tenth data packet, and only data packets, during a simulated loss', async () => {
    const { line, port } = await openLine({ isLossy: true });
    const listener = await listenBehind(line);
    const caller = await openSocket();
    const received: number[] = [];
    listener.on('message', (packet) => received.push(packet.readUInt32BE(0)));
    for (let sequenceNumber = 1; sequenceNumber <= 40; sequenceNumber += 1)
      caller.send(dataPacket(sequenceNumber), port);
    const keepAlive = Buffer.from('80010000000000000000000000000000', 'hex');
    caller.send(keepAlive, port);
    while (received.at(-1) !== 0x80010000) await once(listener, 'message');
    expect(received).toHaveLength(37);
    expect([10, 20, 30, 40].filter((lost) => received.includes(lost))).toEqual([]);
  });

  it('forgets silent callers, and the oldest caller when there are too many', async () => {
    let nowMs = 0;
    const { line, port } = await openLine({ clock: { ...systemClock, now: () => nowMs } });
    const listener = await listenBehind(line);
    const portsOf = async (callers: Socket[]) => {
      const ports: number[] = [];
      for (const caller of callers) {
        nowMs += 1;
        caller.send('hello', port);
        ports.push((await receive(listener)).port);
      }
      return ports;
    };
    const callers = await Promise.all(Array.from({ length: 17 }, () => openSocket()));
    const before = await portsOf(callers);
    const [firstAgain, lastAgain] = [await portsOf(callers.slice(0, 1)), await portsOf(callers.slice(16))];
    expect(firstAgain).not.toEqual(before.slice(0, 1));
    expect(lastAgain).toEqual(before.slice(16));
    nowMs += 10_001;
    await portsOf([await openSocket()]);
    expect(await portsOf(callers.slice(16))).not.toEqual(before.slice(16));
  });

  it('keeps the accepted caller, however many others try', async () => {
    const { line, port } = await openLine();
    const listener = await listenBehind(line);
    const [caller, ...knockers] = await Promise.all(Array.from({ length: 20 }, () => openSocket()));
    const portOf = async (socket: Socket) => {
      socket.send('hello', port);
      return (await receive(listener)).port;
    };
    const before = await portOf(caller!);
    listener.send(ACKNOWLEDGEMENT, before);
    await receive(caller!);
    for (const knocker of knockers) await portOf(knocker);
    expect(await portOf(caller!)).toBe(before);
  });

  it('reports a port in use', async () => {
    const { port } = await openLine();
    await expect(
      openSrtLine({ listenHost: '127.0.0.1', ingestPort: port }, systemClock, () => false),
    ).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('releases the port when closed', async () => {
    const { line, port } = await openLine();
    await line.pickListenerPort();
    const caller = await openSocket();
    caller.send('hello', port);
    await lines.pop()!.close();
    expect((await openSocket(port)).address().port).toBe(port);
  });
});
