import { isIP } from 'node:net';
import { kindOfAddress, toPrivateHost } from '../../../functions/domain/public-address.ts';

/** Reads one address with its port. @returns null for a name, or for an address that is not private */
export function readPrivateHost(text: string): string | null {
  const [, six, four, portText = ''] = /^(?:\[([0-9a-f:]+)\]|([\d.]+)):([1-9]\d{0,4})$/i.exec(text) ?? [];
  const address = six ?? four ?? '';
  if (isIP(address) === 0 || Number(portText) > 65_535 || kindOfAddress(address) !== 'private') return null;
  return toPrivateHost(address, Number(portText));
}
