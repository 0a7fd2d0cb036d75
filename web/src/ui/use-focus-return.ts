import { useEffect } from 'react';

/**
 * Returns the focus after a dialog closes. The library's dialogs do this only when they are mounted before they open;
 * ours are not. If the row is off screen by then and has no buttons, its name gets the focus.
 */
export function useFocusReturn(): void {
  useEffect(() => {
    const openedFrom = document.activeElement;
    const row = openedFrom?.closest('[data-row]');
    return () => {
      const target = openedFrom?.isConnected ? openedFrom : row?.querySelector('[data-row-name]');
      if (target instanceof HTMLElement) target.focus({ preventScroll: true });
    };
  }, []);
}
