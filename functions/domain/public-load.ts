/**
 * The load of the public pages on one machine, from what their process says of itself every few seconds. What it does not
 * say in time is not known. Pure but for what it keeps.
 */

/** What the process of the public pages has done since it started, and what it has now. */
export interface PublicLoadReading {
  /** Players that were admitted and ask for the picture. */
  viewers: number;
  requests: number;
  /** Requests that were refused because too many were being answered, or all places are taken. */
  refused: number;
  /** Bytes sent to connections, by all of them. */
  sentBytes: number;
  /** Processor time of all threads. */
  processorSeconds: number;
  /** Resident memory, now. */
  memoryBytes: number;
}

interface LoadPoint {
  at: string;
  value: number;
}

/** The load of the last five minutes. Rates are averages between two readings. */
export interface PublicLoad {
  observedAt: string;
  periodSeconds: number;
  viewers: number;
  requestsPerSecond: number;
  refusedPerSecond: number;
  sentBps: number;
  /** Of one core. */
  processorPercent: number;
  memoryBytes: number;
  series: Record<'viewers' | 'requestsPerSecond' | 'sentBps', LoadPoint[]>;
}

export interface PublicLoadLog {
  take(reading: PublicLoadReading, at: Date): void;
  /** Null before two readings of the same process, and when the newest is older than three periods. */
  read(now: Date): PublicLoad | null;
  /** Another process counts from zero. */
  restart(): void;
}

const KEPT_MS = 5 * 60_000;
const STALE_PERIODS = 3;

type Rates = Omit<PublicLoad, 'series' | 'periodSeconds'>;

/** @param periodMs time between two readings */
export function createPublicLoadLog(periodMs: number): PublicLoadLog {
  let before: { reading: PublicLoadReading; atMs: number } | null = null;
  let log: Rates[] = [];

  return {
    take(reading, at) {
      const atMs = at.getTime();
      // Nothing can be said of an interval in which the clock was set back.
      if (before && atMs > before.atMs)
        log.push(ratesBetween(before.reading, reading, (atMs - before.atMs) / 1000, at));
      before = { reading, atMs };
      log = log.filter(({ observedAt }) => Math.abs(atMs - Date.parse(observedAt)) <= KEPT_MS);
    },
    read(now) {
      const newest = log.at(-1);
      if (!newest || now.getTime() - Date.parse(newest.observedAt) > STALE_PERIODS * periodMs) return null;
      const series = (name: keyof PublicLoad['series']) =>
        log.map((rates) => ({ at: rates.observedAt, value: rates[name] }));
      return {
        ...newest,
        periodSeconds: periodMs / 1000,
        series: {
          viewers: series('viewers'),
          requestsPerSecond: series('requestsPerSecond'),
          sentBps: series('sentBps'),
        },
      };
    },
    restart() {
      before = null;
    },
  };
}

function ratesBetween(before: PublicLoadReading, now: PublicLoadReading, seconds: number, at: Date): Rates {
  const perSecond = (name: keyof PublicLoadReading) => Math.max(0, now[name] - before[name]) / seconds;
  return {
    observedAt: at.toISOString(),
    viewers: now.viewers,
    requestsPerSecond: round(perSecond('requests')),
    refusedPerSecond: round(perSecond('refused')),
    sentBps: Math.round(perSecond('sentBytes') * 8),
    processorPercent: round(perSecond('processorSeconds') * 100),
    memoryBytes: now.memoryBytes,
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
