import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import classes from './HintLayer.module.css';

/** Delay, so that a passing pointer shows no hint. */
const SHOWN_AFTER_MS = 250;
/** Time to move the pointer from the control to its hint. */
const LEFT_FOR_MS = 120;
const GAP_PX = 7;
const EDGE_PX = 8;

/**
 * The only tooltip of the page. It shows the `data-hint` of a control on hover, keyboard focus or touch; Escape hides
 * it. One layer replaces a component per control, because a long list has thousands of controls. It repeats the
 * control's name or description, so it is hidden from screen readers.
 */
export function HintLayer() {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  const [text, setText] = useState('');
  const bubble = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (next: HTMLElement | null, delayMs: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => setTarget(next), delayMs);
    };
    const hintedAt = (event: Event): HTMLElement | null =>
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-hint]') : null;
    const onOver = (event: Event): void => {
      if (event.target instanceof Node && bubble.current?.contains(event.target)) clearTimeout(timer);
      else later(hintedAt(event), hintedAt(event) ? SHOWN_AFTER_MS : LEFT_FOR_MS);
    };
    const onFocus = (event: Event): void => {
      const hinted = hintedAt(event);
      if (hinted?.matches(':focus-visible')) later(hinted, 0);
    };
    const hide = (): void => later(null, 0);
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') hide();
    };
    const listeners: [string, (event: never) => void][] = [
      ['pointerover', onOver],
      ['focusin', onFocus],
      ['focusout', hide],
      ['scroll', hide],
      ['keydown', onKey],
    ];
    for (const [name, listener] of listeners) document.addEventListener(name, listener as EventListener, true);
    return () => {
      clearTimeout(timer);
      for (const [name, listener] of listeners) document.removeEventListener(name, listener as EventListener, true);
    };
  }, []);

  useEffect(() => {
    if (!target) return;
    const read = (): void => {
      if (target.isConnected) setText(target.dataset['hint'] ?? '');
      else setTarget(null);
    };
    read();
    const observer = new MutationObserver(read);
    observer.observe(target, { attributeFilter: ['data-hint'] });
    return () => observer.disconnect();
  }, [target]);

  // Runs after every render, because another text has another width.
  useLayoutEffect(() => {
    const element = bubble.current;
    if (element && target) place(element, target.getBoundingClientRect());
  });

  if (!target || !text) return null;
  return (
    <div ref={bubble} className={classes.hint} aria-hidden="true">
      {text}
    </div>
  );
}

/** Places the hint above the control if there is room, else below, within the window. */
function place(bubble: HTMLElement, anchor: DOMRect): void {
  const { width, height } = bubble.getBoundingClientRect();
  const centred = anchor.left + (anchor.width - width) / 2;
  const left = Math.max(EDGE_PX, Math.min(centred, document.documentElement.clientWidth - width - EDGE_PX));
  const above = anchor.top - height - GAP_PX;
  bubble.style.left = `${left}px`;
  bubble.style.top = `${above >= EDGE_PX ? above : anchor.bottom + GAP_PX}px`;
}
