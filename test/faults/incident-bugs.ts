import type { PlantedBug } from './planted-bugs.ts';

/** Bugs in what opens, reports, escalates and resolves incidents. */

const workflow = 'an incident opens, escalates and resolves';
const anywhere = [{ workflow }];

export const INCIDENT_BUGS: readonly PlantedBug[] = [
  {
    name: 'a notification is not recorded',
    file: 'workflow/finish-incident.ts',
    find: '  await recordNotificationDue(deps, notification);\n',
    replace: '',
    hunt: anywhere,
  },
  {
    name: 'a transition has another notification each time it is handed over',
    file: 'domain/incident-notification.ts',
    find: 'notificationId: `${incident.incidentId}-${revision}`,',
    replace: 'notificationId: `${incident.incidentId}-${Math.random()}`,',
    hunt: anywhere,
  },
  {
    name: 'an incident never resolves',
    file: 'domain/incident-observe.ts',
    find: 'clearForMs < clearSecondsOf(rule, before.flaps) * 1000',
    replace: 'clearForMs >= 0',
    hunt: anywhere,
  },
  {
    name: 'a resolved incident stays among the open ones',
    file: 'aws/incident-table.ts',
    find: '  await removeStanding(deps, incident);\n',
    replace: '',
    hunt: anywhere,
  },
  {
    name: 'an incident escalates again and again',
    file: 'domain/incident.ts',
    find: "if (state !== 'open' || escalatedAt !== null ||",
    replace: "if (state !== 'open' || escalatedAt === '' ||",
    hunt: anywhere,
  },
  {
    name: 'an incident opens before its hold time',
    file: 'domain/incident-observe.ts',
    find: 'now.getTime() - Date.parse(pending.since) < holdSeconds * 1000',
    replace: 'holdSeconds < 0',
    hunt: anywhere,
  },
  {
    name: 'an incident is left pending',
    file: 'domain/incident-observe.ts',
    find: 'now.getTime() - Date.parse(pending.since) < holdSeconds * 1000',
    replace: 'holdSeconds > 0',
    hunt: anywhere,
  },
  {
    name: 'the end of an incident is not reported',
    file: 'domain/incident.ts',
    find: "kind === 'resolved' ? !incident.isAnnounced : isHidden",
    replace: "kind === 'resolved' ? incident.isAnnounced : isHidden",
    hunt: anywhere,
  },
  {
    name: 'a notification that was handed over stays due',
    file: 'domain/incident.ts',
    find: 'due: incident.due.filter(({ revision }) => !revisions.includes(revision)) };',
    replace: 'due: revisions ? incident.due : [] };',
    hunt: anywhere,
  },
];
