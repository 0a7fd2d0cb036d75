import { Button, Loader, NativeSelect } from '@mantine/core';
import { Link } from 'wouter';
import { useIncidents } from '../api/incidents.ts';
import { usePastIncidents } from '../api/incident-settings.ts';
import { problemOf } from '../api/request.ts';
import { pageFilter } from '../app/page-filter.ts';
import { paths } from '../app/paths.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { IncidentEntry } from '../incidents/IncidentEntry.tsx';
import { incidentName, matchesFilter } from '../incidents/incident-summary.ts';
import { MuteButton, MuteList } from '../incidents/MuteForm.tsx';
import { RuleSettings } from '../incidents/RuleSettings.tsx';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';
import classes from './IncidentsPage.module.css';

const STATES = [
  { value: 'open', label: 'Open' },
  { value: 'resolved', label: 'Past' },
];
const SEVERITIES = [
  { value: '', label: 'All severities' },
  { value: 'high', label: 'High' },
  { value: 'medium', label: 'Medium' },
  { value: 'low', label: 'Low' },
];
const KINDS = [
  { value: '', label: 'All subjects' },
  { value: 'source', label: 'Source' },
  { value: 'destination', label: 'Destinations' },
  { value: 'deployment', label: 'Deployment' },
  { value: 'money', label: 'Costs' },
];
const DEFAULTS = { state: 'open', severity: '', kind: '' };

/** Open and past incidents, mutes and rules. */
export function IncidentsPage({ search, onSearch }: { search: string; onSearch: (search: string) => void }) {
  usePageTitle('Incidents');
  const [filter, change] = pageFilter(search, onSearch, DEFAULTS);
  const isPast = filter.state === 'resolved';
  const open = useIncidents();
  const past = usePastIncidents({ enabled: isPast });
  const all = isPast ? past.data?.pages.flatMap(({ data }) => data) : open.data;
  const shown = all?.filter((incident) => matchesFilter(incident, filter));
  const problem = problemOf(isPast ? past.error : open.error);
  const names = new Map(all?.map((incident) => [incident.incidentId, incidentName(incident)]));
  return (
    <section className={page.page}>
      <h1>Incidents</h1>
      <p className={page.lead}>
        Each cause is one incident. Resolved ones are kept for 13 months.{' '}
        <Link href={paths.timeline}>Timeline of all events</Link>
      </p>
      <div className={page.tools}>
        {(
          [
            ['state', 'State', STATES],
            ['severity', 'Severity', SEVERITIES],
            ['kind', 'Subject', KINDS],
          ] as const
        ).map(([field, label, data]) => (
          <NativeSelect
            key={field}
            aria-label={label}
            data={data}
            value={filter[field]}
            onChange={(event) => change({ [field]: event.currentTarget.value })}
          />
        ))}
      </div>
      {!shown && (problem ? <ProblemPanel problem={problem} /> : <Loader />)}
      {shown?.length === 0 && (
        <p className={page.empty}>{all?.length === 0 && !isPast ? 'No open incidents.' : 'No matching incidents.'}</p>
      )}
      {!!shown?.length && (
        <ul className={classes.list} aria-label={isPast ? 'Past incidents' : 'Open incidents, most severe first'}>
          {shown.map((incident) => (
            <li key={incident.incidentId}>
              <IncidentEntry
                incident={incident}
                cause={incident.hiddenBy && (names.get(incident.hiddenBy) ?? 'another incident')}
                mute={<MuteButton incident={incident} />}
              />
            </li>
          ))}
        </ul>
      )}
      {isPast && past.hasNextPage && (
        <Button variant="default" mt="md" loading={past.isFetchingNextPage} onClick={() => void past.fetchNextPage()}>
          Show earlier
        </Button>
      )}
      <MuteList />
      <RuleSettings />
    </section>
  );
}
