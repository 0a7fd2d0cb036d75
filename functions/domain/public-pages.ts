/** Whether the public pages are open. An administrator closes them for all watchers, and opens them again. */
export interface PublicPages {
  isOpen: boolean;
  /** Who opened or closed them last, and why; null before anyone did. */
  changed: { by: string; at: string; reason: string } | null;
  revision: number;
}

/** Before anyone has closed them. */
export const OPEN_PAGES: PublicPages = { isOpen: true, changed: null, revision: 0 };
