import { failed, notPossible, passed, warning, type Finding } from './preflight.ts';

/** The check of the clock, by which a show goes live. */

/** What a time server said. Offset and uncertainty in milliseconds; a positive offset means that this clock is slow. */
export type ClockComparison =
  | { ok: true; server: string; offsetMs: number; uncertaintyMs: number }
  | { ok: false; server: string; reason: string };

/** A show goes live within half a second of its planned one. */
const PASSED_MS_MAX = 500;
/** Beyond this, viewers notice. */
const FAILED_MS_MIN = 2_000;

const REMEDY = 'Switch the system’s time synchronization (NTP) on; a show starts by this clock.';

/** Whether the clock is right. @param compared undefined: there is no time server to compare with */
export function checkClock(compared: ClockComparison | undefined): Finding {
  if (compared === undefined) {
    return notPossible(
      'There is no other clock to compare with.',
      'Keep the system’s time synchronization (NTP) on. On one machine, SLUICE_TIME_SERVER names a clock to compare with.',
    );
  }
  const { server } = compared;
  if (!compared.ok) {
    return notPossible(
      `The time server ${server} could not be used: ${compared.reason}.`,
      'Check SLUICE_TIME_SERVER, and that UDP reaches it.',
    );
  }
  const { uncertaintyMs } = compared;
  const offsetMs = Math.abs(compared.offsetMs);
  if (offsetMs + uncertaintyMs <= PASSED_MS_MAX) {
    return passed(`The clock is within ${Math.ceil(offsetMs + uncertaintyMs)} ms of ${server}.`);
  }
  const direction = compared.offsetMs > 0 ? 'slow' : 'fast';
  const detail = `The clock is about ${formatSeconds(offsetMs)} ${direction}, give or take ${formatSeconds(uncertaintyMs)}, by ${server}.`;
  return offsetMs - uncertaintyMs >= FAILED_MS_MIN ? failed(detail, REMEDY) : warning(detail, REMEDY);
}

const formatSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
