import { Button, Loader } from '@mantine/core';
import { IconDownload, IconPrinter } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ShowReport } from '../../../functions/api/schemas/show-report.ts';
import { problemOf } from '../api/request.ts';
import { showReportCsvAddress, useShowReport } from '../api/show-report.ts';
import { paths } from '../app/paths.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import {
  amountWords,
  billWords,
  countWords,
  durationWords,
  errorWords,
  UNKNOWN,
  uptimeWords,
} from '../shows/show-report-text.ts';
import { logTime, showTime, STATE_WORDS } from '../shows/show-text.ts';
import { sentence } from '../ui/format.ts';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';
import classes from './ShowReportPage.module.css';

/** What was planned and what happened in one show; it can be printed. */
export function ShowReportPage({ showId }: { showId: string }) {
  const { data: report, error } = useShowReport(showId);
  const problem = problemOf(error);
  usePageTitle(report ? `Report of ${report.title}` : 'Report');
  return (
    <section className={`${page.page} ${classes.report}`}>
      <p className={`${page.lead} ${classes.screen}`}>
        <Link href={paths.plannedShow(showId)}>The show</Link>
      </p>
      {!report && (problem ? <ProblemPanel problem={problem} /> : <Loader />)}
      {report && (
        <>
          <Heading report={report} />
          <Figures report={report} />
          <Destinations report={report} />
          <Events report={report} />
        </>
      )}
    </section>
  );
}

interface Props {
  report: ShowReport;
}

function Heading({ report }: Props) {
  const { isFinal, showId, state, title, zone } = report;
  return (
    <div className={page.heading}>
      <div>
        <h1>{title}: report</h1>
        <p className={page.lead}>
          {STATE_WORDS[state]}. All times are in {zone}.
          {!isFinal && ' The show has not ended: these are the figures until now.'}
        </p>
      </div>
      <div className={`${page.actions} ${classes.screen}`}>
        <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={() => window.print()}>
          Print
        </Button>
        <Button
          component="a"
          href={showReportCsvAddress(showId)}
          download
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          CSV
        </Button>
      </div>
    </div>
  );
}

function Figures({ report }: Props) {
  const { actual, bill, cost, estimate, failovers, incidents, planned, recordings, zone } = report;
  const time = (at: string | null) => (at === null ? 'never' : logTime(at, { startsAt: planned.startsAt, zone }));
  const start = errorWords(report.startErrorSeconds) ?? (actual.goLiveAt && 'by hand');
  const end = errorWords(report.endErrorSeconds) ?? (actual.endReason === 'hand' ? 'by hand' : null);
  return (
    <dl className={classes.figures}>
      <dt>Planned</dt>
      <dd>
        {time(planned.startsAt)} – {planned.endsAt === null ? 'open' : time(planned.endsAt)}
      </dd>
      <dt>Live</dt>
      <dd>{[time(actual.liveAt), start].filter(Boolean).join(', ')}</dd>
      <dt>Ended</dt>
      <dd>{[actual.endingAt === null ? 'not yet' : time(actual.endingAt), end].filter(Boolean).join(', ')}</dd>
      <dt>Cost</dt>
      <dd>
        {amountWords(cost)}; estimate {amountWords(estimate)}; bill {billWords(bill)}
      </dd>
      <dt>Trouble</dt>
      <dd>
        {countWords(incidents?.length ?? null, 'incident', 'incidents')},{' '}
        {countWords(failovers, 'failover', 'failovers')}
      </dd>
      <dt>Recordings</dt>
      <dd>
        {recordings.length === 0 ? (
          'none'
        ) : (
          <Link href={paths.recordings}>{recordings.map(({ name }) => name).join(', ')}</Link>
        )}
      </dd>
    </dl>
  );
}

function Destinations({ report }: Props) {
  const time = (at: string | null) => (at === null ? '–' : showTime(at, report.zone));
  return (
    <>
      <h2>Destinations</h2>
      {report.destinations.length === 0 && <p>None.</p>}
      <ul className={classes.destinations}>
        {report.destinations.map((each) => (
          <li key={each.destinationId}>
            <strong>
              {each.name}
              {each.isRequired && ', required'}
            </strong>
            <dl className={classes.figures}>
              <dt>On air</dt>
              <dd>
                {time(each.onAirAt)} – {time(each.offAirAt)}
                {each.onAirErrorSeconds !== null && `, ${errorWords(each.onAirErrorSeconds)}`}
              </dd>
              <dt>Time on air</dt>
              <dd>{each.onAirAt === null ? 'none' : durationWords(each.onAirSeconds)}</dd>
              <dt>Uptime</dt>
              <dd>{each.onAirAt === null ? '–' : uptimeWords(each)}</dd>
              <dt>Slate</dt>
              <dd>{each.onAirAt === null ? '–' : durationWords(each.slateSeconds)}</dd>
              <dt>Failovers</dt>
              <dd>{each.failovers ?? UNKNOWN}</dd>
              <dt>Cost</dt>
              <dd>
                {amountWords(each.cost)}; estimate {amountWords(each.estimate)}
              </dd>
            </dl>
            {each.problem && <p>{sentence(each.problem)}.</p>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Events({ report }: Props) {
  const { incidents, log, planned, sourceEvents, zone } = report;
  const known = [...(incidents ?? []), ...(sourceEvents ?? [])].toSorted((one, other) =>
    one.at.localeCompare(other.at),
  );
  const time = (at: string) => logTime(at, { startsAt: planned.startsAt, zone });
  return (
    <>
      <h2>Incidents and source</h2>
      {incidents === null && <p>Unknown: the history of that time has been deleted.</p>}
      {incidents !== null && known.length === 0 && <p>None.</p>}
      <ul className={classes.lines}>
        {known.map(({ at, detail, subject }, index) => (
          <li key={`${at} ${index}`}>
            {time(at)} · {subject} · {detail}
          </li>
        ))}
      </ul>
      <h2>Who did what</h2>
      <ul className={classes.lines}>
        {log.map(({ actor, at, detail }, index) => (
          <li key={`${at} ${index}`}>
            {time(at)} · {sentence(actor)} · {detail}
          </li>
        ))}
      </ul>
    </>
  );
}
