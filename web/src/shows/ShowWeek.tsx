import { ActionIcon, Button, Loader } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ShowSummary } from '../../../functions/api/schemas/shows.ts';
import { problemOf } from '../api/request.ts';
import { useShowsBetween } from '../api/shows.ts';
import { paths } from '../app/paths.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { useServerNow } from '../app/use-now.ts';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { ShowCover } from './ShowCover.tsx';
import { hereZone, STATE_LOOKS, STATE_WORDS } from './show-text.ts';
import { dayKey, firstWeekdayHere, weekAway, weekOf, weekWords } from './week.ts';
import classes from './ShowWeek.module.css';

interface ShowWeekProps {
  /** A day of the week; empty for this week. */
  day: string;
  onDay: (day: string) => void;
}

/** The shows of one week by their days, past ones included, in the time zone of this browser. */
export function ShowWeek({ day, onDay }: ShowWeekProps) {
  const now = useServerNow();
  const week = weekOf(day, new Date(now), firstWeekdayHere());
  const { data, error } = useShowsBetween(week.from, week.to);
  const problem = problemOf(error);
  return (
    <>
      <div className={classes.tools} role="group" aria-label="Week">
        <ActionIcon variant="default" size={44} aria-label="Week before" onClick={() => onDay(weekAway(week, -1))}>
          <IconChevronLeft size={18} />
        </ActionIcon>
        <h2 aria-live="polite">{weekWords(week)}</h2>
        <ActionIcon variant="default" size={44} aria-label="Week after" onClick={() => onDay(weekAway(week, 1))}>
          <IconChevronRight size={18} />
        </ActionIcon>
        <Button variant="default" mih={44} onClick={() => onDay('')}>
          This week
        </Button>
      </div>
      <p className={classes.zone}>Times are yours: {hereZone()}.</p>
      {!data && (problem ? <ProblemPanel problem={problem} /> : <Loader />)}
      {data && (
        <ol className={classes.week} aria-label="Days">
          {week.days.map((each) => (
            <Day key={dayKey(each)} day={each} isToday={dayKey(each) === dayKey(new Date(now))} shows={data.shows} />
          ))}
        </ol>
      )}
      {data?.hasMore && <p className={classes.zone}>Only the first 100 are shown. GET /api/shows lists all.</p>}
    </>
  );
}

interface DayProps {
  day: Date;
  isToday: boolean;
  shows: readonly ShowSummary[];
}

function Day({ day, isToday, shows }: DayProps) {
  const own = shows.filter(({ startsAt }) => dayKey(new Date(startsAt)) === dayKey(day));
  const name = day.toLocaleDateString([], { weekday: 'short', day: 'numeric', month: 'short' });
  return (
    <li className={classes.day} data-today={isToday || undefined}>
      <h3 aria-current={isToday ? 'date' : undefined}>{name}</h3>
      {own.length === 0 ? (
        <p className={classes.none}>No shows</p>
      ) : (
        <ul aria-label={`Shows on ${name}`}>
          {own.map((show) => (
            <li key={show.showId}>
              <Link href={paths.plannedShow(show.showId)} className={classes.show}>
                {show.cover && <ShowCover cover={show.cover} description="" size="small" />}
                <span className={classes.time}>{clockRange(show)}</span>
                <span className={classes.title}>{show.title}</span>
                <StatusWord {...STATE_LOOKS[show.state]} word={STATE_WORDS[show.state]} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** Returns from when to when a show is planned, on the clock of this browser. */
function clockRange({ startsAt, endsAt }: ShowSummary): string {
  const clock = (at: string) => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return endsAt === null ? clock(startsAt) : `${clock(startsAt)} – ${clock(endsAt)}`;
}
