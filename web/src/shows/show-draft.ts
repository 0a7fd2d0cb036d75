import { keepTyped, readTyped } from '../app/draft-store.ts';
import type { ShowFormValues } from './show-fields.ts';

/** What was typed into the show form and not sent. It holds no secret, so all of it outlasts a reload. */

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isAmount: Check = (value) => typeof value === 'string' || typeof value === 'number';
const isListOf = (check: Check): Check => {
  return (value) => Array.isArray(value) && value.every(check);
};
const hasParts = (checks: Record<string, Check>): Check => {
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(checks).every(([part, check]) => check((value as Record<string, unknown>)[part]));
};

const isCeiling = hasParts({
  amount: isAmount,
  action: isText,
  countdownMinutes: isAmount,
  defaultAnswer: isText,
  spared: isListOf(isText),
});

/** What each field may hold. An earlier version of the page may have stored another shape. */
const CHECKS: Record<keyof ShowFormValues, Check> = {
  title: isText,
  description: isText,
  category: isText,
  tags: isText,
  privacy: isText,
  notes: isText,
  sendsReport: isFlag,
  record: isFlag,
  startsSource: isFlag,
  zone: isText,
  localStart: isText,
  localEnd: isText,
  endRule: isText,
  repeats: isText,
  repeatsUntil: isText,
  isForFollowing: isFlag,
  sourceLostMinutes: isText,
  onFailure: isText,
  ceiling: (value) => value === null || isCeiling(value),
  expectedSource: hasParts({
    size: isText,
    framesPerSecond: isText,
    soundChannels: isText,
    soundSampleRateHz: isText,
  }),
  destinations: isListOf(hasParts({ destinationId: isText, offsetSeconds: isText, isRequired: isFlag })),
};

/** Names the draft of an edit, of a copy, or of a new show. */
export function showDraftName(show: { edited?: string | undefined; copied?: string | undefined }): string {
  if (show.edited !== undefined) return `show-${show.edited}`;
  return show.copied === undefined ? 'show-new' : `show-copy-${show.copied}`;
}

/** Returns what was typed into a show form and when, or null. @param name of {@link showDraftName} */
export function readShowDraft(name: string): { typedAt: string; values: Partial<ShowFormValues> } | null {
  const found = readTyped(name);
  if (!found) return null;
  const values = Object.entries(CHECKS)
    .filter(([field, check]) => check(found.values[field]))
    .map(([field]) => [field, found.values[field]]);
  return values.length > 0 ? { typedAt: found.typedAt, values: Object.fromEntries(values) } : null;
}

/** Keeps the fields that differ from those the form began with. */
export function keepShowDraft(name: string, pristine: ShowFormValues, values: ShowFormValues): void {
  const differing = Object.entries(values).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(pristine[field as keyof ShowFormValues]),
  );
  keepTyped(name, Object.fromEntries(differing));
}
