import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { IncidentResource } from '../../../functions/api/schemas/incidents.ts';
import { useIncidents } from '../api/incidents.ts';
import { announce } from '../app/announcements.ts';
import { paths } from '../app/paths.ts';
import { type ProblemPlace, revealProblem } from '../app/reveal-problem.ts';
import { useServerNow } from '../app/use-now.ts';
import { StatusGlyph } from '../destinations/StatusGlyph.tsx';
import { formatClock, sentence } from '../ui/format.ts';
import { prefixPageTitle } from '../ui/use-page-title.ts';
import { AcknowledgeButton } from './AcknowledgeButton.tsx';
import { alertOperator } from './alerts.ts';
import { showInFavicon } from './favicon.ts';
import {
  affectedWords,
  callingIncidents,
  incidentName,
  newCalls,
  SEVERITY_TONES,
  SEVERITY_WORDS,
  titlePrefix,
} from './incident-summary.ts';
import classes from './IncidentStrip.module.css';

/** Incidents with a line of their own; the rest is counted. */
const NAMED_MAX = 3;

/** The open incidents under the header, most severe first. Also calls the operator by title, icon and sound. */
export function IncidentStrip() {
  const { data } = useIncidents();
  const calling = callingIncidents(data ?? []);
  const strip = useRef<HTMLElement>(null);
  useCalls(data);
  useStillPage(strip, calling.length > 0, data !== undefined);
  if (calling.length === 0) return null;
  return (
    <section
      ref={strip}
      className={classes.strip}
      aria-label="Open incidents"
      data-tone={SEVERITY_TONES[calling[0]!.severity]}
    >
      <ul>
        {calling.slice(0, NAMED_MAX).map((incident) => (
          <Line key={incident.incidentId} incident={incident} />
        ))}
      </ul>
      <Link href={paths.incidents} className={classes.all}>
        {calling.length > 1 ? `All ${calling.length} incidents` : 'Incidents'}
      </Link>
    </section>
  );
}

function Line({ incident }: { incident: IncidentResource }) {
  const now = useServerNow();
  const { severity, state, since, detail } = incident;
  const about = [sentence(detail), affectedWords(incident)].filter(Boolean).join(' · ');
  return (
    <li data-tone={SEVERITY_TONES[severity]}>
      <StatusGlyph glyph="attention" size={16} />
      <span className={classes.severity}>{SEVERITY_WORDS[severity]}</span>
      <IncidentLink incident={incident} />
      <time className={classes.clock} dateTime={since}>
        {formatClock(now - Date.parse(since))}
      </time>
      <span className={classes.about} title={about}>
        {about}
      </span>
      {state === 'acknowledged' && <span className={classes.taken}>by {incident.acknowledgedBy}</span>}
      <AcknowledgeButton incident={incident} />
    </li>
  );
}

/** Leads to what the incident is about: the row, the source, or the incidents page. */
function IncidentLink({ incident }: { incident: IncidentResource }) {
  const { kind, id } = incident.subject;
  const name = incidentName(incident);
  if (kind !== 'destination' && kind !== 'source') {
    return (
      <Link href={paths.incidents} className={classes.name}>
        {name}
      </Link>
    );
  }
  const problem: ProblemPlace = kind === 'destination' ? id : true;
  return (
    <Link
      href={paths.show}
      state={{ problem }}
      className={classes.name}
      onClick={() => {
        if (window.location.pathname === paths.show) revealProblem(problem);
      }}
    >
      {name}
    </Link>
  );
}

/** Shows incidents in the tab, and calls the operator about new ones. @param data undefined before the first answer */
function useCalls(data: readonly IncidentResource[] | undefined): void {
  const before = useRef<readonly IncidentResource[] | null>(null);
  const calling = callingIncidents(data ?? []);
  const worst = calling[0]?.severity ?? null;
  const count = calling.length;
  useEffect(() => {
    prefixPageTitle(titlePrefix(count));
    showInFavicon(worst, count);
    return () => {
      prefixPageTitle('');
      showInFavicon(null, 0);
    };
  }, [worst, count]);
  useEffect(() => {
    if (!data) return;
    const now = callingIncidents(data);
    // The first answer is not a change.
    const calls = before.current ? newCalls(before.current, now) : [];
    before.current = now;
    if (calls.length === 0) return;
    announce(calls.map((call) => `${SEVERITY_WORDS[call.severity]} incident: ${incidentName(call)}`).join('. '));
    alertOperator(calls);
  }, [data]);
}

/**
 * Keeps the page where it is when the strip opens at its top, so that no row moves under the pointer. Further down the
 * browser does that itself. A strip of the first answer comes with the page and has nothing to keep still.
 */
function useStillPage(strip: RefObject<HTMLElement | null>, isShown: boolean, isKnown: boolean): void {
  const wasKnown = useRef(false);
  useEffect(() => {
    wasKnown.current ||= isKnown;
  }, [isKnown]);
  useLayoutEffect(() => {
    const height = strip.current?.offsetHeight;
    if (!isShown || !height || !wasKnown.current) return;
    const { style } = document.body;
    // Makes even a short page scroll that far.
    style.minHeight = `calc(100dvh + ${height}px)`;
    if (window.scrollY === 0) window.scrollTo(0, height);
    return () => {
      style.minHeight = '';
    };
  }, [strip, isShown]);
}
