import { INCIDENT_RULES, RULE_IDS, ruleOf, type RuleId } from './incident-rules.ts';
import { effectiveRule, muteOf, type EffectiveRule, type IncidentSettings } from './incident-settings.ts';
import {
  incidentIdOf,
  isStanding,
  withTransition,
  type Incident,
  type IncidentSubject,
  type Resolution,
  type Transition,
} from './incident.ts';

/**
 * Moves incidents by what was observed. Pure: the same incidents, observations, time and settings give the same result,
 * so it does not matter how many monitors run or which of them comes first.
 *
 * A signal that is absent was not observed. That proves nothing: it neither opens nor resolves an incident, and what
 * was seen last stays true.
 */

/** One subject as it was just observed. */
export interface SubjectObservation {
  subject: IncidentSubject;
  /** Figures and facts by the signal's name; absent when they were not observed. */
  signals: Readonly<Record<string, number | boolean>>;
  /** The reason of a signal in words, where a figure says too little. */
  details?: Readonly<Record<string, string>>;
  /** Since when a signal has been trouble, where that is known better than from when it was observed. */
  since?: Readonly<Record<string, string>>;
  /** Signals that are being caused on purpose. */
  drills?: readonly string[];
  /** Destinations that suffer from what is wrong with this subject. */
  affected?: Incident['affected'];
  /** The subject is known not to exist any more. */
  isGone?: boolean;
}

export interface Observed {
  /** All incidents afterwards. One that nothing changed is the same object; a pending one that came to nothing is left out. */
  incidents: Incident[];
  transitions: Transition[];
}

/** Longest time for which trouble has to be gone, however often it came back. */
const CLEAR_SECONDS_MAX = 300;
/** A rule that resolves at once waits this long when its trouble has come back before. */
const CLEAR_SECONDS_FLAPPING = 5;
/** Trouble that outlasts its drill by this time is real. */
const DRILL_TAIL_SECONDS = 60;
const AFFECTED_MAX = 50;

/** Identifies the place of an incident: there is at most one per rule and subject. */
export function incidentKeyOf({ rule, subject }: Pick<Incident, 'rule' | 'subject'>): string {
  return `${rule}#${subject.id}`;
}

/**
 * Moves the incidents.
 * @param incidents those that are not resolved
 * @param observations of any of the subjects, in any order
 */
export function observe(
  incidents: readonly Incident[],
  observations: readonly SubjectObservation[],
  now: Date,
  settings: IncidentSettings,
): Observed {
  const known = new Map(incidents.map((incident) => [incidentKeyOf(incident), incident]));
  const seen = new Map<string, Seen>();
  for (const observation of observations) {
    for (const rule of rulesOf(observation)) {
      const key = incidentKeyOf({ rule, subject: observation.subject });
      const look = judge(rule, observation, settings);
      // Several observations of one subject may each know a part.
      if (look.isTrouble !== null || !seen.has(key)) seen.set(key, look);
    }
  }
  const transitions: Transition[] = [];
  const moved = new Map<string, Incident>();
  const step = (incident: Incident | null, transition: Transition | null) => {
    if (transition) transitions.push(transition);
    const after = transition?.incident ?? incident;
    if (after) moved.set(incidentKeyOf(after), after);
  };
  // Causes come before their effects, which they hide within the same call.
  for (const key of inOrderOfCause([...new Set([...known.keys(), ...seen.keys()])])) {
    const before = known.get(key) ?? null;
    const look = seen.get(key) ?? unseen(before, settings);
    const causes = causesOf(key, before?.subject ?? look.observation?.subject, [...moved.values()]);
    step(...moveOne(before, look, { now, settings, causes }));
  }
  return { incidents: [...moved.values()], transitions };
}

/** What one observation says about one rule. */
interface Seen {
  rule: RuleId;
  /** True: trouble; false: none; null: unknown. */
  isTrouble: boolean | null;
  effective: EffectiveRule;
  observation: SubjectObservation | null;
}

function rulesOf({ subject }: SubjectObservation): RuleId[] {
  return RULE_IDS.filter((rule) => INCIDENT_RULES[rule].subject === subject.kind);
}

function judge(rule: RuleId, observation: SubjectObservation, settings: IncidentSettings): Seen {
  const effective = effectiveRule(settings, rule, observation.subject.id);
  const value = observation.signals[ruleOf(rule).signal];
  if (!effective.enabled || observation.isGone) return { rule, isTrouble: false, effective, observation };
  return { rule, isTrouble: isTrouble(rule, value, effective.threshold), effective, observation };
}

/** Compares a signal with its rule. Null when it was not observed. */
function isTrouble(rule: RuleId, value: number | boolean | undefined, limit: number | null): boolean | null {
  const { threshold } = ruleOf(rule);
  if (value === undefined || Number.isNaN(value)) return null;
  if (!threshold || limit === null) return value === true;
  if (typeof value !== 'number') return null;
  if (threshold.is === 'above') return value > limit;
  return threshold.is === 'below' ? value < limit : value >= limit;
}

