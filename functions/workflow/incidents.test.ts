import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seen, SUBJECTS } from '../../test/support/make-incident.ts';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { observeIncidentExecution } from '../aws/executions.ts';
import { listHistory } from '../aws/history-table.ts';
import { putMute } from '../aws/incident-settings-table.ts';
import {
  archiveIncident,
  getIncident,
  insertIncident,
  listResolvedIncidents,
  listStandingIncidents,
  writeIncident,
} from '../aws/incident-table.ts';
import type { SubjectObservation } from '../domain/incident-observe.ts';
import { incidentIdOf, timeOfIncidentId, type Incident } from '../domain/incident.ts';
import { reportSweep } from '../schedules/sweep-incidents.ts';
import { evaluateIncidents } from './evaluate-incidents.ts';
import { finishIncident, type IncidentDeps } from './finish-incident.ts';
import { runIncidentStep } from './incident-steps.ts';

let sluice: TestDeployment;
let count = 0;
let subject: Incident['subject'];
let nowMs: number;
let deps: IncidentDeps;

beforeAll(async () => {
  sluice = await startTestDeployment();
});
afterAll(() => sluice.close());

beforeEach(() => {
  count += 1;
  subject = { ...SUBJECTS.destination, id: `dst_${String(count).padStart(26, '0')}` };
  nowMs = Date.now();
  deps = { ...sluice.deps, now: () => new Date(nowMs) };
});

const refused = (value: boolean): SubjectObservation => seen('stream_key_rejected', value, { subject });
const nothing = (value: boolean): SubjectObservation => seen('destination_not_delivering', value, { subject });
const evaluate = (...observations: SubjectObservation[]) => evaluateIncidents(deps, () => observations);
const later = (seconds: number) => void (nowMs += seconds * 1000);

async function mine(): Promise<Incident | undefined> {
  return (await listStandingIncidents(deps)).find((incident) => incident.subject.id === subject.id);
}

async function due(): Promise<string[]> {
  const { Items: items = [] } = await deps.clients.table.send(
    new QueryCommand({
      TableName: deps.deployment.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'NOTIFICATIONS-DUE' },
    }),
  );
  return items
    .filter((item) => (item['subject'] as Incident['subject']).id === subject.id)
    .map(({ kind }) => String(kind))
    .toSorted();
}

describe('an incident', () => {
  it('opens once with one notification, however many monitors see the trouble', async () => {
    await Promise.all(Array.from({ length: 5 }, () => evaluate(refused(true))));
    await Promise.all(Array.from({ length: 5 }, () => evaluate(refused(true))));
    expect((await mine())?.state).toBe('open');
    expect(await due()).toEqual(['opened']);
    expect((await mine())?.due).toEqual([]);
  });

  it('resolves once with one more notification, and moves to the history', async () => {
    await evaluate(refused(true));
    const { incidentId } = (await mine())!;
    later(60);
    await Promise.all(Array.from({ length: 5 }, () => evaluate(refused(false))));
    later(5);
    await Promise.all(Array.from({ length: 5 }, () => evaluate(refused(false))));
    expect(await mine()).toBeUndefined();
    expect(await due()).toEqual(['opened', 'resolved']);
    expect(await getIncident(deps, incidentId)).toMatchObject({ state: 'resolved', resolution: 'cleared', due: [] });
  });

  it('can open again after it was resolved, as another incident', async () => {
    await evaluate(refused(true));
    const first = (await mine())!.incidentId;
    later(60);
    await evaluate(refused(false));
    later(5);
    await evaluate(refused(false));
    await evaluate(refused(true));
    expect((await mine())?.incidentId).not.toBe(first);
    expect(await due()).toEqual(['opened', 'opened', 'resolved']);
  });

  it('is one line of the timeline, which says in the end how long it lasted', async () => {
    await evaluate(refused(true));
    later(125);
    await evaluate(refused(false));
    later(5);
    await evaluate(refused(false));
    const lines = (await listHistory(deps, subject.id)).map(({ entry }) => entry);
    expect(lines).toMatchObject([
      { kind: 'incident', detail: 'Stream key rejected: Stream key rejected; lasted 2 min 5 s' },
    ]);
  });

  it('leaves nothing behind when it was pending and came to nothing', async () => {
    await evaluate(nothing(true));
    expect((await mine())?.state).toBe('pending');
    await evaluate(nothing(false));
    expect([await mine(), await due()]).toEqual([undefined, []]);
  });

  it('keeps its notification until it could be handed over', async () => {
    const told: string[] = [];
    let isBroken = true;
    deps.notify = async ({ notificationId }) => {
      if (isBroken) throw new Error('no');
      told.push(notificationId);
    };
    await evaluate(refused(true));
    const { incidentId } = (await mine())!;
    expect((await mine())?.due).toHaveLength(1);
    isBroken = false;
    await evaluate();
    expect(told).toEqual([`${incidentId}-1`]);
    await evaluate();
    expect(told).toHaveLength(1);
  });

  it('that a dying process left resolved is finished by the next evaluation', async () => {
    await evaluate(refused(true));
    const open = (await mine())!;
    const resolvedAt = deps.now().toISOString();
    const notice = { revision: 2, kind: 'resolved' as const, at: resolvedAt };
    await writeIncident(deps, open, {
      ...open,
      state: 'resolved',
      resolution: 'cleared',
      resolvedAt,
      revision: 2,
      due: [notice],
    });
    await evaluate();
    expect([await mine(), await due()]).toEqual([undefined, ['opened', 'resolved']]);
  });

  it('is not told while it is muted', async () => {
    const [createdAt, until] = [deps.now(), new Date(nowMs + 3_600_000)].map((each) => each.toISOString()) as [
      string,
      string,
    ];
    const scope = { destinationId: subject.id, group: null, rule: null };
    await putMute(deps, { muteId: `mut_${count}`, ...scope, until, by: 'anna', reason: 'test', createdAt });
    await evaluate(refused(true));
    expect([(await mine())?.muted?.by, await due()]).toEqual(['anna', []]);
    later(3601);
    await evaluate();
    await evaluate(refused(true));
    expect(await due()).toEqual(['unmuted']);
  });
});

