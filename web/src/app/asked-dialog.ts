import { useSyncExternalStore } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/answers.ts';

/** What a person is asked about one destination, over the page. */
export interface AskedDialog {
  kind: 'start' | 'replaceKey' | 'restart' | 'stopLast' | 'forceStop' | 'delete' | 'forceDelete';
  /** As it was when the dialog was opened. */
  destination: DestinationResource;
}

let asked: AskedDialog | null = null;
const listeners = new Set<() => void>();

function set(next: AskedDialog | null): void {
  asked = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Opens a dialog about a destination. It belongs to the page and not to the row it is opened from: a row goes when a
 * filter or its state says so, and what has been typed must not go with it.
 */
export function ask(kind: AskedDialog['kind'], destination: DestinationResource): void {
  set({ kind, destination });
}

/** Closes the dialog; nothing where there is none. */
export function closeAsked(): void {
  set(null);
}

/** The dialog that is open; null where there is none. */
export function useAsked(): AskedDialog | null {
  return useSyncExternalStore(subscribe, () => asked);
}
