/** The names of what an export contains and of what an import answers. */

export const TRANSFER_FORMAT = 'sluice-export';
/** Counts changes that an earlier version of Sluice cannot read. */
export const TRANSFER_VERSION = 1;

/** In the order of an import: what others refer to comes first. */
export const TRANSFER_KINDS = [
  'destination',
  'notification-target',
  'ceiling',
  'no-source-limit',
  'sound',
  'recording-settings',
  'incident-rules',
  'incident-mute',
  'slate-image',
  'show',
  'series',
  'cover',
] as const;
export type TransferKind = (typeof TRANSFER_KINDS)[number];

export const IMPORT_STATUSES = ['new', 'changed', 'same', 'conflict'] as const;

export const IMPORT_OUTCOMES = ['created', 'changed', 'skipped', 'failed', 'pending'] as const;
