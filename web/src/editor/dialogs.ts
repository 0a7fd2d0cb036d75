import { lazy } from 'react';

/** Loads each dialog, and the buttons of a break, as a separate chunk when it is first shown. */
const load = {
  bulk: async () => ({ default: (await import('./BulkDialog.tsx')).BulkDialog }),
  groupStarts: async () => ({ default: (await import('./GroupStartNotes.tsx')).GroupStartNotes }),
  startGroup: async () => ({ default: (await import('./StartGroupDialog.tsx')).StartGroupDialog }),
  remove: async () => ({ default: (await import('./DeleteDialog.tsx')).DeleteDialog }),
  replaceKey: async () => ({ default: (await import('./ReplaceKeyDialog.tsx')).ReplaceKeyDialog }),
  slateForAll: async () => ({ default: (await import('./SlateForAll.tsx')).SlateForAll }),
  stopSource: async () => ({ default: (await import('./StopSourceDialog.tsx')).StopSourceDialog }),
  transport: async () => ({ default: (await import('./TransportDialog.tsx')).TransportDialog }),
};

export const BulkDialog = lazy(load.bulk);
export const GroupStartNotes = lazy(load.groupStarts);
export const StartGroupDialog = lazy(load.startGroup);
export const DeleteDialog = lazy(load.remove);
export const ReplaceKeyDialog = lazy(load.replaceKey);
export const SlateForAll = lazy(load.slateForAll);
export const StopSourceDialog = lazy(load.stopSource);
export const TransportDialog = lazy(load.transport);

/** Prefetches them all. */
export function prefetchDialogs(): Promise<unknown>[] {
  return Object.values(load).map((each) => each());
}
