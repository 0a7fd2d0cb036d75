/** Returns the id of a simulated destination. */
export function idOf(destinationNumber: number): string {
  return `dst_${String(destinationNumber).padStart(26, '0')}`;
}
