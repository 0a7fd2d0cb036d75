import { usePresence } from '../api/presence.ts';
import { useSession } from '../api/session.ts';
import type { Edited } from './edited.ts';
import classes from './AlsoEditing.module.css';

/** Warns that others have the same open for editing. It locks nothing. */
export function AlsoEditing({ kind, id }: Edited) {
  const own = useSession().data?.principal;
  const names = new Set(
    usePresence()
      .filter(({ editing }) => editing?.kind === kind && editing.id === id)
      .map(({ name }) => (name === own ? `Another window signed in as ${name}` : name)),
  );
  return <div role="status">{names.size > 0 && <p className={classes.note}>{alsoEditingWords([...names])}</p>}</div>;
}

/** Returns `Anna is editing this too`, for one or several names. */
export function alsoEditingWords(names: readonly string[]): string {
  const list = new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
  return `${list} ${names.length === 1 ? 'is' : 'are'} editing this too.`;
}
