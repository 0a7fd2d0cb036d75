import ipaddr from 'ipaddr.js';
import { nameAddress } from '../domain/name-address.ts';

/** Set by CloudFront, which replaces what the viewer sent under this name: `198.51.100.10:46532`. */
export const VIEWER_ADDRESS_HEADER = 'cloudfront-viewer-address';

/** Names the watcher behind CloudFront, so that limits hold for each. All share one name without the header. */
export function nameViewer(header: string | undefined): string {
  const address = /^\[?([\d.a-f:]+?)\]?:\d+$/i.exec(header ?? '')?.[1] ?? '';
  return ipaddr.isValid(address) ? nameAddress(ipaddr.process(address)) : 'unknown';
}
