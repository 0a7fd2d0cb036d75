import { type RefObject, useEffect } from 'react';

/**
 * Scrolls a new element of a form into view, also while it grows, and focuses it, because an operator does not see a
 * question below the fold.
 */
export function useInSight(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const { current } = element;
    if (!current) return;
    current.focus({ preventScroll: true });
    const observer = new ResizeObserver(() => current.scrollIntoView({ block: 'nearest' }));
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
}
