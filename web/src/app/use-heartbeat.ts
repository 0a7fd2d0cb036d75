import { useEffect, useRef } from 'react';
import { HEARTBEAT_SECONDS } from '../../../functions/domain/presence.ts';
import { sendHeartbeat, sendLeaving } from '../api/presence.ts';
import { useEdited } from './edited.ts';

const HEARTBEAT_MS = HEARTBEAT_SECONDS * 1000;

/** What the API takes as the path of a page. */
const PAGE = /^\/[\w/-]{0,99}$/;

/**
 * Reports to the others that this tab is open and what it edits: at each heartbeat while it is visible, and at once when
 * an edit begins or ends.
 */
export function useHeartbeat(pathname: string): void {
  const editing = useEdited();
  const page = useRef('/');
  useEffect(() => {
    page.current = PAGE.test(pathname) ? pathname : '/';
  }, [pathname]);
  const sentAtMs = useRef(0);
  useEffect(() => {
    const beat = (): void => {
      if (document.hidden) return;
      sentAtMs.current = Date.now();
      void sendHeartbeat({ page: page.current, editing });
    };
    const onShown = (): void => {
      if (Date.now() - sentAtMs.current >= HEARTBEAT_MS) beat();
    };
    beat();
    const timer = setInterval(beat, HEARTBEAT_MS);
    document.addEventListener('visibilitychange', onShown);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onShown);
    };
  }, [editing]);
  useEffect(() => {
    window.addEventListener('pagehide', sendLeaving);
    return () => window.removeEventListener('pagehide', sendLeaving);
  }, []);
}
