import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { IncidentResource } from '../../../functions/api/schemas/incidents.ts';
import { acknowledgeIncident } from '../api/incidents.ts';
import { useRoleRefusal } from '../api/session.ts';
import { paths } from '../app/paths.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { formatClock, formatMoment, sentence } from '../ui/format.ts';
import { AcknowledgeButton } from './AcknowledgeButton.tsx';
import { affectedWords, incidentName, SEVERITY_TONES, SEVERITY_WORDS } from './incident-summary.ts';
import classes from './IncidentEntry.module.css';

interface IncidentEntryProps {
  incident: IncidentResource;
  /** Name of the incident that hides this one; null: none. */
  cause: string | null;
  /** Controls that mute it; null for a resolved one. */
  mute: ReactNode;
}

const LOG_WORDS: Record<IncidentResource['log'][number]['kind'], string> = {
  opened: 'Opened',
  acknowledged: 'Acknowledged',
  unacknowledged: 'Acknowledgement taken back',
  escalated: 'Escalated',
  unmuted: 'Mute ended',
  resolved: 'Resolved',
  comment: 'Note',
};

/** One incident with its meaning, the recommended action and its log. */
export function IncidentEntry({ incident, cause, mute }: IncidentEntryProps) {
  const now = useServerNow();
  const { severity, state, since, resolvedAt, subject, muted, detail, meaning, action } = incident;
  const isStanding = state !== 'resolved';
  const durationMs = (resolvedAt ? Date.parse(resolvedAt) : now) - Date.parse(since);
  const affected = affectedWords(incident);
  return (
    <article className={classes.entry} data-tone={isStanding ? SEVERITY_TONES[severity] : 'off'}>
      <h2>
        <span className={classes.severity}>{SEVERITY_WORDS[severity]}</span> {incidentName(incident)}
      </h2>
      <p className={classes.times}>
        {formatMoment(since, now)} · {isStanding ? 'for' : 'lasted'} {formatClock(durationMs)}
        {state === 'acknowledged' && ` · acknowledged by ${incident.acknowledgedBy}`}
        {muted && ` · muted until ${formatMoment(muted.until, now)} by ${muted.by}: ${muted.reason}`}
        {cause !== null && ` · effect of ${cause}`}
      </p>
      {detail && <p>{sentence(detail)}.</p>}
      {affected && <p>Affects {affected}.</p>}
      <p>{meaning}</p>
      {isStanding && (
        <p>
          <strong>{action}</strong>
        </p>
      )}
      {subject.kind === 'destination' && (
        <p>
          <Link href={paths.destination(subject.id)}>Details of {subject.name}</Link>
        </p>
      )}
      {isStanding && <Actions incident={incident} mute={mute} />}
      <details className={classes.log}>
        <summary>Log</summary>
        <ol>
          {incident.log.map(({ at, kind, by, text }) => (
            <li key={`${at} ${kind} ${text}`}>
              {formatMoment(at, now)} · {LOG_WORDS[kind]} · {by}
              {text && `: ${text}`}
            </li>
          ))}
        </ol>
      </details>
    </article>
  );
}

function Actions({ incident, mute }: Pick<IncidentEntryProps, 'incident' | 'mute'>) {
  const [note, setNote] = useState('');
  const isRefused = useRoleRefusal('operator') !== undefined;
  const { incidentId, state } = incident;
  if (isRefused) return null;
  const takeBack = (): void => {
    acknowledgeIncident(incidentId, false).catch((error: unknown) => showProblem(error, 'Undo acknowledgement'));
  };
  return (
    <div className={classes.actions}>
      {state === 'open' ? (
        <>
          <TextInput
            size="xs"
            aria-label={`Note on ${incidentName(incident)}`}
            placeholder="Note (optional)"
            maxLength={1000}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <AcknowledgeButton incident={incident} note={note.trim()} onDone={() => setNote('')} />
        </>
      ) : (
        <Button size="compact-sm" variant="default" onClick={takeBack}>
          Undo acknowledgement
        </Button>
      )}
      {mute}
    </div>
  );
}
