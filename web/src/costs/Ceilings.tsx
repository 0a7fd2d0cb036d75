import { Button } from '@mantine/core';
import { useState } from 'react';
import type { CeilingResource } from '../../../functions/api/schemas/ceilings.ts';
import { useCeilings } from '../api/ceilings.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { PERIOD_WORDS } from './ceiling-text.ts';
import { CeilingForm } from './CeilingForm.tsx';
import { CeilingMeter } from './CeilingMeter.tsx';
import classes from './Ceilings.module.css';

const PERIODS = ['day', 'month'] as const;

/** The ceilings of the spending, each with its bar and its form. */
export function Ceilings() {
  const { data, error } = useCeilings();
  const problem = problemOf(error);
  if (!data) return problem ? <ProblemPanel problem={problem} /> : null;
  return (
    <section className={classes.ceilings} aria-labelledby="ceilings-heading">
      <h3 id="ceilings-heading">Ceilings</h3>
      {data.data.length === 0 && (
        <p>No ceiling is set. One warns, asks or stops everything before a day or month costs more than an amount.</p>
      )}
      {PERIODS.map((period) => (
        <Row key={period} period={period} ceiling={data.data.find((each) => each.period === period) ?? null} />
      ))}
    </section>
  );
}

function Row({ period, ceiling }: { period: CeilingResource['period']; ceiling: CeilingResource | null }) {
  const [isOpen, setOpen] = useState(false);
  const refusal = useRoleRefusal('admin');
  return (
    <div className={classes.row}>
      {ceiling && (
        <>
          <h4>{PERIOD_WORDS[period]}</h4>
          <CeilingMeter ceiling={ceiling} />
        </>
      )}
      {isOpen ? (
        <CeilingForm period={period} ceiling={ceiling} onClose={() => setOpen(false)} />
      ) : (
        <Button
          size="compact-sm"
          variant="default"
          aria-disabled={refusal !== undefined || undefined}
          data-disabled={refusal !== undefined || undefined}
          data-hint={refusal}
          aria-description={refusal}
          onClick={() => refusal === undefined && setOpen(true)}
        >
          {ceiling ? `Edit the ${period} ceiling` : `Set a ceiling for the ${period}`}
        </Button>
      )}
    </div>
  );
}
