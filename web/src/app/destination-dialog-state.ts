import { useSyncExternalStore } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/answers.ts';

/** A dialog about one destination. */
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
 * Opens a dialog about a destination. The dialog belongs to the page and not to the row, so that its input survives
 * when a filter or a state change removes the row.
 */
export function ask(kind: AskedDialog['kind'], destination: DestinationResource): void {
  set({ kind, destination });
}

/** Closes the open dialog, if any. */
export function closeAsked(): void {
  set(null);
}

/** Returns the open dialog, or null. */
export function useAsked(): AskedDialog | null {
  return useSyncExternalStore(subscribe, () => asked);
}
