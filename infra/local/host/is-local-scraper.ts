import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

const LOOPBACK_NAME = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;
/** A proxy on this machine makes every client look local, but says for whom it asks. */
const PROXY_HEADER = /^(forwarded|via|x-forwarded-.*|x-real-ip|x-client-ip|x-cluster-client-ip|cf-.*|true-client-ip)$/;

/**
 * Returns true for a request from this machine itself: the socket's address is loopback, no proxy passed it on, and it
 * was sent to a loopback name, so no web page has rebound its own name to this server.
 */
export function isLocalScraper(bindings: unknown): boolean {
  const { socket, headers } = (bindings as { incoming: IncomingMessage }).incoming;
  if (!socket.remoteAddress || ipaddr.process(socket.remoteAddress).range() !== 'loopback') return false;
  if (Object.keys(headers).some((name) => PROXY_HEADER.test(name))) return false;
  return LOOPBACK_NAME.test(headers.host ?? '');
}
