import { Link } from 'wouter';
import { paths } from '../app/paths.ts';
import { goToFirstProblem } from '../app/reveal-problem.ts';
import { StatusPill } from './StatusWord.tsx';
import classes from './ProblemCount.module.css';

/** The number of problems, with a link to the first one. */
export function ProblemCount({ count, stale }: { count: number; stale: boolean }) {
  return (
    <Link
      href={paths.show}
      className={classes.link}
      data-hint="Go to the first problem"
      onClick={(event) => {
        event.preventDefault();
        goToFirstProblem();
      }}
    >
      <StatusPill
        tone={stale ? 'stale' : 'attention'}
        glyph="attention"
        word={count === 1 ? '1 problem' : `${count} problems`}
      />
    </Link>
  );
}
