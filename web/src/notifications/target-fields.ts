import type { TargetResource } from '../../../functions/api/schemas/notifications.ts';
import type { NewTarget, TargetChange } from '../api/notifications.ts';

/** Values of the target form, and the requests they become. Pure. */
export interface TargetFormValues {
  kind: TargetResource['kind'];
  name: string;
  /** E-mail address or URL. Empty while editing: the stored one stays. */
  address: string;
  filter: TargetResource['filter'];
  isEnabled: boolean;
}

const NEW: TargetFormValues = {
  kind: 'webhook',
  name: '',
  address: '',
  filter: {
    eventTypes: ['incident.opened', 'incident.resolved'],
    severities: [],
    rules: [],
    destinationIds: [],
    groups: [],
    includesDrills: false,
  },
  isEnabled: true,
};

/** Returns the initial values of the form. @param target null for a new one */
export function toFormValues(target: TargetResource | null): TargetFormValues {
  if (!target) return NEW;
  const { kind, name, filter, isEnabled } = target;
  return { kind, name, address: '', filter, isEnabled };
}

/** Returns the field of the API that holds the address of a kind. */
export function addressField(kind: TargetResource['kind']): 'email' | 'url' {
  return kind === 'email' ? 'email' : 'url';
}

/** Returns the request that adds a target. An empty address is left out, and the API names it as missing. */
export function toNewTarget({ kind, name, filter, isEnabled, ...values }: TargetFormValues): NewTarget {
  return { kind, name: name.trim(), ...addressOf(kind, values.address), filter, isEnabled };
}

/** Returns only what differs from the stored target, so that changes made elsewhere stay. */
export function toTargetChange(before: TargetResource, after: TargetFormValues): TargetChange {
  const name = after.name.trim();
  const differing = Object.entries(after.filter).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(before.filter[field as keyof typeof before.filter]),
  );
  return {
    ...(name === before.name ? {} : { name }),
    ...addressOf(before.kind, after.address),
    ...(differing.length === 0 ? {} : { filter: Object.fromEntries(differing) }),
    ...(after.isEnabled === before.isEnabled ? {} : { isEnabled: after.isEnabled }),
  };
}

function addressOf(kind: TargetResource['kind'], address: string): { email?: string; url?: string } {
  const given = address.trim();
  return given === '' ? {} : { [addressField(kind)]: given };
}
