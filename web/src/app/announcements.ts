import { useSyncExternalStore } from 'react';

let words = '';
const listeners = new Set<() => void>();

/** Has a screen reader say something that can only be seen otherwise. */
export function announce(message: string): void {
  // The same words again are news again: a live region speaks of changes only.
  words = words === message ? `${message}\u00a0` : message;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What was announced last. */
export function useAnnouncement(): string {
  return useSyncExternalStore(subscribe, () => words);
}
