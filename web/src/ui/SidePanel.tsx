import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import classes from './SidePanel.module.css';

interface SidePanelProps {
  /** Accessible name. */
  label: string;
  title: string;
  mark?: ReactNode;
  /** A line under the title. */
  subtitle?: ReactNode;
  closeLabel: string;
  onClose: () => void;
  children: ReactNode;
}

/** A panel beside the page, which stays usable. On a phone the panel takes the whole width. */
export function SidePanel({ label, title, mark, subtitle, closeLabel, onClose, children }: SidePanelProps) {
  const panel = useRef<HTMLElement>(null);
  useFocusWhileOpen(panel);
  return (
    <aside
      ref={panel}
      className={classes.panel}
      aria-label={label}
      tabIndex={-1}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <div className={classes.heading}>
        {mark}
        <div className={classes.title}>
          <h2>{title}</h2>
          {subtitle}
        </div>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={closeLabel} onClick={onClose}>
          <IconX size={19} />
        </ActionIcon>
      </div>
      {children}
    </aside>
  );
}

/** Focuses the panel when it opens, and returns the focus when it closes. */
function useFocusWhileOpen(panel: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = panel.current;
    const openedFrom = document.activeElement;
    element?.focus({ preventScroll: true });
    return () => {
      const isInside = document.activeElement === document.body || element?.contains(document.activeElement);
      if (isInside && openedFrom instanceof HTMLElement) openedFrom.focus({ preventScroll: true });
    };
  }, [panel]);
}
