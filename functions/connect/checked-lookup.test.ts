import type { LookupAddress } from 'node:dns';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AddressNotAllowed, createCheckedLookup, requireAllowedAddress } from './checked-lookup.ts';

const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const v6 = (address: string): LookupAddress => ({ address, family: 6 });

function look(
  found: LookupAddress[],
  request: { all?: boolean; family?: number } = { all: true },
  loopbackAllowed = false,
) {
  const lookup = createCheckedLookup({ loopbackAllowed, resolve: async () => found });
  return new Promise((resolve, reject) => {
    lookup('live.example.com', request, (error, address, family) =>
      error ? reject(error) : resolve(request.all ? address : [address, family]),
    );
  });
}

describe('the checked lookup', () => {
  it('returns the checked addresses to the socket', async () => {
    const found = [v4('8.8.8.8'), v6('2606:4700::1111')];
    expect(await look(found)).toEqual(found);
    expect(await look(found, { all: false })).toEqual(['8.8.8.8', 4]);
    expect(await look(found, { all: true, family: 6 })).toEqual([v6('2606:4700::1111')]);
  });

  it.each(['10.0.0.5', '127.0.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '::1', 'fd00::1', '::ffff:10.0.0.5'])(
    'refuses a name that points to %s, even with a public address',
    async (address) => {
      const bad = address.includes(':') ? v6(address) : v4(address);
      await expect(look([v4('8.8.8.8'), bad])).rejects.toBeInstanceOf(AddressNotAllowed);
      expect(() => requireAllowedAddress(address, { loopbackAllowed: false })).toThrow(AddressNotAllowed);
    },
  );

  it('allows loopback only where configured, and never other private addresses', async () => {
    expect(await look([v4('127.0.0.1')], { all: true }, true)).toEqual([v4('127.0.0.1')]);
    await expect(look([v4('10.0.0.5')], { all: true }, true)).rejects.toThrow(/private network/);
    expect(() => requireAllowedAddress('127.0.0.1', { loopbackAllowed: true })).not.toThrow();
    expect(() => requireAllowedAddress('live.example.com', { loopbackAllowed: false })).not.toThrow();
  });

  it('allows a listed private address with its port only, also behind a name that points elsewhere later', async () => {
    const privateHosts = ['192.168.1.20:8000', '169.254.169.254:8000'];
    const at = (address: string, port?: number) => {
      const lookup = createCheckedLookup({
        loopbackAllowed: false,
        privateHosts,
        port,
        resolve: async () => [v4(address)],
      });
      return new Promise((resolve) =>
        lookup('a.example.com', { all: true }, (error) => resolve(error?.message ?? 'ok')),
      );
    };
    expect(await at('192.168.1.20', 8000)).toBe('ok');
    for (const [address, port] of [['192.168.1.20', 8001], ['192.168.1.20'], ['192.168.1.21', 8000]] as const) {
      expect(await at(address, port), `${address}:${port}`).toMatch(/private network/);
    }
    expect(await at('169.254.169.254', 8000)).toMatch(/link-local/);
    const listed = { loopbackAllowed: false, privateHosts, port: 8000 };
    expect(() => requireAllowedAddress('192.168.1.20', listed)).not.toThrow();
    expect(() => requireAllowedAddress('192.168.1.20', { ...listed, port: 22 })).toThrow(AddressNotAllowed);
  });

  it('reports a name without an address as not found', async () => {
    await expect(look([])).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(look([v4('8.8.8.8')], { all: true, family: 6 })).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});

describe('a name that changes its address', () => {
  const servers: http.Server[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  it('is checked at each connection, without another lookup by the socket', async () => {
    let requests = 0;
    const server = http.createServer((_request, response) => {
      requests += 1;
      response.end('ok');
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const answers = [[v4('127.0.0.1')], [v4('10.0.0.5')]];
    const lookup = createCheckedLookup({ loopbackAllowed: true, resolve: async () => answers.shift()! });
    const ask = () =>
      new Promise((resolve, reject) => {
        http
          .get({ host: 'rebinding.example.com', port, lookup, agent: false }, (response) => {
            response.resume();
            response.on('end', () => resolve(response.statusCode));
          })
          .on('error', reject);
      });
    expect(await ask()).toBe(200);
    await expect(ask()).rejects.toMatchObject({ code: 'ERR_ADDRESS_NOT_ALLOWED' });
    expect(requests).toBe(1);
    expect(answers).toEqual([]);
  });
});
