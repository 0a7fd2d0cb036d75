import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import type { NewShow, ShowChange } from '../api/shows.ts';
import { toExpectedDraft, toExpectedSource, type ExpectedDraft } from './expected-source-fields.ts';
import { toCeilingDraft, toCeilingRequest, type CeilingDraft } from '../costs/CeilingFields.tsx';

/** Values of the show form, and the requests they become. Pure. */
export interface ShowFormValues {
  title: string;
  description: string;
  category: string;
  /** Separated by commas. */
  tags: string;
  privacy: ShowResource['privacy'];
  notes: string;
  sendsReport: boolean;
  record: boolean;
  startsSource: boolean;
  zone: string;
  localStart: string;
  /** Empty: no planned end. */
  localEnd: string;
  endRule: ShowResource['endRule'];
  /** How a new show is repeated, and until which date. */
  repeats: '' | 'WEEKLY' | 'MONTHLY';
  repeatsUntil: string;
  /** Whether an edit is meant for all later shows of its series, too. */
  isForFollowing: boolean;
  /** Empty: the show does not end for want of a source. */
  sourceLostMinutes: string;
  onFailure: ShowResource['onFailure'];
  ceiling: CeilingDraft | null;
  expectedSource: ExpectedDraft;
  destinations: { destinationId: string; offsetSeconds: string; isRequired: boolean }[];
}

/** Returns the initial values of the form. @param show null for a new one */
export function toShowValues(show: ShowResource | null, zone: string): ShowFormValues {
  return {
    title: show?.title ?? '',
    description: show?.description ?? '',
    category: show?.category ?? '',
    tags: show?.tags.join(', ') ?? '',
    privacy: show?.privacy ?? 'private',
    notes: show?.notes ?? '',
    sendsReport: show?.sendsReport ?? false,
    record: show?.record ?? false,
    startsSource: show?.startsSource ?? false,
    zone: show?.zone ?? zone,
    localStart: show?.localStart ?? '',
    localEnd: show?.localEnd ?? '',
    endRule: show?.endRule ?? 'clock',
    repeats: '',
    repeatsUntil: '',
    isForFollowing: false,
    sourceLostMinutes: String(show?.sourceLostMinutes ?? ''),
    onFailure: show?.onFailure ?? 'continue',
    ceiling: show?.ceiling ? toCeilingDraft(show.ceiling) : null,
    expectedSource: toExpectedDraft(show?.expectedSource ?? null),
    destinations:
      show?.destinations.map(({ destinationId, offsetSeconds, isRequired }) => ({
        destinationId,
        offsetSeconds: String(offsetSeconds),
        isRequired,
      })) ?? [],
  };
}

/** Returns the initial values of a copy, which needs new times. */
export function toCopyValues(show: ShowResource): ShowFormValues {
  return { ...toShowValues(show, show.zone), localStart: '', localEnd: '' };
}

/** Returns what is missing, by field, before the API can check the rest. */
export function missingValues({ title, localStart }: ShowFormValues): Partial<Record<keyof ShowFormValues, string>> {
  return {
    ...(title.trim() === '' && { title: 'Enter a title' }),
    ...(localStart === '' && { localStart: 'Choose a date and a time' }),
  };
}

/** Returns the request that plans a show. The API checks every value. */
export function toNewShow(values: ShowFormValues, isDraft: boolean): NewShow {
  const tags = values.tags.split(',').map((tag) => tag.trim());
  const chosen = new Set(values.destinations.map(({ destinationId }) => destinationId));
  const end = values.localEnd === '' ? null : values.localEnd;
  return {
    title: values.title,
    description: values.description,
    category: values.category.trim() === '' ? null : values.category,
    tags: tags.filter((tag) => tag !== ''),
    privacy: values.privacy,
    notes: values.notes,
    sendsReport: values.sendsReport,
    record: values.record,
    startsSource: values.startsSource,
    zone: values.zone,
    localStart: values.localStart,
    localEnd: end,
    endRule: end === null ? 'hand' : values.endRule,
    sourceLostMinutes: values.sourceLostMinutes === '' ? null : Number(values.sourceLostMinutes),
    onFailure: values.onFailure,
    ceiling: values.ceiling && toCeilingRequest(values.ceiling, chosen),
    expectedSource: toExpectedSource(values.expectedSource),
    destinations: values.destinations.map(({ offsetSeconds, ...each }) => ({
      ...each,
      // The API explains what is no whole number.
      offsetSeconds: Number(offsetSeconds === '' ? 0 : offsetSeconds),
    })),
    ...(values.repeats === '' ? {} : { recurrence: ruleOf(values) }),
    isDraft,
  };
}

/** An empty date is sent as it is, so that the API explains it. */
function ruleOf({ repeats, repeatsUntil }: ShowFormValues): string {
  return `FREQ=${repeats}${repeatsUntil === '' ? '' : `;UNTIL=${repeatsUntil.replaceAll('-', '')}`}`;
}

/** Returns only what differs from the stored show, so that what cannot change while it runs is not sent. */
export function toShowChange(before: ShowResource, after: ShowFormValues): ShowChange {
  const { isDraft: _draft, recurrence: _rule, ...wanted } = toNewShow(after, true);
  const stored = toNewShow(toShowValues(before, before.zone), true);
  const differing = Object.entries(wanted).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(stored[field as keyof NewShow]),
  );
  return Object.fromEntries(differing);
}
