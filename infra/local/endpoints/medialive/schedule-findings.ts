import type { ScheduleAction } from '@aws-sdk/client-medialive';

/** What the checks of schedule actions share. */

export type ActionSettings = NonNullable<ScheduleAction['ScheduleActionSettings']>;

/** Notes a reason to refuse the whole request. */
export type Refuse = (elementPath: string, errorMessage: string) => void;

/** Refuses the members of an action's settings that this endpoint does not act upon. */
export function refuseMembers(settings: object, kept: readonly string[], path: string, refuse: Refuse): void {
  for (const member of membersOf(settings)) {
    if (!kept.includes(member))
      refuse(`${path}/${wireName(member)}`, 'is not supported by this local endpoint: leave it out');
  }
}

/** Returns the names of the members that are set. */
export function membersOf(settings: object): string[] {
  return Object.entries(settings).flatMap(([member, value]) => (value === undefined ? [] : member));
}

/** Returns the name of a member as it is on the wire. */
export function wireName(member: string): string {
  return member[0]!.toLowerCase() + member.slice(1);
}
