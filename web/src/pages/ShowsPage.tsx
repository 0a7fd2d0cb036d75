import { Button, Loader, NativeSelect } from '@mantine/core';
import { Link } from 'wouter';
import { useFlags } from '../api/flags.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { useShows } from '../api/shows.ts';
import { pageFilter } from '../app/page-filter.ts';
import { paths } from '../app/paths.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { plannedWords, STATE_LOOKS, STATE_WORDS } from '../shows/show-text.ts';
import { ShowCover } from '../shows/ShowCover.tsx';
import { ShowWeek } from '../shows/ShowWeek.tsx';
import classes from '../shows/Shows.module.css';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';

const VIEWS = [
  { value: 'open', label: 'Planned and live' },
  { value: 'past', label: 'Past' },
  { value: 'week', label: 'Week' },
];

/** The planned and the past shows. */
export function ShowsPage({ search, onSearch }: { search: string; onSearch: (search: string) => void }) {
  usePageTitle('Schedule');
  const [filter, change] = pageFilter(search, onSearch, { view: 'open', day: '' });
  const refusal = useRoleRefusal('operator');
  const flagged = useFlags().data?.total ?? 0;
  return (
    <section className={page.page}>
      <div className={page.heading}>
        <div>
          <h1>Schedule</h1>
          <p className={page.lead}>A show starts its destinations in time, goes live and ends by itself.</p>
        </div>
        {refusal === undefined && (
          <div className={page.actions}>
            {flagged > 0 && (
              <Button component={Link} href={paths.flags} variant="default">
                Reports from watchers: {flagged}
              </Button>
            )}
            <Button component={Link} href={paths.planShow}>
              Plan a show
            </Button>
          </div>
        )}
      </div>
      <div className={page.tools}>
        <NativeSelect
          aria-label="View"
          data={VIEWS}
          value={filter.view}
          onChange={(event) => change({ view: event.currentTarget.value })}
        />
      </div>
      {filter.view === 'week' ? (
        <ShowWeek day={filter.day} onDay={(day) => change({ day })} />
      ) : (
        <ShowsInOrder state={filter.view === 'past' ? 'past' : 'open'} />
      )}
    </section>
  );
}

function ShowsInOrder({ state }: { state: 'open' | 'past' }) {
  const { data, error } = useShows(state);
  const problem = problemOf(error);
  const isPast = state === 'past';
  return (
    <>
      {!data && (problem ? <ProblemPanel problem={problem} /> : <Loader />)}
      {data?.data.length === 0 && (
        <p className={page.empty}>
          {isPast ? 'No past shows.' : 'No shows are planned. Destinations start and stop by hand until you plan one.'}
        </p>
      )}
      {data && data.data.length > 0 && (
        <ul className={classes.list} aria-label="Shows">
          {data.data.map((show) => (
            <li key={show.showId}>
              <Link href={paths.plannedShow(show.showId)} className={classes.show}>
                {show.cover && <ShowCover cover={show.cover} description="" size="small" />}
                <span className={classes.texts}>
                  <span className={classes.title}>{show.title}</span>
                  <span className={classes.when}>{plannedWords(show)}</span>
                  <StatusWord {...STATE_LOOKS[show.state]} word={STATE_WORDS[show.state]} />
                  {!isPast && show.attention.map((text) => <span key={text}>{text}</span>)}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {data?.nextCursor && <p className={page.lead}>Only the first 100 are shown. GET /api/shows lists all.</p>}
    </>
  );
}
