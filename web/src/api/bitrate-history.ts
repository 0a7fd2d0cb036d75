/** Polls kept per destination: two minutes at one poll in two seconds. */
export const HISTORY_LENGTH = 60;

/** Recent bitrates by destination id, oldest first; null where none was reported. */
export type BitrateHistory = ReadonlyMap<string, readonly (number | null)[]>;

/** Adds the bitrates of one poll and drops deleted destinations. Pure. */
export function appendBitrates(
  history: BitrateHistory,
  poll: readonly { destinationId: string; bitrateBps: number | null }[],
): BitrateHistory {
  return new Map(
    poll.map(({ destinationId, bitrateBps }) => [
      destinationId,
      [...(history.get(destinationId) ?? []), bitrateBps].slice(-HISTORY_LENGTH),
    ]),
  );
}

/**
 * Returns the sparkline as SVG path data: newest at the right edge, with a gap where no bitrate was reported.
 * @param ceilingBps value at the top edge, unless a point is higher
 */
export function sparklinePath(
  values: readonly (number | null)[],
  { width, height, ceilingBps }: { width: number; height: number; ceilingBps: number },
): string {
  const top = Math.max(ceilingBps, ...values.map((value) => value ?? 0), 1);
  const step = width / (HISTORY_LENGTH - 1);
  const startX = width - (values.length - 1) * step;
  let path = '';
  let penDown = false;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      penDown = false;
      continue;
    }
    const x = (startX + index * step).toFixed(1);
    const y = (height - (value / top) * height).toFixed(1);
    path += `${penDown ? 'L' : 'M'}${x} ${y}`;
    penDown = true;
  }
  return path;
}
