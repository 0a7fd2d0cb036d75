import { useEffect } from 'react';

/**
 * Gives the focus back, when a dialog is closed, to what had it before. The dialogs of the library do so only where
 * they are there before they are opened; ours come with their opening.
 */
export function useFocusReturn(): void {
  useEffect(() => {
    const openedFrom = document.activeElement;
    return () => {
      if (openedFrom instanceof HTMLElement) openedFrom.focus({ preventScroll: true });
    };
  }, []);
}
