import { type RefObject, useEffect } from 'react';

/** Brings what has just come up in a form into sight, and gives it the focus: a question below the fold is not asked. */
export function useInSight(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    element.current?.scrollIntoView({ block: 'nearest' });
    element.current?.focus({ preventScroll: true });
  }, [element]);
}
