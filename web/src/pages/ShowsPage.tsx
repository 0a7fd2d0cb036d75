import { Button, Loader, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { useShows } from '../api/shows.ts';
import { paths } from '../app/paths.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { plannedWords, STATE_LOOKS, STATE_WORDS } from '../shows/show-text.ts';
import { ShowForm } from '../shows/ShowForm.tsx';
import classes from '../shows/Shows.module.css';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';

/** The planned and the past shows. */
export function ShowsPage() {
  usePageTitle('Shows');
  const [state, setState] = useState<'open' | 'past'>('open');
  const [isPlanning, setPlanning] = useState(false);
  const refusal = useRoleRefusal('operator');
  const { data, error } = useShows(state);
  const problem = problemOf(error);
  if (isPlanning) {
    return (
      <section className={page.page}>
        <h1>Plan a show</h1>
        <ShowForm show={null} onClose={() => setPlanning(false)} />
      </section>
    );
  }
  return (
    <section className={page.page}>
      <div className={page.heading}>
        <div>
          <h1>Shows</h1>
          <p className={page.lead}>A show starts its destinations in time, goes live and ends by itself.</p>
        </div>
        {refusal === undefined && <Button onClick={() => setPlanning(true)}>Plan a show</Button>}
      </div>
      <div className={page.tools}>
        <SegmentedControl
          aria-label="Which shows"
          value={state}
          onChange={(value) => setState(value as typeof state)}
          data={[
            { value: 'open', label: 'Next' },
            { value: 'past', label: 'Past' },
          ]}
        />
      </div>
      {!data && (problem ? <ProblemPanel problem={problem} /> : <Loader />)}
      {data?.data.length === 0 && (
        <p className={page.empty}>{state === 'open' ? 'No shows planned.' : 'No past shows.'}</p>
      )}
      <ul className={classes.list}>
        {data?.data.map((show) => (
          <li key={show.showId}>
            <Link href={paths.plannedShow(show.showId)} className={classes.show}>
              <span className={classes.title}>{show.title}</span>
              <span className={classes.when}>{plannedWords(show)}</span>
              <StatusWord {...STATE_LOOKS[show.state]} word={STATE_WORDS[show.state]} />
              {show.attention.map((text) => (
                <span key={text}>{text}</span>
              ))}
            </Link>
          </li>
        ))}
      </ul>
      {data?.nextCursor && <p className={page.lead}>Only the first 100 are shown. GET /api/shows lists all.</p>}
    </section>
  );
}
