import { useEffect, useRef } from 'react';
import type { ProblemBody } from '../../../functions/api/schemas/problem.ts';
import { sentence } from '../ui/format.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import classes from './ProblemText.module.css';

/** Shows a problem: what happened, what to do, and the request id. */
export function ProblemText({ problem }: { problem: ProblemBody }) {
  return (
    <div className={classes.problem}>
      <p>{sentence(problem.detail)}.</p>
      {problem.remedy && <p className={classes.remedy}>{sentence(problem.remedy)}.</p>}
      {problem.requestId && (
        <p className={classes.request}>
          <span>
            Request <code>{problem.requestId}</code>
          </span>
          <CopyButton value={problem.requestId} label="Copy the request id" />
        </p>
      )}
    </div>
  );
}

interface ProblemPanelProps {
  problem: ProblemBody;
  /** Scrolls to the problem, which a long form may hide. */
  isInSight?: boolean;
}

/** A problem inside a form or dialog. */
export function ProblemPanel({ problem, isInSight }: ProblemPanelProps) {
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isInSight) panel.current?.scrollIntoView({ block: 'nearest' });
  }, [isInSight]);
  return (
    <div ref={panel} className={classes.panel} role="alert">
      <strong>{problem.title}</strong>
      <ProblemText problem={problem} />
    </div>
  );
}
