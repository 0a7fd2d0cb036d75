import { Button } from '@mantine/core';
import { formatTimeOfDay } from '../ui/format.ts';
import classes from './editor.module.css';

interface RestoredNoteProps {
  /** When the restored input was typed; null when the form began without it. */
  typedAt: string | null;
  /** What is never kept and has to be typed again. */
  without?: string | undefined;
  onDiscard: () => void;
}

/** Says that the form began with unsaved input, and offers to discard it. */
export function RestoredNote({ typedAt, without, onDiscard }: RestoredNoteProps) {
  if (typedAt === null) return null;
  return (
    <p className={classes.note} role="status">
      <span>
        {`Restored what you typed ${typedWords(typedAt)}${without === undefined ? '' : `, without ${without}`}.`}
      </span>
      <Button size="compact-sm" variant="subtle" onClick={onDiscard}>
        Discard
      </Button>
    </p>
  );
}

/** Formats when input was typed: `at 10:32 AM`, or with the day unless it is today. */
export function typedWords(typedAt: string): string {
  const moment = new Date(typedAt);
  if (moment.toDateString() === new Date().toDateString()) return `at ${formatTimeOfDay(typedAt)}`;
  return `on ${moment.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}`;
}
