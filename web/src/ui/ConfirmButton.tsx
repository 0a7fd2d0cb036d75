import { Button } from '@mantine/core';
import { type FocusEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import classes from './ConfirmButton.module.css';

/** A double click on the button must not confirm. */
const DELIBERATE_AFTER_MS = 350;

interface ConfirmButtonProps {
  label: string;
  confirmLabel: string;
  busyLabel: string;
  /** Tooltip with the effect, or with the reason when the action is not possible. */
  explanation?: string;
  busy: boolean;
  disabled?: boolean;
  icon: ReactNode;
  ariaLabel?: string;
  /** Marks the button for the start and stop shortcut. */
  'data-transport'?: true;
  /** Returns true when it has asked in another way, such as a dialog. */
  askedElsewhere?: () => boolean;
  onConfirm: () => void;
}

/**
 * A button that confirms inline: it turns into the action and a Cancel. The question has no time limit, for slow
 * devices and readers; it closes with an answer, with Escape, or when the operator uses another control. It stays when
 * the window loses the focus.
 */
export function ConfirmButton(props: ConfirmButtonProps) {
  const [askedAt, setAskedAt] = useState<number | null>(null);
  const confirm = useRef<HTMLButtonElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const asked = useRef(false);
  const asking = askedAt !== null && !props.busy && !props.disabled;

  // The action is no longer possible, so the question must not return when it becomes possible again.
  if (askedAt !== null && !asking) setAskedAt(null);

  useEffect(() => {
    if (!asking) {
      // Returns the focus to the button when the question closes.
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
          // A held key must not also confirm.
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
