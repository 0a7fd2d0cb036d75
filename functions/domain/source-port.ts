/**
 * UDP ports that MediaConnect accepts for an SRT listener. The service reserves 2077 and 2088 for Zixi.
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/@aws-cdk_aws-mediaconnect-alpha.SourceSrtListener.html
 */
const FIRST = 1024;
const LAST = 65_535;
const RESERVED: readonly number[] = [2077, 2088];

/** Names the allowed ports in an error message. */
export const SOURCE_PORTS_ALLOWED = `a port from ${FIRST} to ${LAST}, except ${RESERVED.join(' and ')}`;

/** Returns true when a flow may listen on this port. */
export function isSourcePort(port: number): boolean {
  return Number.isInteger(port) && port >= FIRST && port <= LAST && !RESERVED.includes(port);
}