describe('a write of an incident', () => {
  it('that came second has no effect', async () => {
    await evaluate(refused(true));
    const read = (await mine())!;
    expect(await writeIncident(deps, read, { ...read, detail: 'first' })).not.toBeNull();
    expect(await writeIncident(deps, read, { ...read, detail: 'second' })).toBeNull();
    expect((await mine())?.detail).toBe('first');
  });

  it('whose answer was lost counts as made', async () => {
    await evaluate(refused(true));
    const read = (await mine())!;
    const after = { ...read, detail: 'changed' };
    await writeIncident(deps, read, after);
    expect(await writeIncident(deps, read, after)).toMatchObject({ writeCount: read.writeCount + 1 });
  });
});

describe('the list of resolved incidents', () => {
  it('goes back over the months, page by page, and each page costs the same', async () => {
    const from = Date.parse('2031-03-15T00:00:00Z');
    const times = Array.from({ length: 30 }, (_, index) => new Date(from - index * 5 * 86_400_000));
    await evaluate(refused(true));
    const like = (await mine())!;
    const ids: string[] = [];
    for (const time of times) {
      const incidentId = incidentIdOf(like.rule, subject.id, time);
      ids.push(incidentId);
      await archiveIncident(deps, { ...like, incidentId, since: time.toISOString(), resolvedAt: time.toISOString() });
    }
    const listed: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listResolvedIncidents>> = await listResolvedIncidents(deps, {
        limit: 7,
        after,
        now: new Date(from + 1000),
      });
      expect(page.incidents.length).toBeLessThanOrEqual(7);
      listed.push(...page.incidents.map(({ incidentId }) => incidentId));
      after = page.last;
    } while (after !== null);
    expect(listed).toEqual(ids);
    expect(timeOfIncidentId(ids[3]!)).toEqual(times[3]);
    expect(await getIncident(deps, ids[29]!)).toMatchObject({ incidentId: ids[29] });
    expect(await getIncident(deps, 'inc_nonsense')).toBeNull();
  });
});

