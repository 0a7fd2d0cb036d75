import { Button, Loader, NativeSelect } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import {
  csvAddress,
  type DeploymentEntry,
  readAllEntries,
  type TimelineFilter,
  useDeploymentTimeline,
} from '../api/timeline.ts';
import { namesOf } from '../api/names-of.ts';
import { problemOf } from '../api/request.ts';
import { toServerTimeMs } from '../api/server-clock.ts';
import { pageFilter } from '../app/page-filter.ts';
import { paths } from '../app/paths.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import { useShow } from '../app/use-show.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { saveFile } from '../ui/save-file.ts';
import { formatMoment } from '../ui/format.ts';
import { TIMELINE_KIND_WORDS, timelineActor, timelineWords } from '../timeline/timeline-text.ts';
import page from '../ui/page.module.css';
import classes from './TimelinePage.module.css';

const DEFAULTS = { kind: '', destination: '', days: '7' };
const DAYS = [
  { value: '1', label: 'Last 24 hours' },
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
  { value: '90', label: 'Last 90 days' },
];
const KINDS: { value: TimelineFilter['kind']; label: string }[] = [
  { value: '', label: 'Everything' },
  ...namesOf(TIMELINE_KIND_WORDS).map((value) => ({ value, label: TIMELINE_KIND_WORDS[value] })),
];
const DAY_MS = 86_400_000;

/** Returns a choice from a query, or the default for a value the page does not offer. */
function offered<Value extends string>(options: readonly { value: Value }[], given: string, otherwise: Value): Value {
  return options.find(({ value }) => value === given)?.value ?? otherwise;
}

/** The timeline of all destinations. */
export function TimelinePage({ search, onSearch }: { search: string; onSearch: (search: string) => void }) {
  usePageTitle('Timeline');
  const { destinations } = useShow();
  const [given, change] = pageFilter(search, onSearch, DEFAULTS);
  const chosen = {
    ...given,
    kind: offered(KINDS, given.kind, ''),
    days: offered(DAYS, given.days, DEFAULTS.days),
  };
  // Fixed while the page is open, because a moving window would change the query every second.
  const [openedAtMs] = useState(() => toServerTimeMs(Date.now()));
  const filter: TimelineFilter = {
    kind: chosen.kind,
    destinationId: chosen.destination,
    from: new Date(openedAtMs - Number(chosen.days) * DAY_MS).toISOString(),
  };
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useDeploymentTimeline(filter);
  const problem = problemOf(error);
  const entries = data?.pages.flatMap((each) => each.data);
  const names = new Map(destinations?.map(({ destinationId, name }) => [destinationId, name]));
  if (chosen.destination && !names.has(chosen.destination)) names.set(chosen.destination, 'Deleted destination');

  return (
    <section className={page.page}>
      <div className={page.heading}>
        <div>
          <h1>Timeline</h1>
          <p className={page.lead}>
            Events of every destination, newest first. Kept for 90 days. <Link href={paths.uptime}>Uptime per day</Link>
            {' · '}
            <Link href={paths.incidents}>Incidents</Link>
          </p>
        </div>
        <ExportButtons filter={filter} />
      </div>
      <div className={page.tools}>
        <NativeSelect
          aria-label="Event type"
          data={KINDS}
          value={chosen.kind}
          onChange={(event) => change({ kind: event.currentTarget.value })}
        />
        <NativeSelect
          aria-label="Destination"
          data={[{ value: '', label: 'All destinations' }, ...[...names].map(([value, label]) => ({ value, label }))]}
          value={chosen.destination}
          onChange={(event) => change({ destination: event.currentTarget.value })}
        />
        <NativeSelect
          aria-label="Time"
          data={DAYS}
          value={chosen.days}
          onChange={(event) => change({ days: event.currentTarget.value })}
        />
      </div>
      {!entries && (problem ? <ProblemPanel problem={problem} /> : <Loader />)}
      {entries?.length === 0 && <p className={page.empty}>No matching events.</p>}
      {!!entries?.length && <Entries entries={entries} known={names} />}
      {hasNextPage && (
        <Button variant="default" mt="md" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show earlier
        </Button>
      )}
    </section>
  );
}

function ExportButtons({ filter }: { filter: TimelineFilter }) {
  const [busy, setBusy] = useState(false);
  const saveJson = async (): Promise<void> => {
    setBusy(true);
    try {
      saveFile('timeline.json', 'application/json', JSON.stringify(await readAllEntries(filter), null, 2));
    } catch (error) {
      showProblem(error, 'Export');
    }
    setBusy(false);
  };
  return (
    <div className={page.actions}>
      <Button
        component="a"
        href={csvAddress(filter)}
        download
        variant="default"
        leftSection={<IconDownload size={16} />}
      >
        CSV
      </Button>
      <Button variant="default" leftSection={<IconDownload size={16} />} loading={busy} onClick={() => void saveJson()}>
        JSON
      </Button>
    </div>
  );
}

function Entries({ entries, known }: { entries: readonly DeploymentEntry[]; known: ReadonlyMap<string, string> }) {
  const now = useServerNow();
  return (
    <ol className={classes.entries} aria-label="Events">
      {entries.map((entry) => (
        <li key={entry.entryId} data-tone={entry.kind === 'drift' ? 'attention' : undefined}>
          <time dateTime={entry.at} title={new Date(entry.at).toLocaleString()}>
            {formatMoment(entry.at, now)}
          </time>
          <span className={classes.whose}>
            {known.has(entry.destinationId) ? (
              <Link href={paths.destination(entry.destinationId)}>{entry.destinationName}</Link>
            ) : (
              entry.destinationName
            )}
            {entry.others.length > 0 && (
              <span title={entry.others.map(({ destinationName }) => destinationName).join(', ')}>
                {` and ${entry.others.length} more`}
              </span>
            )}
          </span>
          <span className={classes.words}>{timelineWords(entry)}</span>
          <span className={classes.actor}>{timelineActor(entry)}</span>
          <span className={classes.copy}>
            {entry.operationId && (
              <CopyButton value={entry.operationId} label={`Copy the operation id ${entry.operationId}`} />
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
