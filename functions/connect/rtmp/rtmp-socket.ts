import net from 'node:net';
import tls from 'node:tls';
import { createCheckedLookup, requireAllowedAddress, type CheckedLookupOptions } from '../checked-lookup.ts';
import type { RtmpTarget } from './rtmp-target.ts';

/** The addresses that may be dialled, and the resolver for names. */
export type DialRules = CheckedLookupOptions;

export interface RtmpSocketOptions {
  target: RtmpTarget;
  dial: DialRules;
  verifyCertificate: boolean;
  /** PEM certificates to trust besides the public ones. */
  certificateAuthorities?: string[];
  /** TCP is connected and TLS begins; not called without TLS. */
  onTls(): void;
  /** RTMP may begin. */
  onReady(): void;
}

/** Node's default of 250 ms per address is shorter than some intercontinental round trips. */
const ADDRESS_ATTEMPT_MS = 2_500;

/**
 * Connects to the target. The name is resolved and its addresses are checked at each connection: a name that was public
 * when the destination was saved may resolve to a private network later.
 */
export function openRtmpSocket(options: RtmpSocketOptions): net.Socket {
  const { host, secure } = options.target;
  try {
    requireAllowedAddress(host, options.dial);
  } catch (error) {
    return new net.Socket().destroy(error as Error);
  }
  const socket = secure ? openTls(options) : net.connect(addressOf(options));
  socket.setNoDelay(true);
  socket.once(secure ? 'secureConnect' : 'connect', options.onReady);
  return socket;
}

function openTls(options: RtmpSocketOptions): tls.TLSSocket {
  const { target, verifyCertificate, certificateAuthorities } = options;
  const secured = tls.connect({
    ...addressOf(options),
    // SNI carries names only; for an address literal the certificate is checked against the address itself.
    ...(net.isIP(target.host) === 0 && { servername: target.host }),
    rejectUnauthorized: verifyCertificate,
    ...(certificateAuthorities && { ca: [...tls.rootCertificates, ...certificateAuthorities] }),
  });
  secured.once('connect', options.onTls);
  return secured;
}

function addressOf({ target: { host, port }, dial }: RtmpSocketOptions): net.TcpNetConnectOpts {
  return { host, port, lookup: createCheckedLookup(dial), autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS };
}
