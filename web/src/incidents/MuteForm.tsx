import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { IncidentResource } from '../../../functions/api/schemas/incidents.ts';
import { useEndMute, useMute, useMutes } from '../api/incident-settings.ts';
import { problemOf } from '../api/request.ts';
import { toServerTimeMs } from '../api/server-clock.ts';
import { useRoleRefusal } from '../api/session.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { useShow } from '../app/use-show.ts';
import { fieldErrors } from '../editor/field-errors.ts';
import { formatMoment } from '../ui/format.ts';
import { toLocalInput } from '../ui/local-input.ts';
import { incidentName } from './incident-summary.ts';
import { muteScopes } from './mute-scopes.ts';
import classes from './MuteForm.module.css';

const HOUR_MS = 3_600_000;

/** Opens the form that mutes an incident's rule, destination or group. */
export function MuteButton({ incident }: { incident: IncidentResource }) {
  const [isOpen, setOpen] = useState(false);
  if (isOpen) return <MuteForm incident={incident} onClose={() => setOpen(false)} />;
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`Mute ${incidentName(incident)}`}
      onClick={() => setOpen(true)}
    >
      Mute…
    </Button>
  );
}

function MuteForm({ incident, onClose }: { incident: IncidentResource; onClose: () => void }) {
  const scopes = muteScopes(incident);
  const [chosen, choose] = useState(0);
  const [until, setUntil] = useState(() => toLocalInput(toServerTimeMs(Date.now()) + HOUR_MS));
  const [reason, setReason] = useState('');
  const mute = useMute();
  const { fields, rest } = fieldErrors(problemOf(mute.error), ['until', 'reason']);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    const at = new Date(until);
    mute.mutate(
      // The API refuses an invalid time.
      { ...scopes[chosen]!.scope, until: Number.isNaN(at.getTime()) ? until : at.toISOString(), reason },
      {
        onSuccess: () => {
          showDone('Muted');
          onClose();
        },
      },
    );
  };
  return (
    <form className={classes.form} onSubmit={send} noValidate aria-label={`Mute ${incidentName(incident)}`}>
      <NativeSelect
        size="xs"
        label="Mute"
        data={scopes.map(({ label }, index) => ({ value: String(index), label }))}
        value={String(chosen)}
        onChange={(event) => choose(Number(event.currentTarget.value))}
      />
      <TextInput
        size="xs"
        type="datetime-local"
        label="Until"
        value={until}
        error={fields['until']}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        label="Reason"
        maxLength={200}
        data-autofocus
        value={reason}
        error={fields['reason']}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div className={classes.buttons}>
        <Button size="compact-sm" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button size="compact-sm" type="submit" loading={mute.isPending}>
          Mute
        </Button>
      </div>
      {rest && <ProblemPanel problem={rest} />}
    </form>
  );
}

/** The mutes in force; nothing without any. */
export function MuteList() {
  const mutes = useMutes().data ?? [];
  const { destinations = [] } = useShow();
  const now = useServerNow();
  const end = useEndMute();
  const isRefused = useRoleRefusal('operator') !== undefined;
  if (mutes.length === 0) return null;
  const nameOf = (id: string): string =>
    destinations.find(({ destinationId }) => destinationId === id)?.name ?? 'a deleted destination';
  return (
    <section aria-labelledby="mutes-heading">
      <h2 id="mutes-heading">Mutes</h2>
      <ul className={classes.mutes}>
        {mutes.map(({ muteId, destinationId, group, rule, until, by, reason }) => {
          const parts = [rule?.replaceAll('_', ' '), destinationId && nameOf(destinationId), group && `group ${group}`];
          const what = parts.filter(Boolean).join(', ');
          return (
            <li key={muteId}>
              <span>
                <strong>{what}</strong> until {formatMoment(until, now)} · {by}: {reason}
              </span>
              {!isRefused && (
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`End the mute of ${what}`}
                  onClick={() => end.mutate(muteId, { onError: (error) => showProblem(error, 'End the mute') })}
                >
                  End
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
