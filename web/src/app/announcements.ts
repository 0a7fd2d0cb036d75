import { useSyncExternalStore } from 'react';

let words = '';
const listeners = new Set<() => void>();

/** Announces a visual change to screen readers. */
export function announce(message: string): void {
  // A live region announces only changes, so a repeated message has to differ.
  words = words === message ? `${message}\u00a0` : message;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Returns the newest announcement. */
export function useAnnouncement(): string {
  return useSyncExternalStore(subscribe, () => words);
}
