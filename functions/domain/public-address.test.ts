import { describe, expect, it } from 'vitest';
import { checkResolvedAddresses } from './public-address.ts';

const strict = { loopbackAllowed: false };
const rehearsal = { loopbackAllowed: true };

describe('checkResolvedAddresses', () => {
  it('accepts public addresses of both families', () => {
    expect(checkResolvedAddresses(['8.8.8.8', '2606:4700::1111'], strict)).toEqual({ ok: true });
  });

  it('refuses all addresses when one of them is private', () => {
    for (const bad of [
      '127.0.0.1',
      '10.1.2.3',
      '169.254.169.254',
      '100.64.0.1',
      '::1',
      'fe80::1%eth0',
      'fd00::1',
      '64:ff9b::7f00:1',
      '::ffff:8.8.8.8',
      'rubbish',
    ]) {
      expect(checkResolvedAddresses(['8.8.8.8', bad], strict)).toMatchObject({ ok: false, code: 'host_not_public' });
    }
  });

  it('accepts loopback and nothing else private during a rehearsal', () => {
    expect(checkResolvedAddresses(['127.0.0.1', '::1'], rehearsal)).toEqual({ ok: true });
    expect(checkResolvedAddresses(['::ffff:127.0.0.1'], rehearsal)).toMatchObject({ code: 'host_not_public' });
    expect(checkResolvedAddresses(['192.168.1.1'], rehearsal)).toMatchObject({ code: 'host_not_public' });
  });

  it('refuses a name without addresses', () => {
    expect(checkResolvedAddresses([], rehearsal)).toMatchObject({ ok: false, code: 'host_not_found' });
  });
});
