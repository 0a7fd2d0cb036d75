import type { ImportItem, ImportResult } from '../../../functions/api/schemas/transfer.ts';

/** The words of an import. */

const KINDS: Record<ImportItem['kind'], string> = {
  destination: 'Destination',
  'notification-target': 'Notification target',
  ceiling: 'Ceiling',
  'no-source-limit': 'Limit',
  sound: 'Setting',
  'recording-settings': 'Setting',
  'incident-rules': 'Setting',
  'incident-mute': 'Mute',
  'slate-image': 'Picture',
  show: 'Show',
  series: 'Series',
  cover: 'Picture',
};

const SECRETS: Record<ImportItem['needs'][number], string> = {
  streamKey: 'Stream key',
  backupStreamKey: 'Backup stream key',
  passphrase: 'SRT passphrase',
  url: 'URL',
};

/** Returns the label of a missing secret. */
export function secretLabel(secret: ImportItem['needs'][number]): string {
  return SECRETS[secret];
}

/** Returns the kind of an item and what an import does, or did, with it. */
export function describeItem({ fields, kind, outcome, status }: ImportItem): string {
  return `${KINDS[kind]} · ${outcome === null || outcome === 'skipped' ? before(status, fields) : AFTER[outcome]}`;
}

const AFTER = { created: 'created', changed: 'changed', failed: 'not imported', pending: 'waiting' };

function before(status: ImportItem['status'], fields: readonly string[]): string {
  switch (status) {
    case 'new':
      return 'new';
    case 'changed':
      return `changes ${fields.join(', ')}`;
    case 'same':
      return 'the same here';
    case 'conflict':
      return 'cannot be imported';
  }
}

/** Returns true for an item that an import can do something with. */
export function isImportable({ needs, status }: ImportItem): boolean {
  return status === 'new' || status === 'changed' || needs.length > 0;
}

/** Returns the result of an import in one sentence. */
export function summarize({ items }: ImportResult): string {
  const count = (outcome: ImportItem['outcome']) => items.filter((item) => item.outcome === outcome).length;
  const parts = [`${count('created')} created`, `${count('changed')} changed`, `${count('failed')} not imported`];
  return parts.filter((part) => !part.startsWith('0 ')).join(', ') || 'Nothing was imported';
}
