import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { PortNotAllowedError, requireFreePorts } from './ports.ts';

const need = { port: 8080, protocol: 'TCP', variable: 'PORT' } as const;
const noLeftovers = () => {};

describe('requireFreePorts', () => {
  it.each(['TCP', 'UDP'] as const)('distinguishes a foreign address from a taken port: %s', async (protocol) => {
    // 192.0.2.0/24 is reserved for documentation, so no machine has such an address. [RFC 5737]
    const elsewhere = { ...need, protocol, host: '192.0.2.1' };
    const failure = await requireFreePorts([elsewhere], noLeftovers).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PortNotAllowedError);
    expect((failure as Error).message).toMatch(/192\.0\.2\.1 is not an address of this machine.*SLUICE_HOST/);
  });

  it('accepts a port that becomes free while it waits', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const endOther = vi.fn<() => void>(() => void other.close());
    await requireFreePorts([{ ...need, host: '127.0.0.1', port }], endOther);
    expect(endOther).toHaveBeenCalledOnce();
  });
});
