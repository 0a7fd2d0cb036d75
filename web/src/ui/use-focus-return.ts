import { useEffect } from 'react';

/**
 * Gives the focus back, when a dialog is closed, to what had it before. The dialogs of the library do so only where
 * they are there before they are opened; ours come with their opening. A row that has moved out of sight meanwhile is
 * rendered without its buttons: then its name gets the focus.
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
