import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, expect, it, vi, type MockInstance } from 'vitest';
import { MESSAGE_TYPE } from './chunk-writer.ts';
import { createMessageWriter, type MessageWriter } from './message-writer.ts';

let server: net.Server;
let socket: net.Socket;
let writer: MessageWriter;
let received: Promise<Buffer>;
let writes: MockInstance;
const calls = () => writes.mock.calls.length;

beforeEach(async () => {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  received = promise;
  server = net.createServer((peer) => {
    const parts: Buffer[] = [];
    peer.on('data', (bytes) => void parts.push(bytes));
    peer.on('end', () => resolve(Buffer.concat(parts)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  writes = vi.spyOn(socket, '_writev');
  writer = createMessageWriter(socket);
});
afterEach(() => {
  socket.destroy();
  server.close();
});

function send(kind: 'audio' | 'video', text: string): void {
  const place = { typeId: MESSAGE_TYPE[kind], chunkStreamId: kind === 'audio' ? 4 : 6, streamId: 1, timestampMs: 0 };
  writer.message({ ...place, body: Buffer.from(text) });
}

async function bodies(): Promise<string> {
  return (await received).toString('latin1').replaceAll(/[^a-z]/g, '');
}

it('sends sound with the next picture, in one system call and in order', async () => {
  send('audio', 'one');
  send('audio', 'two');
  expect([calls(), writer.waitingBytes()]).toEqual([0, writer.handedOverBytes()]);
  send('video', 'three');
  expect(calls()).toBe(1);
  socket.end();
  expect(await bodies()).toBe('onetwothree');
});

it('sends sound without a picture after a moment, and at once when the connection ends', async () => {
  send('audio', 'one');
  await expect.poll(calls, { timeout: 120_000 }).toBe(1);
  send('audio', 'two');
  expect(calls()).toBe(1);
  socket.end();
  expect(await bodies()).toBe('onetwo');
});
