import { Loader } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { problemOf } from '../api/request.ts';
import { useShow } from '../api/shows.ts';
import { paths } from '../app/paths.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { useServerNow } from '../app/use-now.ts';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { ShowPreflight } from '../preflight/ShowPreflight.tsx';
import { RunSheet } from '../shows/RunSheet.tsx';
import { expectedWords } from '../shows/expected-source-fields.ts';
import { ShowCover } from '../shows/ShowCover.tsx';
import { PlanTools, RunBar } from '../shows/ShowActions.tsx';
import { ShowMoney } from '../shows/ShowMoney.tsx';
import { ShowRecordingLine } from '../shows/ShowRecordingLine.tsx';
import {
  countdownWords,
  hereZone,
  logTime,
  plannedWords,
  STATE_LOOKS,
  STATE_WORDS,
  zoneWords,
} from '../shows/show-text.ts';
import { ShowWatchPage } from '../shows/ShowWatchPage.tsx';
import { ShowForm } from '../shows/ShowForm.tsx';
import classes from '../shows/Shows.module.css';
import { UnsavedNote } from '../shows/UnsavedNote.tsx';
import { sentence } from '../ui/format.ts';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';

/** One show: countdown, run sheet, log, and the buttons that run it by hand. */
export function PlannedShowPage({ showId }: { showId: string }) {
  const { data: show, error } = useShow(showId);
  const problem = problemOf(error);
  const [isEditing, setEditing] = useState(false);
  usePageTitle(show?.title ?? 'Show');
  return (
    <section className={`${page.page} ${classes.page}`}>
      <p className={page.lead}>
        <Link href={paths.shows}>All shows</Link>
      </p>
      {!show && (problem ? <Missing problem={problem} /> : <Loader />)}
      {show && <h1>{show.title}</h1>}
      {show && isEditing && <ShowForm edited={show} onClose={() => setEditing(false)} />}
      {show && !isEditing && (
        <>
          <Facts show={show} />
          <UnsavedNote show={show} onEdit={() => setEditing(true)} />
          <PlanTools show={show} onEdit={() => setEditing(true)} />
          <Rest show={show} />
          <RunBar show={show} />
        </>
      )}
    </section>
  );
}

function Missing({ problem }: { problem: NonNullable<ReturnType<typeof problemOf>> }) {
  return (
    <>
      <h1>Show</h1>
      <ProblemPanel problem={problem} />
    </>
  );
}

function Facts({ show }: { show: ShowResource }) {
  const countdown = countdownWords(show, useServerNow());
  const zone = zoneWords(show, hereZone());
  return (
    <>
      {show.cover && <ShowCover cover={show.cover} description={`Cover of ${show.title}`} size="large" />}
      <p className={page.lead}>
        {plannedWords(show)}
        {show.series && <br />}
        {show.series && `Part of a series: ${show.series.rule}`}
        {zone && <br />}
        {zone}
      </p>
      <StatusWord {...STATE_LOOKS[show.state]} word={STATE_WORDS[show.state]} />
      {countdown && (
        <p className={classes.countdown} role="timer">
          {countdown}
        </p>
      )}
      <div role="status">
        {show.attention.length > 0 && (
          <ul className={classes.attention}>
            {show.attention.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        )}
      </div>
      {show.expectedSource && <p>Expected source: {expectedWords(show.expectedSource)}</p>}
      <ShowRecordingLine show={show} />
      <ShowMoney show={show} />
      <h2>Run sheet</h2>
      <RunSheet show={show} />
    </>
  );
}

function Rest({ show }: { show: ShowResource }) {
  const { preflight } = show;
  const checkedWords = preflight && `Checked ${logTime(preflight.checkedAt, show)} by ${preflight.requestedBy}.`;
  return (
    <>
      <ShowPreflight show={show} checkedWords={checkedWords} />
      <ShowWatchPage show={show} />
      {show.notes && (
        <>
          <h2>Notes</h2>
          <p className={classes.notes}>{show.notes}</p>
        </>
      )}
      <h2>Log</h2>
      <ul className={classes.log}>
        {show.log.toReversed().map(({ at, actor, detail }, index) => (
          <li key={`${at} ${index}`}>
            {logTime(at, show)} · {sentence(actor)} · {detail}
          </li>
        ))}
      </ul>
    </>
  );
}
