import type { Glyph, Tone } from '../ui/tone.ts';
import { StatusGlyph } from './StatusGlyph.tsx';
import classes from './StatusWord.module.css';

/** A state as glyph and word in its tone. */
export function StatusWord({ tone, glyph, word }: { tone: Tone; glyph: Glyph; word: string }) {
  return (
    <span className={classes.word} data-tone={tone}>
      <StatusGlyph glyph={glyph} />
      <span>{word}</span>
    </span>
  );
}

/** A state as a pill, for the header. */
export function StatusPill({ tone, glyph, word }: { tone: Tone; glyph: Glyph; word: string }) {
  return (
    <span className={classes.pill} data-tone={tone}>
      <StatusGlyph glyph={glyph} size={16} />
      <span>{word}</span>
    </span>
  );
}
