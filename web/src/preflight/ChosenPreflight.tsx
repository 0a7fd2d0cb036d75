import { Button } from '@mantine/core';
import { useCheckDestinations } from '../api/preflight.ts';
import { problemOf } from '../api/request.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { PreflightList } from './PreflightList.tsx';
import classes from './Preflight.module.css';

/** The button that checks destinations before they start, and what it found. */
export function ChosenPreflight({ destinationIds }: { destinationIds: readonly string[] }) {
  const check = useCheckDestinations();
  const problem = problemOf(check.error);
  return (
    <div className={classes.section}>
      <Button variant="default" loading={check.isPending} onClick={() => check.mutate(destinationIds)}>
        Check first
      </Button>
      {problem && <ProblemPanel problem={problem} />}
      {check.data && <PreflightList preflight={check.data} />}
    </div>
  );
}
