import { Button, NumberInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { NoSourceLimitResource, SetNoSourceLimit } from '../../../functions/api/schemas/no-source-limit.ts';
import { useNoSourceLimit, useSetNoSourceLimit } from '../api/no-source-limit.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { showDone } from '../app/problem-toast.tsx';
import { useShow } from '../app/use-show.ts';
import { AtLimitFields, toAtLimitRequest, toCeilingDraft } from './CeilingFields.tsx';
import { describeNoSourceLimit } from './ceiling-text.ts';
import classes from './Ceilings.module.css';

/** What happens to channels that run without a source, with its form. */
export function NoSourceLimit() {
  const { data, error } = useNoSourceLimit();
  const [isOpen, setOpen] = useState(false);
  const refusal = useRoleRefusal('admin');
  const problem = problemOf(error);
  if (!data) return problem ? <ProblemPanel problem={problem} /> : null;
  return (
    <section className={classes.ceilings} aria-labelledby="no-source-heading">
      <h3 id="no-source-heading">Channels without a source</h3>
      <p>{describeNoSourceLimit(data)}</p>
      <div className={classes.row}>
        {isOpen ? (
          <NoSourceForm limit={data} onClose={() => setOpen(false)} />
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
            Edit the no-source limit
          </Button>
        )}
      </div>
    </section>
  );
}

function NoSourceForm({ limit, onClose }: { limit: NoSourceLimitResource; onClose: () => void }) {
  // As the person saw it, so that a change by someone else is noticed.
  const [opened] = useState(limit);
  const [minutes, setMinutes] = useState<number | string>(limit.minutes);
  const [draft, setDraft] = useState(() => toCeilingDraft({ ...limit, amount: 0 }));
  const { destinations = [] } = useShow();
  const others = destinations.filter(({ destinationId }) => destinationId !== 'primary');
  const set = useSetNoSourceLimit();
  const problem = problemOf(set.error);
  const errorOf = (field: string) => problem?.errors?.find((error) => error.field === field)?.message;
  const isPlaced = errorOf('minutes') !== undefined || errorOf('countdownMinutes') !== undefined;
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const known = new Set(others.map(({ destinationId }) => destinationId));
    const wanted: SetNoSourceLimit = { minutes: minutes as number, ...toAtLimitRequest(draft, known) };
    set.mutate(
      { revision: opened.revision, limit: wanted },
      {
        onSuccess: () => {
          showDone('No-source limit saved');
          onClose();
        },
      },
    );
  };
  return (
    <form className={classes.form} onSubmit={save} noValidate aria-label="No-source limit">
      <NumberInput
        size="sm"
        label="Minutes without a source, 0 for never"
        min={0}
        allowDecimal={false}
        hideControls
        value={minutes}
        error={errorOf('minutes')}
        onChange={setMinutes}
      />
      <AtLimitFields
        draft={draft}
        destinations={others}
        errorOf={errorOf}
        onChange={(part) => setDraft((before) => ({ ...before, ...part }))}
      />
      {problem && !isPlaced && <ProblemPanel problem={problem} />}
      <div className={classes.answers}>
        <Button size="compact-sm" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button size="compact-sm" type="submit" loading={set.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
