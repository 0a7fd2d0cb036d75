import { type RefObject, useEffect } from 'react';

/**
 * Brings what has just come up in a form into sight, also as it grows, and gives it the focus: a question below the fold
 * is not asked.
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
