import type { Tone } from '../ui/tone.ts';
import classes from './Gate.module.css';

/** Where a gate's board hangs: lifted out of the stream, half way, or down. */
const LIFTS: Record<Tone, 'open' | 'half' | 'shut'> = {
  air: 'open',
  motion: 'half',
  waiting: 'open',
  attention: 'shut',
  off: 'shut',
  stale: 'half',
};

/** The sluice in front of a destination: open and flowing only while it is on air. Decorative. */
export function Gate({ tone }: { tone: Tone }) {
  return (
    <span
      className={classes.gate}
      data-lift={LIFTS[tone]}
      data-flowing={tone === 'air' || undefined}
      aria-hidden="true"
    >
      <span className={classes.stream} />
      <span className={classes.board} />
    </span>
  );
}
