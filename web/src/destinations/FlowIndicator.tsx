import type { Tone } from '../ui/tone.ts';
import classes from './FlowIndicator.module.css';

/** Position of the gate's board: open, half open or shut. */
const LIFTS: Record<Tone, 'open' | 'half' | 'shut'> = {
  air: 'open',
  motion: 'half',
  waiting: 'open',
  slate: 'half',
  attention: 'shut',
  off: 'shut',
  stale: 'half',
};

/** The gate in front of a destination: open only while it is on air. Decorative. */
export function FlowIndicator({ tone }: { tone: Tone }) {
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
