import type { GroupStart } from './group-start.ts';

/** Returns the name of the execution that runs a group start: at most 80 characters, as Step Functions demands. */
export function groupExecutionOf({ groupStartId }: Pick<GroupStart, 'groupStartId'>, revision: number): string {
  return `${groupStartId}-${revision}`;
}
