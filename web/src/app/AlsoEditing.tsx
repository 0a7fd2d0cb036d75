import { usePresence } from '../api/presence.ts';
import { useSession } from '../api/session.ts';
import { type Edited, useEditing } from './edited.ts';
import classes from './AlsoEditing.module.css';

interface AlsoEditingProps {
  kind: Edited['kind'];
  /** Undefined: something new, which no other person can have open. */
  id: string | undefined;
}

/** Reports what this form edits, and warns when others have the same open. It locks nothing. */
export function AlsoEditing({ kind, id }: AlsoEditingProps) {
  useEditing(kind, id);
  const own = useSession().data?.principal;
  const names = new Set(
    usePresence()
      .filter(({ editing }) => id !== undefined && editing?.kind === kind && editing.id === id)
      .map(({ name }) => (name === own ? `Another window signed in as ${name}` : name)),
  );
  return <div role="status">{names.size > 0 && <p className={classes.note}>{alsoEditingWords([...names])}</p>}</div>;
}

/** Returns `Anna is editing this too`, for one or several names. */
export function alsoEditingWords(names: readonly string[]): string {
  const list = new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
  return `${list} ${names.length === 1 ? 'is' : 'are'} editing this too.`;
}
