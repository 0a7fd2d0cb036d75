import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createKernelSendQueues } from './kernel-send-queues.ts';
import { makeManualClock, until } from '../../../../test/support/rtmp.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));

async function connect(host: string): Promise<{ client: net.Socket; peer: net.Socket }> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const accepted = new Promise<net.Socket>((resolve) => server.once('connection', resolve));
  const client = net.connect((server.address() as AddressInfo).port, host);
  const peer = await accepted;
  await new Promise<void>((resolve) => (client.connecting ? client.once('connect', () => resolve()) : resolve()));
  cleanups.push(() => (client.destroy(), peer.destroy(), server.close()));
  return { client, peer };
}

describe.runIf(process.platform === 'linux')('the kernel’s send queues', () => {
  it.each(['127.0.0.1', '::1'])('report the bytes a peer at %s has not accepted, and their decrease', async (host) => {
    const { client, peer } = await connect(host);
    const clock = makeManualClock();
    let unsent = -1;
    const unwatch = createKernelSendQueues(clock).watch(client, (bytes) => (unsent = bytes));
    peer.pause();
    client.write(Buffer.alloc(2_000_000));
    clock.advance(1_000);
    expect(unsent).toBeGreaterThan(500_000);
    peer.resume();
    await until(() => (clock.advance(1_000), unsent === 0), 'everything is taken');
    unwatch!();
    expect(clock.pendingMs()).toEqual([]);
  });

  it('are unknown where the system does not list them', async () => {
    const { client } = await connect('127.0.0.1');
    expect(createKernelSendQueues(makeManualClock(), () => null).watch(client, () => {})).toBeNull();
  });
});
