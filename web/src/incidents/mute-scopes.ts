import type { CreateIncidentMute, IncidentResource } from '../../../functions/api/schemas/incidents.ts';

/** What a mute covers. */
export interface MuteScope {
  label: string;
  scope: Pick<CreateIncidentMute, 'destinationId' | 'group' | 'rule'>;
}

/** Returns what an incident can be muted with, the narrowest first. */
export function muteScopes({ rule, title, subject }: IncidentResource): MuteScope[] {
  const everywhere: MuteScope = { label: `“${title}” everywhere`, scope: { rule } };
  if (subject.kind !== 'destination') return [{ ...everywhere, label: `“${title}”` }];
  const { id: destinationId, name, group } = subject;
  return [
    { label: `“${title}” of ${name}`, scope: { rule, destinationId } },
    { label: `Everything of ${name}`, scope: { destinationId } },
    ...(group === null ? [] : [{ label: `Everything in group ${group}`, scope: { group } }]),
    everywhere,
  ];
}
