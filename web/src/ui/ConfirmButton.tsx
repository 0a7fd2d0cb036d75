import { Button } from '@mantine/core';
import { type FocusEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import classes from './ConfirmButton.module.css';

/** A double click on the first button must not answer the question. */
const DELIBERATE_AFTER_MS = 350;

interface ConfirmButtonProps {
  label: string;
  confirmLabel: string;
  busyLabel: string;
  /** What it will do, as a tooltip; the reason instead when it is not possible. */
  explanation?: string;
  busy: boolean;
  disabled?: boolean;
  icon: ReactNode;
  ariaLabel?: string;
  /** Marks it for the keyboard shortcut that starts and stops. */
  'data-transport'?: true;
  /** Asks in another way instead, where it returns true. */
  askedElsewhere?: () => boolean;
  onConfirm: () => void;
}

/**
 * A button that asks in its own place: it becomes the action and a Cancel. No dialog. The question has no time limit,
 * which a slow phone or a slow reader would miss: it goes with an answer, Escape, or when the operator turns to something
 * else on the page. A window that loses the focus keeps it.
 */
export function ConfirmButton(props: ConfirmButtonProps) {
  const [askedAt, setAskedAt] = useState<number | null>(null);
  const confirm = useRef<HTMLButtonElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const asked = useRef(false);
  const asking = askedAt !== null && !props.busy && !props.disabled;

  // What was asked about has come about otherwise: the question must not come back when it is possible again.
  if (askedAt !== null && !asking) setAskedAt(null);

  useEffect(() => {
    if (!asking) {
      // The question had the focus and is gone: the keyboard goes on where it came from.
      if (asked.current && document.activeElement === document.body) trigger.current?.focus();
      asked.current = false;
      return;
    }
    asked.current = true;
    confirm.current?.focus();
  }, [asking]);

  const onBlur = (event: FocusEvent<HTMLElement>): void => {
    if (document.hasFocus() && !event.currentTarget.contains(event.relatedTarget)) setAskedAt(null);
  };

  const answered = (): void => {
    if (askedAt === null || performance.now() - askedAt < DELIBERATE_AFTER_MS) return;
    setAskedAt(null);
    props.onConfirm();
  };

  if (asking) {
    return (
      <span
        data-asking
        className={classes.question}
        onKeyDown={(event) => event.key === 'Escape' && setAskedAt(null)}
        onBlur={onBlur}
      >
        <Button
          ref={confirm}
          size="sm"
          color="red.8"
          aria-label={`Confirm: ${props.ariaLabel ?? props.confirmLabel}`}
          // A key held down asks once and must not answer, too.
          onKeyDown={(event) => event.repeat && event.key === 'Enter' && event.preventDefault()}
          onClick={answered}
        >
          {props.confirmLabel}
        </Button>
        <Button size="sm" variant="default" onClick={() => setAskedAt(null)}>
          Cancel
        </Button>
      </span>
    );
  }
  return (
    <Button
      ref={trigger}
      size="sm"
      variant="default"
      leftSection={props.busy ? undefined : props.icon}
      className={props.busy ? classes.busy : undefined}
      aria-label={props.busy ? undefined : props.ariaLabel}
      aria-disabled={props.disabled || props.busy || undefined}
      aria-description={props.explanation}
      data-hint={props.busy ? undefined : props.explanation}
      data-transport={props['data-transport']}
      data-disabled={props.disabled || undefined}
      onClick={() => {
        if (!props.disabled && !props.busy && !props.askedElsewhere?.()) setAskedAt(performance.now());
      }}
    >
      {props.busy ? `${props.busyLabel}…` : props.label}
    </Button>
  );
}
