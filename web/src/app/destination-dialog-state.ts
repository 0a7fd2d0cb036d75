import { useSyncExternalStore } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';

/** A dialog about one destination. */
export interface OpenDialog {
  kind: 'start' | 'replaceKey' | 'restart' | 'stopLast' | 'forceStop' | 'delete' | 'forceDelete';
  /** As it was when the dialog was opened. */
  destination: DestinationResource;
}

let open: OpenDialog | null = null;
const listeners = new Set<() => void>();

function set(next: OpenDialog | null): void {
  open = next;
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
export function openDialog(kind: OpenDialog['kind'], destination: DestinationResource): void {
  set({ kind, destination });
}

/** Closes the open dialog, if any. */
export function closeDialog(): void {
  set(null);
}

/** Returns the open dialog, or null. */
export function useOpenDialog(): OpenDialog | null {
  return useSyncExternalStore(subscribe, () => open);
}
