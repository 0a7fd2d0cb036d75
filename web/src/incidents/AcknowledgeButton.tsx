import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { IncidentResource } from '../../../functions/api/schemas/incidents.ts';
import { acknowledgeIncident, commentOnIncident } from '../api/incidents.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { incidentName } from './incident-summary.ts';

interface AcknowledgeButtonProps {
  incident: IncidentResource;
  /** Added to the incident first; empty: none. */
  note?: string;
  onDone?: () => void;
}

/** Takes an incident over, which stops its escalation. Not shown to viewers. */
export function AcknowledgeButton({ incident, note = '', onDone }: AcknowledgeButtonProps) {
  const isRefused = useRoleRefusal('operator') !== undefined;
  const name = incidentName(incident);
  const take = useMutation({
    mutationFn: async () => {
      if (note) await commentOnIncident(incident.incidentId, note);
      await acknowledgeIncident(incident.incidentId);
    },
    onSuccess: onDone,
    onError: (error) => showProblem(error, `Acknowledge ${name}`),
  });
  if (isRefused || incident.state !== 'open') return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`Acknowledge ${name}`}
      loading={take.isPending}
      onClick={() => take.mutate()}
    >
      Acknowledge
    </Button>
  );
}
