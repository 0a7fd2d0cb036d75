import { Button, Loader } from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { useShow, useShowAction } from '../api/shows.ts';
import { paths } from '../app/paths.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { useServerNow } from '../app/use-now.ts';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { RunSheet } from '../shows/RunSheet.tsx';
import { ACTION_WORDS, countdownWords, plannedWords, STATE_LOOKS, STATE_WORDS } from '../shows/show-text.ts';
import { ShowForm } from '../shows/ShowForm.tsx';
import classes from '../shows/Shows.module.css';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { formatMoment, sentence } from '../ui/format.ts';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';

/** One show: countdown, run sheet, log, and the buttons that run it by hand. */
export function PlannedShowPage({ showId }: { showId: string }) {
  const { data: show, error } = useShow(showId);
  const problem = problemOf(error);
  const [isEditing, setEditing] = useState(false);
  usePageTitle(show?.title ?? 'Show');
  if (!show) return problem ? <ProblemPanel problem={problem} /> : <Loader />;
  return (
    <section className={page.page}>
      <p className={page.lead}>
        <Link href={paths.shows}>All shows</Link>
      </p>
      <h1>{show.title}</h1>
      <p className={page.lead}>{plannedWords(show)}</p>
      {isEditing ? <ShowForm show={show} onClose={() => setEditing(false)} /> : <Facts show={show} />}
      {!isEditing && <Actions show={show} onEdit={() => setEditing(true)} />}
    </section>
  );
}

function Facts({ show }: { show: ShowResource }) {
  const now = useServerNow();
  return (
    <>
      <StatusWord {...STATE_LOOKS[show.state]} word={STATE_WORDS[show.state]} />
      <p className={classes.countdown} role="timer">
        {countdownWords(show, now)}
      </p>
      {show.attention.length > 0 && (
        <ul className={classes.attention} role="status">
          {show.attention.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      <h2>Run sheet</h2>
      <RunSheet show={show} />
      {show.notes && (
        <>
          <h2>Notes</h2>
          <p style={{ whiteSpace: 'pre-wrap' }}>{show.notes}</p>
        </>
      )}
      <h2>Log</h2>
      <ul>
        {show.log.toReversed().map(({ at, actor, detail }, index) => (
          <li key={`${at} ${index}`}>
            {formatMoment(at, now)} · {sentence(actor)} · {detail}
          </li>
        ))}
      </ul>
    </>
  );
}

function Actions({ show, onEdit }: { show: ShowResource; onEdit: () => void }) {
  const refusal = useRoleRefusal('operator');
  const action = useShowAction(show.showId);
  const [, go] = useLocation();
  if (refusal !== undefined || show.allowedActions.length === 0) return null;
  const possible = (Object.keys(ACTION_WORDS) as (keyof typeof ACTION_WORDS)[]).filter((each) =>
    show.allowedActions.includes(each),
  );
  return (
    <div className={classes.bar} role="group" aria-label="Run the show">
      {possible.map((each) => (
        <ConfirmButton
          key={each}
          label={ACTION_WORDS[each].label}
          confirmLabel={ACTION_WORDS[each].confirm}
          busyLabel={ACTION_WORDS[each].label}
          busy={action.isPending && action.variables === each}
          icon={null}
          onConfirm={() =>
            action.mutate(each, {
              onSuccess: () => {
                if (each === 'delete') go(paths.shows);
              },
              onError: (error) => showProblem(error, ACTION_WORDS[each].label),
            })
          }
        />
      ))}
      {show.allowedActions.includes('edit') && (
        <Button size="sm" variant="default" onClick={onEdit}>
          Edit
        </Button>
      )}
    </div>
  );
}
