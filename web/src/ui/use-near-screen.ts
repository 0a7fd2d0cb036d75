import { type RefObject, useEffect, useState } from 'react';

/** Distance from the screen at which rows are rendered before they are scrolled into view. */
const NEAR = '900px 0px';

/** Rows rendered in full from the start, about as many as a wall display shows. */
export const FIRST_ROWS = 24;

const listeners = new WeakMap<Element, (isNear: boolean) => void>();
let observer: IntersectionObserver | undefined;

/** Observes an element with one observer for the whole page. */
function observe(element: Element, listener: (isNear: boolean) => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) listeners.get(target)?.(isIntersecting);
    },
    { rootMargin: NEAR },
  );
  listeners.set(element, listener);
  observer.observe(element);
  return () => {
    listeners.delete(element);
    observer?.unobserve(element);
  };
}

/**
 * Returns true for an element that is on or near the screen or has the focus. A browser cannot render a thousand
 * changing rows per second, so rows off screen are rendered in short form.
 * @param isFirst initial value
 */
export function useNearScreen(element: RefObject<Element | null>, isFirst: boolean): boolean {
  const [isNear, setNear] = useState(isFirst);
  useEffect(() => {
    const { current } = element;
    // A focused row stays complete wherever sorting moves it, because removing its button would drop the focus.
    return current ? observe(current, (near) => setNear(near || current.contains(document.activeElement))) : undefined;
  }, [element]);
  return isNear;
}
