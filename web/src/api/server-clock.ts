/** Smaller differences are within the resolution of the Date header. */
const COARSENESS_MS = 2000;

let offsetMs = 0;

/** Measures the difference between this machine's clock and the server's from a Date header. */
export function noteServerTime(dateHeader: string | null): void {
  const at = dateHeader ? Date.parse(dateHeader) : Number.NaN;
  if (Number.isNaN(at)) return;
  const difference = at - Date.now();
  offsetMs = Math.abs(difference) > COARSENESS_MS ? difference : 0;
}

/** Converts a local time to the server's clock, so that uptimes start at zero. */
export function toServerTimeMs(localMs: number): number {
  return localMs + offsetMs;
}
