import type { PresenceResource } from '../../../functions/api/schemas/presence.ts';
import { paths } from '../app/paths.ts';

/** A person with their open tabs. */
export interface PresentPerson {
  name: string;
  /** Signed in under the same name as this tab. */
  isOwn: boolean;
  tabs: PresenceResource[];
}

/** Groups tabs by person. @param own name of the signed-in user */
export function peopleOf(tabs: readonly PresenceResource[], own: string | undefined): PresentPerson[] {
  return [...Map.groupBy(tabs, ({ name }) => name)].map(([name, theirs]) => ({
    name,
    isOwn: name === own,
    tabs: theirs,
  }));
}

/** Returns one or two letters: `AB` for `Anna Berg` and for `anna.berg@example.com`. */
export function initialsOf(name: string): string {
  const [local = ''] = name.split('@');
  const words = local.split(/[\s._-]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '');
  return letters.join('').toUpperCase() || '?';
}

const PAGES: Record<string, string> = {
  [paths.show]: 'Show',
  [paths.destinations]: 'Destinations',
  [paths.shows]: 'Schedule',
  [paths.timeline]: 'Timeline',
  [paths.uptime]: 'Uptime',
  [paths.incidents]: 'Incidents',
  [paths.recordings]: 'Recordings',
  [paths.orphans]: 'Unused resources',
  [paths.notifications]: 'Notifications',
  [paths.people]: 'People',
  [paths.settings]: 'Settings',
};

/** Says where a tab is: `Schedule`, or `Destinations, editing Main`. @param edited name of the edited destination */
export function whereWords({ page, editing }: PresenceResource, edited: string | undefined): string {
  const place = PAGES[page] ?? (page.startsWith(`${paths.shows}/`) ? 'Schedule' : 'Dashboard');
  if (!editing) return place;
  return `${place}, editing ${edited ?? (editing.kind === 'show' ? 'a show' : 'a destination')}`;
}
