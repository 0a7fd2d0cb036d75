/** The sources of the flow. The first is the main one; the other has this name at MediaConnect. */
export const SOURCE_ROLES = ['main', 'backup'] as const;
export type SourceRole = (typeof SOURCE_ROLES)[number];

export const BACKUP_SOURCE_NAME = 'backup';

/** Returns the role of a source by its name. */
export function roleOf(name: string): SourceRole {
  return name === BACKUP_SOURCE_NAME ? 'backup' : 'main';
}
