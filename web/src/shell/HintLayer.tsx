import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import classes from './HintLayer.module.css';

/** A pointer that only passes by shows nothing. */
const SHOWN_AFTER_MS = 250;
/** Time to move the pointer from the control onto its hint. */
const LEFT_FOR_MS = 120;
const GAP_PX = 7;
const EDGE_PX = 8;

/**
 * The one tooltip of the page. A control says its hint in `data-hint`; hovering it, focusing it by keyboard or touching
 * it shows the text, Escape hides it. One layer instead of one component per control: a list of a thousand destinations
 * has thousands of controls. It only repeats what the control's name or description says, so it is hidden from screen
 * readers.
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

  // After every rendering: another text is as wide as it is.
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

/** Above the control where there is room, else below; never past the edges. */
function place(bubble: HTMLElement, anchor: DOMRect): void {
  const { width, height } = bubble.getBoundingClientRect();
  const centred = anchor.left + (anchor.width - width) / 2;
  const left = Math.max(EDGE_PX, Math.min(centred, document.documentElement.clientWidth - width - EDGE_PX));
  const above = anchor.top - height - GAP_PX;
  bubble.style.left = `${left}px`;
  bubble.style.top = `${above >= EDGE_PX ? above : anchor.bottom + GAP_PX}px`;
}
