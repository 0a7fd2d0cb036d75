import { type RefObject, useEffect, useState } from 'react';

/** What is this far beyond the screen counts as near it: it is there before it is scrolled to. */
const NEAR = '900px 0px';

/** About as many rows as a wall display shows at once: they are rendered in full from the beginning. */
export const FIRST_ROWS = 24;

const listeners = new WeakMap<Element, (isNear: boolean) => void>();
let observer: IntersectionObserver | undefined;

/** One observer for all rows of the page. */
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
 * Whether an element is on the screen or about to be, or has the focus. A thousand rows that change every second are
 * more than a browser renders in that second, so what nobody sees is rendered in short.
 * @param isFirst taken for true until the browser has looked
 */
export function useNearScreen(element: RefObject<Element | null>, isFirst: boolean): boolean {
  const [isNear, setNear] = useState(isFirst);
  useEffect(() => {
    const { current } = element;
    // What has the focus stays whole, wherever an order takes it: the focus would go with the button that has it.
    return current ? observe(current, (near) => setNear(near || current.contains(document.activeElement))) : undefined;
  }, [element]);
  return isNear;
}
