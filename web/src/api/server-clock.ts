/** Differences below this are the Date header's own coarseness. */
const COARSENESS_MS = 2000;

let offsetMs = 0;

/** Learns from a response's Date header how far this machine's clock is from the server's. */
export function noteServerTime(dateHeader: string | null): void {
  const at = dateHeader ? Date.parse(dateHeader) : Number.NaN;
  if (Number.isNaN(at)) return;
  const difference = at - Date.now();
  offsetMs = Math.abs(difference) > COARSENESS_MS ? difference : 0;
}

/** A moment of this machine's clock as the server would say it, so that uptimes start at zero. */
export function toServerTimeMs(localMs: number): number {
  return localMs + offsetMs;
}
