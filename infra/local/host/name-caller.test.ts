import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { nameCaller } from './name-caller.ts';

const from = (remoteAddress?: string) => nameCaller({ incoming: { socket: { remoteAddress } } });

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2a01:db8:1:2:3:4:5:6', '2a01:db8:1:2::/64'],
  ['2a01:db8:1:2::ffff', '2a01:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  [undefined, 'gone'],
])('names %s %s', (address, name) => {
  expect(from(address)).toBe(name);
});

it.each(['127.0.0.1', '::1'])('names the user of a connection on this machine: %s', async (host) => {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, host);
  const [socket] = (await once(server, 'connection')) as [Socket];
  expect(nameCaller({ incoming: { socket } })).toBe(`local user ${process.getuid!()}`);
  client.destroy();
  socket.destroy();
  server.close();
});