function unseen(incident: Incident | null, settings: IncidentSettings): Seen {
  const { rule, subject } = incident!;
  const effective = effectiveRule(settings, rule, subject.id);
  return { rule, isTrouble: effective.enabled ? null : false, effective, observation: null };
}

/** A rule that inhibits comes before the rules it inhibits; the table is written in that order within a subject's kind. */
const RANK = new Map(rankRules().map((rule, index) => [rule as string, index]));

function rankRules(): RuleId[] {
  const ranked: RuleId[] = [];
  const visit = (rule: RuleId) => {
    if (ranked.includes(rule)) return;
    for (const cause of RULE_IDS) if (ruleOf(cause).inhibits?.includes(rule)) visit(cause);
    ranked.push(rule);
  };
  for (const rule of RULE_IDS) visit(rule);
  return ranked;
}

function inOrderOfCause(keys: string[]): string[] {
  const rank = (key: string) => RANK.get(key.slice(0, key.indexOf('#'))) ?? 0;
  return keys.toSorted((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
}

/** Returns the incidents that are causes of the one under this key. */
function causesOf(key: string, subject: IncidentSubject | undefined, moved: readonly Incident[]): Incident[] {
  const rule = key.slice(0, key.indexOf('#'));
  return moved.filter((cause) => {
    if (cause.state === 'resolved' || !ruleOf(cause.rule).inhibits?.includes(rule)) return false;
    // What is wrong with the source or the deployment concerns everything; what is wrong with one destination only that.
    const isShared = cause.subject.kind === 'source' || cause.subject.kind === 'deployment';
    return isShared || cause.subject.id === subject?.id;
  });
}

interface Circumstances {
  now: Date;
  settings: IncidentSettings;
  causes: readonly Incident[];
}

type Moved = [Incident | null, Transition | null];

function moveOne(before: Incident | null, seen: Seen, circumstances: Circumstances): Moved {
  if (!before) return seen.isTrouble ? begin(seen, circumstances) : [null, null];
  if (before.state === 'resolved') return [before, null];
  if (before.state === 'pending') return movePending(before, seen, circumstances);
  return moveStanding(before, seen, circumstances);
}

/** Trouble was observed for the first time. */
function begin({ rule, effective, observation }: Seen, circumstances: Circumstances): Moved {
  const { now, settings, causes } = circumstances;
  // An effect of a reported incident is named there and is not a separate incident.
  if (!observation || causes.some(isStanding)) return [null, null];
  const { subject, since } = observation;
  const { signal } = ruleOf(rule);
  const known = Date.parse(since?.[signal] ?? '');
  const sinceMs = Number.isNaN(known) ? now.getTime() : Math.min(known, now.getTime());
  const pending: Incident = {
    incidentId: incidentIdOf(rule, subject.id, now),
    rule,
    subject,
    severity: ruleOf(rule).severity,
    state: 'pending',
    isDrill: observation.drills?.includes(signal) ?? false,
    drillEndedAt: null,
    detail: detailOf(rule, effective, observation),
    since: new Date(sinceMs).toISOString(),
    openedAt: null,
    waitingSince: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    escalatedAt: null,
    resolvedAt: null,
    resolution: null,
    clearSince: null,
    flaps: 0,
    inhibitedBy: null,
    muted: null,
    isAnnounced: false,
    affected: (observation.affected ?? []).slice(0, AFFECTED_MAX),
    revision: 0,
    writeCount: 0,
    executionRevision: effective.holdSeconds < (settings.observedEverySeconds ?? 0) ? 0 : null,
    due: [],
    notes: [],
  };
  return openWhenHeld(pending, effective, circumstances);
}

function movePending(before: Incident, seen: Seen, circumstances: Circumstances): Moved {
  if (seen.isTrouble === false || circumstances.causes.some(isStanding)) return [null, null];
  return openWhenHeld(withNews(before, seen), seen.effective, circumstances);
}

function openWhenHeld(pending: Incident, { holdSeconds }: EffectiveRule, circumstances: Circumstances): Moved {
  const { now, settings, causes } = circumstances;
  // A cause that is about to open would hide it, so it waits for that to be decided.
  if (causes.length > 0 || now.getTime() - Date.parse(pending.since) < holdSeconds * 1000) return [pending, null];
  const at = now.toISOString();
  const mute = muteOf(settings.mutes, pending, now);
  const open: Incident = {
    ...pending,
    state: 'open',
    openedAt: at,
    waitingSince: at,
    muted: mute && { until: mute.until, by: mute.by, reason: mute.reason },
    executionRevision: pending.executionRevision ?? pending.revision + 1,
  };
  return [null, withTransition(open, { kind: 'opened', now, by: 'monitor', text: pending.detail })];
}

function moveStanding(before: Incident, seen: Seen, circumstances: Circumstances): Moved {
  const { now, settings, causes } = circumstances;
  if (seen.isTrouble === false || (seen.isTrouble === null && before.clearSince !== null)) {
    return clear(before, seen, now);
  }
  const news = withDrill(withNews(backAgain(before, seen), seen), seen, now);
  const hidden = withCauseAndMute(news, causes, settings, now);
  if (news.isDrill !== before.isDrill || (before.muted !== null && hidden.muted === null)) {
    const kind = news.isDrill === before.isDrill ? 'unmuted' : 'opened';
    // A person who was notified before does not need to hear that a mute has ended.
    if (kind === 'opened' || !hidden.isAnnounced) {
      const text = kind === 'opened' ? 'the drill is over and the trouble lasts' : 'the mute has ended';
      const waiting = hidden.state === 'open' ? { ...hidden, waitingSince: now.toISOString() } : hidden;
      return [null, withTransition(waiting, { kind, now, by: 'monitor', text })];
    }
  }
  return [hidden, null];
}

/** The trouble is gone: resolves once that has lasted. */
function clear(before: Incident, { rule, effective, observation }: Seen, now: Date): Moved {
  const at = now.toISOString();
  const clearing = before.clearSince === null ? { ...before, clearSince: at } : before;
  const resolution: Resolution = !effective.enabled
    ? 'rule_disabled'
    : observation?.isGone
      ? 'subject_gone'
      : 'cleared';
  const clearForMs = now.getTime() - Date.parse(clearing.clearSince!);
  if (resolution === 'cleared' && clearForMs < clearSecondsOf(rule, before.flaps) * 1000) return [clearing, null];
  const resolved: Incident = { ...clearing, state: 'resolved', resolvedAt: at, resolution, waitingSince: null };
  return [null, withTransition(resolved, { kind: 'resolved', now, by: 'monitor', text: RESOLVED_TEXTS[resolution] })];
}

const RESOLVED_TEXTS: Record<Resolution, string> = {
  cleared: 'the trouble is gone',
  subject_gone: 'the destination was deleted',
  rule_disabled: 'the rule was switched off',
};

/** Returns how long trouble has to be gone: twice as long each time it came back. */
export function clearSecondsOf(rule: RuleId, flaps: number): number {
  const { clearSeconds } = ruleOf(rule);
  if (flaps === 0) return clearSeconds;
  return Math.min(CLEAR_SECONDS_MAX, Math.max(clearSeconds, CLEAR_SECONDS_FLAPPING) * 2 ** Math.min(flaps, 10));
}

function backAgain(before: Incident, { isTrouble: isBack }: Seen): Incident {
  return isBack && before.clearSince !== null ? { ...before, clearSince: null, flaps: before.flaps + 1 } : before;
}

/** Adds destinations that suffer as well, and keeps the name of the subject current. */
function withNews(before: Incident, { observation }: Seen): Incident {
  if (!observation) return before;
  const known = new Set(before.affected.map(({ destinationId }) => destinationId));
  const more = (observation.affected ?? []).filter(({ destinationId }) => !known.has(destinationId));
  const { name, group } = observation.subject;
  const isRenamed = name !== before.subject.name || group !== before.subject.group;
  if (!isRenamed && (more.length === 0 || before.affected.length >= AFFECTED_MAX)) return before;
  const affected = [...before.affected, ...more].slice(0, AFFECTED_MAX);
  return { ...before, affected, subject: { ...before.subject, name, group } };
}

function withDrill(before: Incident, { rule, observation, isTrouble: isThere }: Seen, now: Date): Incident {
  if (!before.isDrill || !observation || !isThere) return before;
  if (observation.drills?.includes(ruleOf(rule).signal)) {
    return before.drillEndedAt === null ? before : { ...before, drillEndedAt: null };
  }
  if (before.drillEndedAt === null) return { ...before, drillEndedAt: now.toISOString() };
  const isOver = now.getTime() - Date.parse(before.drillEndedAt) >= DRILL_TAIL_SECONDS * 1000;
  return isOver ? { ...before, isDrill: false, drillEndedAt: null } : before;
}

function withCauseAndMute(
  before: Incident,
  causes: readonly Incident[],
  settings: IncidentSettings,
  now: Date,
): Incident {
  const inhibitedBy = causes.find(isStanding)?.incidentId ?? null;
  const mute = muteOf(settings.mutes, before, now);
  const muted = mute && { until: mute.until, by: mute.by, reason: mute.reason };
  const isSame = inhibitedBy === before.inhibitedBy && muted?.until === before.muted?.until;
  if (isSame && muted?.by === before.muted?.by) return before;
  // While it was hidden, an operator could not acknowledge it in time.
  const isShownAgain = before.inhibitedBy !== null && inhibitedBy === null && before.state === 'open';
  return { ...before, inhibitedBy, muted, ...(isShownAgain ? { waitingSince: now.toISOString() } : {}) };
}

/** Says what was observed: the reason if there is one, otherwise the figure and its limit. */
function detailOf(rule: RuleId, { threshold: limit }: EffectiveRule, observation: SubjectObservation): string {
  const { signal, threshold, title } = ruleOf(rule);
  const reason = observation.details?.[signal];
  if (reason) return reason;
  const value = observation.signals[signal];
  if (!threshold || typeof value !== 'number') return title;
  const figure = Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
  const side = threshold.is === 'from' ? 'limit' : threshold.is;
  return `${figure} ${threshold.unit} (${side} ${limit})`;
}
