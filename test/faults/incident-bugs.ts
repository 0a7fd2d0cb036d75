import type { PlantedBug } from './planted-bugs.ts';

/** Bugs in what opens, reports, escalates and resolves incidents. */

const anywhere = [{ workflow: 'an incident opens, escalates and resolves' }];
const sourceLost = [{ workflow: 'a lost source hides its effects' }];
const muted = [{ workflow: 'an incident is muted and another acknowledged' }];

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
  {
    name: 'an incident does not hide its effects',
    file: 'domain/incident-observe.ts',
    find: "if (cause.state === 'resolved' || !ruleOf(cause.rule).inhibits?.includes(rule)) return false;",
    replace: "if (cause.state !== 'pending' || !ruleOf(cause.rule).inhibits?.includes(rule)) return false;",
    hunt: sourceLost,
  },
  {
    name: 'an effect does not wait until its cause is decided',
    file: 'domain/incident-observe.ts',
    find: 'if (causes.length > 0 || now.getTime()',
    replace: 'if (now.getTime()',
    hunt: [{ tests: 'functions/domain/incident-observe.test.ts' }],
  },
  {
    name: 'a muted incident is reported',
    file: 'domain/incident.ts',
    find: 'const isHidden = incident.muted !== null || incident.inhibitedBy !== null;',
    replace: 'const isHidden = incident.inhibitedBy !== null;',
    hunt: muted,
  },
  {
    name: 'the end of an incident is reported without its beginning',
    file: 'domain/incident.ts',
    find: "kind === 'resolved' ? !incident.isAnnounced : isHidden",
    replace: "kind !== 'resolved' && isHidden",
    hunt: muted,
  },
  {
    name: 'an acknowledged incident escalates',
    file: 'domain/incident.ts',
    find: "if (state !== 'open' || escalatedAt !== null || waitingSince === null || escalateAfterSeconds === null) return null;\n  if (muted !== null || inhibitedBy !== null) return null;\n  return new Date(Date.parse(waitingSince)",
    replace:
      "if (state === 'resolved' || escalatedAt !== null || incident.openedAt === null || escalateAfterSeconds === null) return null;\n  if (muted !== null || inhibitedBy !== null) return null;\n  return new Date(Date.parse(waitingSince ?? incident.openedAt)",
    hunt: muted,
  },
  {
    name: 'the execution of an incident that was interrupted is not started again',
    file: 'schedules/sweep-incidents.ts',
    find: 'else await startNext(deps, incident);',
    replace: 'else continue;',
    hunt: [{ ...anywhere[0]!, step: /Incident$/, fault: /execution aborted/ }],
  },
];
