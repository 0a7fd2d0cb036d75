import { timeOfDigits, ulidOf } from './derived-ulid.ts';
import { raised, ruleOf, type RuleId, type Severity, type SubjectKind } from './incident-rules.ts';

/**
 * The incident: something a person should know, one per rule and subject.
 *
 *   (trouble) ──▶ pending ──held──▶ open ◀──▶ acknowledged
 *                    │                │            │
 *                 (gone)              └──▶ resolved ◀┘
 *
 * `observe` (incident-observe.ts) moves incidents by what was observed; the functions here are what people and time do.
 * Each change worth a message is a transition with its own revision. The record carries the
 * transitions that have not been handed over yet (`due`), so the write that makes a transition cannot lose its
 * notification.
 */

export const INCIDENT_STATES = ['pending', 'open', 'acknowledged', 'resolved'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

export interface IncidentSubject {
  kind: SubjectKind;
  /** A destination's id; `main` for the source; `deployment`; the ceiling's id. */
  id: string;
  name: string;
  group: string | null;
}

export const TRANSITION_KINDS = [
  'opened',
  'acknowledged',
  'unacknowledged',
  'escalated',
  'unmuted',
  'resolved',
] as const;
export type TransitionKind = (typeof TRANSITION_KINDS)[number];

/** A transition whose notification is not handed over yet. */
export interface DueTransition {
  revision: number;
  kind: TransitionKind;
  at: string;
}

/** One line of an incident's own log. */
export interface IncidentNote {
  at: string;
  kind: TransitionKind | 'comment';
  /** A person, or `monitor` or `workflow`. */
  by: string;
  text: string;
}

export type Resolution = 'cleared' | 'subject_gone' | 'rule_disabled';

export interface Incident {
  incidentId: string;
  rule: RuleId;
  subject: IncidentSubject;
  severity: Severity;
  state: IncidentState;
  /** Caused on purpose, by a drill. */
  isDrill: boolean;
  /** When the drill that caused it ended while the trouble lasted. */
  drillEndedAt: string | null;
  /** What was observed when it opened, in words. */
  detail: string;
  /** When the trouble was first observed. */
  since: string;
  openedAt: string | null;
  /** Since when it waits for an acknowledgement. */
  waitingSince: string | null;
  acknowledgedAt: string | null;
  acknowledgedBy: string | null;
  escalatedAt: string | null;
  resolvedAt: string | null;
  resolution: Resolution | null;
  /** Since when the trouble has been gone; null while it lasts. */
  clearSince: string | null;
  /** How often the trouble came back before the incident resolved. Each time it has to be gone for longer. */
  flaps: number;
  /** The incident that is the cause of this one, which hides it. */
  inhibitedBy: string | null;
  /** Until when it is muted, by whom and why. */
  muted: { until: string; by: string; reason: string } | null;
  /** True once a notification of its opening was due. */
  isAnnounced: boolean;
  /** Destinations that suffer from it. */
  affected: { destinationId: string; name: string }[];
  /** Counts transitions. */
  revision: number;
  /** Counts writes. Each write is conditional on the count it read. */
  writeCount: number;
  /** Revision by which its execution is named; null while it has none. */
  executionRevision: number | null;
  due: DueTransition[];
  notes: IncidentNote[];
}

/** A transition as it happened, with the incident after it. */
export interface Transition extends DueTransition {
  by: string;
  /** True when no notification is due. */
  isSilent: boolean;
  incident: Incident;
}

const NOTES_MAX = 200;

/** Returns the id of an incident, which sorts by the time at which the trouble was first observed. */
export function incidentIdOf(rule: RuleId, subjectId: string, firstSeen: Date): string {
  return `inc_${ulidOf(firstSeen.getTime(), JSON.stringify([rule, subjectId]))}`;
}

/** Returns when the trouble of an incident was first observed, from its id. Null for any other text. */
export function timeOfIncidentId(incidentId: string): Date | null {
  const match = /^inc_([0-7][0-9a-hjkmnp-tv-z]{9})[0-9a-hjkmnp-tv-z]{16}$/.exec(incidentId);
  if (!match) return null;
  const time = new Date(timeOfDigits(match[1]!));
  return Number.isNaN(time.getTime()) ? null : time;
}

/** Returns true while the trouble is known to people: open or acknowledged. */
export function isStanding({ state }: Pick<Incident, 'state'>): boolean {
  return state === 'open' || state === 'acknowledged';
}

interface Happening {
  kind: TransitionKind;
  now: Date;
  by: string;
  text: string;
}

/**
 * Adds a transition to an incident that has been changed accordingly. Pure.
 * @returns the incident with a new revision, and the transition, which is silent while a mute or a cause hides it
 */
export function withTransition(incident: Incident, { kind, now, by, text }: Happening): Transition {
  const at = now.toISOString();
  const isHidden = incident.muted !== null || incident.inhibitedBy !== null;
  // The end is reported exactly if the beginning was.
  const isSilent = kind === 'resolved' ? !incident.isAnnounced : isHidden;
  const revision = incident.revision + 1;
  const announces = kind === 'opened' || kind === 'unmuted';
  const after: Incident = {
    ...incident,
    revision,
    isAnnounced: incident.isAnnounced || (announces && !isSilent),
    due: isSilent ? incident.due : [...incident.due, { revision, kind, at }],
    notes: withNote(incident.notes, { at, kind, by, text }),
  };
  return { kind, at, by, revision, isSilent, incident: after };
}

function withNote(notes: IncidentNote[], note: IncidentNote): IncidentNote[] {
  // The first lines say how it began; of too many, those in the middle go.
  return notes.length < NOTES_MAX ? [...notes, note] : [...notes.slice(0, 20), ...notes.slice(21), note];
}

/** Acknowledges an open incident, which stops its escalation. Null when it is not open. Pure. */
export function acknowledge(incident: Incident, { by, now }: { by: string; now: Date }): Transition | null {
  if (incident.state !== 'open') return null;
  const at = now.toISOString();
  const after: Incident = {
    ...incident,
    state: 'acknowledged',
    acknowledgedAt: at,
    acknowledgedBy: by,
    waitingSince: null,
  };
  return withTransition(after, { kind: 'acknowledged', now, by, text: '' });
}

/** Takes an acknowledgement back; the time until it escalates begins again. Null when there is none. Pure. */
export function unacknowledge(incident: Incident, { by, now }: { by: string; now: Date }): Transition | null {
  if (incident.state !== 'acknowledged') return null;
  const after: Incident = {
    ...incident,
    state: 'open',
    acknowledgedAt: null,
    acknowledgedBy: null,
    escalatedAt: null,
    waitingSince: now.toISOString(),
    severity: ruleOf(incident.rule).severity,
  };
  return withTransition(after, { kind: 'unacknowledged', now, by, text: '' });
}

/** Adds a comment. Pure. */
export function comment(incident: Incident, { by, now, text }: { by: string; now: Date; text: string }): Incident {
  return { ...incident, notes: withNote(incident.notes, { at: now.toISOString(), kind: 'comment', by, text }) };
}

/** Returns when an open incident escalates; null when it does not. */
export function escalatesAt(incident: Incident, escalateAfterSeconds: number | null): Date | null {
  const { state, escalatedAt, waitingSince, muted, inhibitedBy } = incident;
  if (state !== 'open' || escalatedAt !== null || waitingSince === null || escalateAfterSeconds === null) return null;
  if (muted !== null || inhibitedBy !== null) return null;
  return new Date(Date.parse(waitingSince) + escalateAfterSeconds * 1000);
}

/** Escalates an incident without an acknowledgement: its severity rises by one. Null when it is not due. Pure. */
export function escalate(incident: Incident, escalateAfterSeconds: number | null, now: Date): Transition | null {
  const at = escalatesAt(incident, escalateAfterSeconds);
  if (!at || at > now) return null;
  const after: Incident = { ...incident, escalatedAt: now.toISOString(), severity: raised(incident.severity) };
  const text = `it was not acknowledged within ${escalateAfterSeconds} seconds`;
  return withTransition(after, { kind: 'escalated', now, by: 'workflow', text });
}

/** Removes a transition whose notification was handed over. Pure. */
export function withoutDue(incident: Incident, revisions: readonly number[]): Incident {
  return { ...incident, due: incident.due.filter(({ revision }) => !revisions.includes(revision)) };
}

/** Returns for how many seconds the trouble lasted, or has lasted until `now`. */
export function durationSeconds(
  { since, clearSince, resolvedAt }: Pick<Incident, 'since' | 'clearSince' | 'resolvedAt'>,
  now: Date,
): number {
  // A resolved incident ended when its trouble was gone, which was noticed a little later.
  const end = resolvedAt === null ? now.getTime() : Date.parse(clearSince ?? resolvedAt);
  return Math.max(0, Math.round((end - Date.parse(since)) / 1000));
}
