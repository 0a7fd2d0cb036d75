import { useEffect, useState } from 'react';
import { isStale } from '../api/freshness.ts';
import { useNow } from './use-now.ts';

interface Staleness {
  /** The data is too old to be shown as current. */
  stale: boolean;
  /** The data is old although the page was polling: the connection is lost. */
  lost: boolean;
  ageMs: number;
}

/** Checks the age of the newest answer every second. */
export function useStaleness(answeredAtMs: number, pollMs: number): Staleness {
  const nowMs = Math.max(useNow(), answeredAtMs);
  const [visibleSinceMs, setVisibleSinceMs] = useState(0);
  useEffect(() => {
    const onChange = (): void => {
      if (!document.hidden) setVisibleSinceMs(Date.now());
    };
    document.addEventListener('visibilitychange', onChange);
    return () => document.removeEventListener('visibilitychange', onChange);
  }, []);
  const stale = isStale(nowMs, answeredAtMs, pollMs);
  const lost = stale && isStale(nowMs, Math.max(answeredAtMs, visibleSinceMs), pollMs);
  return { stale, lost, ageMs: nowMs - answeredAtMs };
}
