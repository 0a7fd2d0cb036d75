import { Button, Loader, NativeSelect } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { problemOf } from '../api/request.ts';
import { toServerTimeMs } from '../api/server-clock.ts';
import { uptimeCsvAddress, useUptime } from '../api/uptime.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { pageFilter } from '../app/page-filter.ts';
import { paths } from '../app/paths.ts';
import { useShow } from '../app/use-show.ts';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';
import { UptimeBars } from '../uptime/UptimeBars.tsx';
import { daysBetween, toRows } from '../uptime/uptime-bars.ts';

const PERIODS = [
  { value: '30', label: 'Last 30 days' },
  { value: '90', label: 'Last 90 days' },
  { value: '395', label: 'Last 13 months' },
];
const DAY_MS = 86_400_000;

/** How long each destination was on air of the time it was wanted, one bar per day. */
export function UptimePage({ search, onSearch }: { search: string; onSearch: (search: string) => void }) {
  usePageTitle('Uptime');
  const { destinations } = useShow();
  const [given, change] = pageFilter(search, onSearch, { days: '30' });
  const days = PERIODS.some(({ value }) => value === given.days) ? given.days : '30';
  const [openedAtMs] = useState(() => toServerTimeMs(Date.now()));
  const from = new Date(openedAtMs - (Number(days) - 1) * DAY_MS).toISOString().slice(0, 10);
  const { data, error } = useUptime(from);
  const problem = problemOf(error);
  const rows = data && toRows(data);
  return (
    <section className={page.page}>
      <div className={page.heading}>
        <div>
          <h1>Uptime</h1>
          <p className={page.lead}>
            Time on air of the time it was wanted, per UTC day. The time a start takes is not counted. Kept for 13
            months. <Link href={paths.timeline}>Timeline</Link>
          </p>
        </div>
        <div className={page.actions}>
          <Button
            component="a"
            href={uptimeCsvAddress(from)}
            download
            variant="default"
            leftSection={<IconDownload size={16} />}
          >
            CSV
          </Button>
        </div>
      </div>
      <div className={page.tools}>
        <NativeSelect
          aria-label="Period"
          data={PERIODS}
          value={days}
          onChange={(event) => change({ days: event.currentTarget.value })}
        />
      </div>
      {!rows && (problem ? <ProblemPanel problem={problem} /> : <Loader />)}
      {rows?.length === 0 && <p className={page.empty}>No destination was on air in this period.</p>}
      {data && !!rows?.length && (
        <UptimeBars
          rows={rows}
          days={daysBetween(data.from, data.to)}
          known={new Set(destinations?.map(({ destinationId }) => destinationId))}
        />
      )}
    </section>
  );
}