describe('a step of an incident’s workflow', () => {
  const step = (name: Parameters<typeof runIncidentStep>[1]['step'], incident: Incident, rounds = 0) =>
    runIncidentStep(deps, {
      step: name,
      incidentId: incident.incidentId,
      revision: incident.executionRevision ?? 0,
      rounds,
    });

  it('waits for the hold time, opens the incident then, and waits for the escalation', async () => {
    await evaluateIncidents(deps, () => [nothing(true)], { everySeconds: 60 });
    const pending = (await mine())!;
    expect(await step('EvaluateIncident', pending)).toEqual({ next: 'wait', waitSeconds: 15, rounds: 1 });
    later(15);
    expect(await step('EvaluateIncident', pending)).toMatchObject({ next: 'wait', waitSeconds: 60 });
    expect([(await mine())?.state, await due()]).toEqual(['open', ['opened']]);
    later(299);
    expect(await step('EvaluateIncident', pending)).toMatchObject({ next: 'wait', waitSeconds: 1 });
    later(1);
    expect(await step('EvaluateIncident', pending)).toMatchObject({ next: 'escalate' });
    await step('EscalateIncident', pending);
    await step('EscalateIncident', pending);
    expect(await due()).toEqual(['escalated', 'opened']);
    expect(await step('EvaluateIncident', pending)).toMatchObject({ next: 'wait', waitSeconds: 60 });
  });

  it('resolves what was seen to be gone, and finishes', async () => {
    await evaluate(refused(true));
    const open = (await mine())!;
    later(30);
    await evaluate(refused(false));
    expect(await step('EvaluateIncident', open)).toMatchObject({ next: 'wait', waitSeconds: 3 });
    later(3);
    expect(await step('EvaluateIncident', open)).toMatchObject({ next: 'finish' });
    expect(await due()).toEqual(['opened', 'resolved']);
  });

  it('hands over what could not be handed over before', async () => {
    const working = { ...deps };
    deps.notify = () => Promise.reject(new Error('no'));
    await evaluate(refused(true));
    const open = (await mine())!;
    expect(await step('EvaluateIncident', open)).toMatchObject({ next: 'notify' });
    deps = working;
    await step('NotifyIncident', open);
    expect(await due()).toEqual(['opened']);
    expect(await step('EvaluateIncident', open)).toMatchObject({ next: 'wait' });
  });

  it('finishes when another execution has taken over, after many rounds, and without an incident', async () => {
    await evaluate(refused(true));
    const open = (await mine())!;
    expect(await step('EvaluateIncident', { ...open, executionRevision: 9 })).toMatchObject({ next: 'finish' });
    expect(await step('EvaluateIncident', open, 2000)).toMatchObject({ next: 'finish' });
    const gone = { ...open, incidentId: incidentIdOf('source_lost', 'nowhere', deps.now()) };
    expect(await step('EvaluateIncident', gone)).toMatchObject({ next: 'finish' });
    expect(await step('NotifyIncident', gone)).toBeNull();
  });
});

describe('the execution of an incident', () => {
  const stateOf = (incident: Incident) => observeIncidentExecution(deps, incident);

  it('is started once by whatever opens the incident', async () => {
    await evaluate(refused(true));
    const open = (await mine())!;
    expect(await stateOf(open)).toBe('running');
    await finishIncident(deps, open);
    expect((await mine())?.executionRevision).toBe(1);
  });

  it('that is missing is started by the sweep, and one that was cut off is followed by another', async () => {
    await evaluate(refused(true));
    const open = (await mine())!;
    const unstarted = { ...open, executionRevision: 77 };
    await writeIncident(deps, open, unstarted);
    expect(await stateOf(unstarted)).toBe('missing');
    await reportSweep(deps, [], {});
    expect(await stateOf(unstarted)).toBe('running');
    const { incidentMachineArn } = deps.deployment;
    const executionArn = `${incidentMachineArn.replace(':stateMachine:', ':execution:')}:${open.incidentId}-77`;
    await deps.clients.sfn.send(new StopExecutionCommand({ executionArn }));
    await reportSweep(deps, [], {});
    const next = (await mine())!;
    expect([next.executionRevision, next.revision, await stateOf(next)]).toEqual([2, 2, 'running']);
  });

  it('runs to its end by itself once the incident is resolved', async () => {
    deps.now = () => new Date();
    await evaluateIncidents(deps, () => [nothing(true)], { everySeconds: 60 });
    const pending = (await mine())!;
    await evaluate(nothing(false));
    // It wakes when the hold time is over, and finds nothing to do.
    await waitFor('the execution to end', async () => (await stateOf(pending)) === 'succeeded');
  }, 40_000);
});

it('an incident of a rule that this version does not know is left alone', async () => {
  await evaluate(refused(true));
  const like = (await mine())!;
  const unknown = { ...like, rule: 'rule_of_tomorrow' as never, incidentId: `${like.incidentId.slice(0, -1)}0` };
  expect(await insertIncident(deps, unknown)).toBe(true);
  await evaluate(refused(true));
  expect((await listStandingIncidents(deps)).map(({ rule }) => rule)).not.toContain('rule_of_tomorrow');
});
