import { awsErrorKind } from '../aws/aws-errors.ts';
import { readIncidentCircumstances } from '../aws/incident-settings-table.ts';
import { getIncident, writeIncident } from '../aws/incident-table.ts';
import { clearSecondsOf } from '../domain/incident-observe.ts';
import { effectiveRule, type IncidentSettings } from '../domain/incident-settings.ts';
import { escalate, escalatesAt, type Incident } from '../domain/incident.ts';
import { evaluateIncidents } from './evaluate-incidents.ts';
import { finishIncident, handOver, type IncidentDeps } from './finish-incident.ts';
import { StepFailed, Throttled, Unavailable } from './workflow-errors.ts';
import { errorName } from '../domain/errors.ts';

/**
 * The steps of the state machine that looks after one incident. The record decides: a step reads it, does what is due,
 * and says what is next. So an execution that runs twice, late or never does no harm; the sweep starts a missing one.
 */

export const INCIDENT_STEPS = ['EvaluateIncident', 'NotifyIncident', 'EscalateIncident'] as const;

export interface IncidentStepInput {
  step: (typeof INCIDENT_STEPS)[number];
  incidentId: string;
  /** Names the execution; one with another revision has taken over when the record says so. */
  revision: number;
  /** How often the execution has waited. */
  rounds: number;
}

/** What the state machine does next. */
export interface Verdict {
  next: 'notify' | 'escalate' | 'wait' | 'finish';
  waitSeconds: number;
  rounds: number;
}

/** Step Functions ends an execution after 25,000 events, and a round has nine. The sweep starts the next execution. */
const ROUNDS_MAX = 2000;
/** A wait is no longer than this, because what it waits for may change meanwhile. */
const WAIT_SECONDS_MAX = 60;
const WAIT_SECONDS_MAX_LATER = 300;
/** After this many rounds an incident is old, and each round costs money. */
const ROUNDS_YOUNG = 60;

/** Runs one step. @throws an error of workflow-errors.ts */
export async function runIncidentStep(deps: IncidentDeps, input: IncidentStepInput): Promise<Verdict | null> {
  try {
    if (input.step === 'EvaluateIncident') return await evaluate(deps, input);
    const incident = await getIncident(deps, input.incidentId);
    if (incident === null) return null;
    if (input.step === 'NotifyIncident') await handOver(deps, incident);
    else await escalateNow(deps, incident);
    return null;
  } catch (error) {
    throw translate(input, error);
  }
}

async function evaluate(deps: IncidentDeps, { incidentId, revision, rounds }: IncidentStepInput): Promise<Verdict> {
  // Nothing new was observed, but hold times and mutes end.
  await evaluateIncidents(deps, () => []);
  const incident = await getIncident(deps, incidentId);
  const isOver = incident === null || (incident.state === 'resolved' && incident.due.length === 0);
  const verdict = { waitSeconds: 0, rounds: rounds + 1 };
  if (isOver || incident.executionRevision !== revision || rounds >= ROUNDS_MAX) return { next: 'finish', ...verdict };
  if (incident.due.length > 0) return { next: 'notify', ...verdict };
  const { settings } = await readIncidentCircumstances(deps);
  const now = deps.now();
  const escalation = escalatesAt(incident, settings.escalateAfterSeconds);
  if (escalation !== null && escalation <= now) return { next: 'escalate', ...verdict };
  return { next: 'wait', ...verdict, waitSeconds: waitSecondsOf(incident, settings, { now, rounds }) };
}

/** Returns the seconds until something is due, in whole seconds as Step Functions waits. */
function waitSecondsOf(
  incident: Incident,
  settings: IncidentSettings,
  { now, rounds }: { now: Date; rounds: number },
): number {
  const { holdSeconds } = effectiveRule(settings, incident.rule, incident.subject.id);
  const after = (at: string, seconds: number) => Date.parse(at) + seconds * 1000;
  const due = [
    incident.state === 'pending' ? after(incident.since, holdSeconds) : null,
    incident.clearSince === null ? null : after(incident.clearSince, clearSecondsOf(incident.rule, incident.flaps)),
    escalatesAt(incident, settings.escalateAfterSeconds)?.getTime() ?? null,
    incident.muted === null ? null : Date.parse(incident.muted.until),
  ].filter((each) => each !== null);
  const seconds = due.map((dueMs) => Math.ceil((dueMs - now.getTime()) / 1000));
  const max = rounds < ROUNDS_YOUNG ? WAIT_SECONDS_MAX : WAIT_SECONDS_MAX_LATER;
  return Math.max(1, Math.min(max, ...seconds));
}

async function escalateNow(deps: IncidentDeps, incident: Incident): Promise<void> {
  const { settings } = await readIncidentCircumstances(deps);
  const transition = escalate(incident, settings.escalateAfterSeconds, deps.now());
  // An operator may have acknowledged it meanwhile.
  const written = transition && (await writeIncident(deps, incident, transition.incident));
  if (written) await finishIncident(deps, written);
}

function translate({ step, incidentId }: IncidentStepInput, error: unknown): Error {
  const kind = awsErrorKind(error);
  if (kind === 'throttled') return new Throttled(`AWS throttles ${step}`);
  if (kind === 'unavailable') return new Unavailable(`AWS does not answer ${step}`);
  return new StepFailed(`${step} of ${incidentId}: ${errorName(error)}`);
}
