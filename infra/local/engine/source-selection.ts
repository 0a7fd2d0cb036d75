import { LISTENER_NAMES, type ListenerName } from './contract.ts';

/** MediaConnect changes to the other source after this time without data. [what's new, 2023-05-01] */
export const SILENT_MS = 500;
/** A preferred listener is used again after it has delivered for this long, so that a bad line does not flap. */
const RETURN_AFTER_MS = 5_000;

/** What arrives at a listener. */
export interface ListenerFlow {
  /** Whether data has arrived within SILENT_MS. */
  isDelivering: boolean;
  /** Since when it has delivered without a pause. */
  sinceMs: number;
  /** Whether the flow could begin with it now. */
  isReady: boolean;
}

/**
 * Chooses the listener that feeds the flow: the one in use while it delivers, else the other. Neither ranks higher,
 * unless one is preferred.
 * @param wanted.isImmediate the preference is new, so it does not wait
 */
export function chooseListener(
  selected: ListenerName,
  flows: Partial<Record<ListenerName, ListenerFlow>>,
  wanted: { preferred?: ListenerName | undefined; isImmediate: boolean },
  nowMs: number,
): ListenerName {
  const other = LISTENER_NAMES.find((name) => name !== selected)!;
  const candidate = flows[other];
  if (!candidate?.isDelivering || !candidate.isReady) return selected;
  if (!flows[selected]?.isDelivering) return other;
  const isDue = wanted.isImmediate || nowMs - candidate.sinceMs >= RETURN_AFTER_MS;
  return wanted.preferred === other && isDue ? other : selected;
}
