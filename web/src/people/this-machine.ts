/** Returns true when the page is open at an address that reaches Sluice only from the same machine. */
export function isOpenAtThisMachine({ hostname } = window.location): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
