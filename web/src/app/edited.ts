import { useEffect, useSyncExternalStore } from 'react';
import type { PutPresence } from '../../../functions/api/schemas/presence.ts';

/** What is open for editing in this tab, for the others on the dashboard. */
export type Edited = NonNullable<PutPresence['editing']>;

let edited: Edited | null = null;
const listeners = new Set<() => void>();

function setEdited(next: Edited | null): void {
  edited = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Notes what a form edits as long as the form is open. @param id undefined: something new */
export function useEditing(kind: Edited['kind'], id: string | undefined): void {
  useEffect(() => {
    if (id === undefined) return;
    const own: Edited = { kind, id };
    setEdited(own);
    // A form that opened since is not forgotten.
    return () => (edited === own ? setEdited(null) : undefined);
  }, [kind, id]);
}

/** Returns what is open for editing in this tab. */
export function useEdited(): Edited | null {
  return useSyncExternalStore(subscribe, () => edited);
}
