import type { TargetResource } from '../../../functions/api/schemas/notifications.ts';
import type { NewTarget, TargetChange } from '../api/notifications.ts';

/** Settings of Companion as they are typed: buttons as `page/row/column`, empty for none. */
export interface CompanionValues {
  variable: string;
  pressOnOpen: string;
  pressOnResolve: string;
}

/** Values of the target form, and the requests they become. Pure. */
export interface TargetFormValues {
  kind: TargetResource['kind'];
  name: string;
  /** E-mail address or URL. Empty while editing: the stored one stays. */
  address: string;
  /** What to change in Companion; unused for the other kinds. */
  companion: CompanionValues;
  filter: TargetResource['filter'];
  isEnabled: boolean;
}

const NEW: TargetFormValues = {
  kind: 'webhook',
  name: '',
  address: '',
  companion: { variable: '', pressOnOpen: '', pressOnResolve: '' },
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
  const { kind, name, companion, filter, isEnabled } = target;
  const typed = companion
    ? {
        variable: companion.variable,
        pressOnOpen: toPlace(companion.pressOnOpen),
        pressOnResolve: toPlace(companion.pressOnResolve),
      }
    : NEW.companion;
  return { kind, name, address: '', companion: typed, filter, isEnabled };
}

/** Returns the field of the API that holds the address of a kind. */
export function addressField(kind: TargetResource['kind']): 'email' | 'url' {
  return kind === 'email' ? 'email' : 'url';
}

/** Returns the request that adds a target. An empty address is left out, and the API names it as missing. */
export function toNewTarget({ kind, name, filter, isEnabled, ...values }: TargetFormValues): NewTarget {
  const companion = kind === 'companion' ? { companion: toCompanion(values.companion) } : {};
  return { kind, name: name.trim(), ...addressOf(kind, values.address), ...companion, filter, isEnabled };
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
    ...companionChange(before, after),
    ...(differing.length === 0 ? {} : { filter: Object.fromEntries(differing) }),
    ...(after.isEnabled === before.isEnabled ? {} : { isEnabled: after.isEnabled }),
  };
}

function addressOf(kind: TargetResource['kind'], address: string): { email?: string; url?: string } {
  const given = address.trim();
  return given === '' ? {} : { [addressField(kind)]: given };
}

function companionChange(before: TargetResource, after: TargetFormValues): Pick<TargetChange, 'companion'> {
  const isSame = JSON.stringify(after.companion) === JSON.stringify(toFormValues(before).companion);
  return before.kind !== 'companion' || isSame ? {} : { companion: toCompanion(after.companion) };
}

type Button = NonNullable<TargetResource['companion']>['pressOnOpen'];

function toPlace(button: Button): string {
  return button ? `${button.page}/${button.row}/${button.column}` : '';
}

function toCompanion({ variable, pressOnOpen, pressOnResolve }: CompanionValues): NonNullable<NewTarget['companion']> {
  return {
    variable: variable.trim(),
    pressOnOpen: toButton(pressOnOpen),
    pressOnResolve: toButton(pressOnResolve),
  };
}

/** Reads `page/row/column`. A text that is no place becomes page 0, which the API refuses at its field. */
function toButton(text: string): Button {
  if (text.trim() === '') return null;
  const parts = /^(\d{1,3})\/(\d{1,2})\/(\d{1,2})$/.exec(text.trim())?.slice(1).map(Number);
  const [page = 0, row = 0, column = 0] = parts ?? [];
  return { page, row, column };
}
