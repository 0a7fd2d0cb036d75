import { describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeRecord, NOW, useTestApi } from '../../../test/support/api.ts';
import { seen, SUBJECTS } from '../../../test/support/make-incident.ts';
import { archiveIncident, listStandingIncidents } from '../../aws/incident-table.ts';
import { INCIDENT_RULES, RULE_IDS, type RuleId } from '../../domain/incident-rules.ts';
import { incidentIdOf, type Incident } from '../../domain/incident.ts';
import { evaluateIncidents } from '../../workflow/evaluate-incidents.ts';

const test = useTestApi();
const subject = { ...SUBJECTS.destination, id: DESTINATION_ID };

/** Opens an incident of a rule without a hold time. */
async function open(rule: RuleId = 'stream_key_rejected'): Promise<Incident> {
  const about = INCIDENT_RULES[rule].subject === 'destination' ? { subject } : {};
  const { threshold } = INCIDENT_RULES[rule] as { threshold?: { max: number } };
  await evaluateIncidents(test.deps, () => [seen(rule, threshold?.max ?? true, about)]);
  return (await listStandingIncidents(test.deps)).find((incident) => incident.rule === rule)!;
}

describe('GET /api/incidents', () => {
  it('200 with the open incidents, most severe first, and no pending one', async () => {
    await open('quota_nearly_used');
    await open('stream_key_rejected');
    await evaluateIncidents(test.deps, () => [seen('source_lost', true)]);
    const { body, status } = await test.call('GET', '/api/incidents');
    expect(status).toBe(200);
    expect(body.data.map(({ rule, severity }: Incident) => [rule, severity])).toEqual([
      ['stream_key_rejected', 'high'],
      ['quota_nearly_used', 'low'],
    ]);
    const { title, meaning, action } = INCIDENT_RULES.stream_key_rejected;
    expect(body.data[0]).toMatchObject({ title, meaning, action, state: 'open', subject, log: [{ kind: 'opened' }] });
  });

  it('200 with resolved incidents page by page, and with all of them behind the open ones', async () => {
    const like = await open();
    const ids = Array.from({ length: 5 }, (_, day) =>
      incidentIdOf(like.rule, 'x', new Date(NOW.getTime() - day * 86_400_000)),
    );
    for (const incidentId of ids) await archiveIncident(test.deps, { ...like, incidentId, state: 'resolved' });
    for (const [state, expected] of [
      ['resolved', ids],
      ['all', [like.incidentId, ...ids]],
    ] as const) {
      const listed: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query: string = `state=${state}&limit=2${cursor && `&cursor=${cursor}`}`;
        const { body } = await test.call('GET', `/api/incidents?${query}`);
        expect(body.data.length).toBeLessThanOrEqual(2);
        listed.push(...body.data.map(({ incidentId }: Incident) => incidentId));
        cursor = body.nextCursor;
      }
      expect(listed).toEqual(expected);
    }
  });

  it('422 for a state that does not exist, and for a cursor of another list', async () => {
    const state = await test.call('GET', '/api/incidents?state=pending');
    expect([state.status, state.problem.errors?.[0]?.field]).toEqual([422, 'state']);
    for (const cursor of ['x', 'WyJvcGVuIl0', Buffer.from('["resolved","nonsense"]').toString('base64url')]) {
      const { status, problem } = await test.call('GET', `/api/incidents?cursor=${cursor}`);
      expect([status, problem.errors?.[0]?.field]).toEqual([422, 'cursor']);
    }
  });
});

describe('GET /api/incidents/{incidentId}', () => {
  it('200 for an open and for a resolved one', async () => {
    const { incidentId } = await open();
    expect((await test.call('GET', `/api/incidents/${incidentId}`)).body).toMatchObject({ incidentId, state: 'open' });
    test.time.now = new Date(test.time.now.getTime() + 10_000);
    await evaluateIncidents(test.deps, () => [seen('stream_key_rejected', false, { subject })]);
    test.time.now = new Date(test.time.now.getTime() + 10_000);
    await evaluateIncidents(test.deps, () => []);
    const { body } = await test.call('GET', `/api/incidents/${incidentId}`);
    expect(body).toMatchObject({ state: 'resolved', resolution: 'cleared', durationSeconds: 10 });
  });

  it('404 for an unknown, a malformed and a pending one', async () => {
    await evaluateIncidents(test.deps, () => [seen('source_lost', true)]);
    const pending = (await listStandingIncidents(test.deps)).find(({ state }) => state === 'pending')!;
    for (const id of [pending.incidentId, incidentIdOf('source_lost', 'x', NOW), 'inc_x']) {
      expect((await test.call('GET', `/api/incidents/${id}`)).status).toBe(404);
    }
  });
});

describe('POST /api/incidents/{incidentId}/acknowledge', () => {
  it('200 with who acknowledged it, once, until it is taken back', async () => {
    const { incidentId } = await open();
    const path = `/api/incidents/${incidentId}`;
    const first = await test.call('POST', `${path}/acknowledge`);
    expect(first.body).toMatchObject({ state: 'acknowledged', acknowledgedBy: expect.any(String) });
    const second = await test.call('POST', `${path}/acknowledge`);
    expect(second.body.revision).toBe(first.body.revision);
    const back = await test.call('POST', `${path}/unacknowledge`);
    expect(back.body).toMatchObject({ state: 'open', acknowledgedBy: null });
    expect(back.body.log.map(({ kind }: { kind: string }) => kind)).toEqual([
      'opened',
      'acknowledged',
      'unacknowledged',
    ]);
  });

  it('404 for an unknown one and 409 for a resolved one', async () => {
    const like = await open();
    const incidentId = incidentIdOf(like.rule, 'y', NOW);
    expect((await test.call('POST', `/api/incidents/${incidentId}/acknowledge`)).status).toBe(404);
    await archiveIncident(test.deps, { ...like, incidentId, state: 'resolved' });
    const { status, problem } = await test.call('POST', `/api/incidents/${incidentId}/acknowledge`);
    expect([status, problem.code]).toEqual([409, 'illegal_transition']);
  });
});

describe('POST /api/incidents/{incidentId}/comments', () => {
  it('201 with the comment in the log, and 422 for an empty one', async () => {
    const { incidentId } = await open();
    const path = `/api/incidents/${incidentId}/comments`;
    const { status, body } = await test.call('POST', path, { body: { text: 'on it' } });
    expect([status, body.log.at(-1)]).toMatchObject([201, { kind: 'comment', text: 'on it' }]);
    const empty = await test.call('POST', path, { body: { text: ' ' } });
    expect([empty.status, empty.problem.errors?.[0]?.field]).toEqual([422, 'text']);
  });
});

describe('PUT /api/incident-rules', () => {
  const path = '/api/incident-rules';
  const ruleOf = (body: { data: { rule: RuleId }[] }, rule: RuleId) => body.data.find((each) => each.rule === rule);

  it('GET 200 with every rule and its defaults', async () => {
    const { body } = await test.call('GET', path);
    expect(body.data.map(({ rule }: { rule: string }) => rule)).toEqual(RULE_IDS);
    expect(ruleOf(body, 'source_packet_loss')).toMatchObject({
      threshold: 0.1,
      holdSeconds: 10,
      isChanged: false,
      enabled: true,
    });
    expect([body.escalateAfterSeconds, body.escalateAfterSecondsDefault]).toEqual([300, 300]);
  });

  it('200 with the new settings, which the next evaluation follows', async () => {
    const rules = { quota_nearly_used: { threshold: 95 }, stream_key_rejected: { enabled: false } };
    const { status, body } = await test.call('PUT', path, { body: { rules, escalateAfterSeconds: null } });
    expect([status, body.escalateAfterSeconds]).toEqual([200, null]);
    expect(ruleOf(body, 'quota_nearly_used')).toMatchObject({ threshold: 95, isChanged: true });
    await evaluateIncidents(test.deps, () => [
      seen('quota_nearly_used', 90),
      seen('stream_key_rejected', true, { subject }),
    ]);
    expect((await test.call('GET', '/api/incidents')).body.data).toEqual([]);
    // A rule that is left out has its defaults again, and what is left out beside the rules stays.
    const again = await test.call('PUT', path, { body: { rules: {} } });
    expect([ruleOf(again.body, 'quota_nearly_used'), again.body.escalateAfterSeconds]).toMatchObject([
      { threshold: 80 },
      null,
    ]);
  });

  it.each([
    ['a threshold above its limits', { source_packet_loss: { threshold: 101 } }, 'rules.source_packet_loss.threshold'],
    ['a threshold of a rule without one', { source_lost: { threshold: 1 } }, 'rules.source_lost.threshold'],
    ['a hold time above an hour', { source_lost: { holdSeconds: 3601 } }, 'rules.source_lost.holdSeconds'],
    ['a hold time with a fraction', { source_lost: { holdSeconds: 0.5 } }, 'rules.source_lost.holdSeconds'],
    ['a negative hold time', { source_lost: { holdSeconds: -1 } }, 'rules.source_lost.holdSeconds'],
    ['an unknown rule', { source_gone: { enabled: false } }, 'rules.source_gone'],
    ['an unknown field', { source_lost: { seconds: 1 } }, 'rules.source_lost.seconds'],
  ])('422 for %s', async (_what, rules, field) => {
    const { status, problem } = await test.call('PUT', path, { body: { rules } });
    expect([status, problem.errors?.map((each) => each.field)]).toEqual([422, [field]]);
  });

  it('200 for one destination, whose settings come before the deployment’s', async () => {
    await test.put(makeRecord());
    const ofOne = `/api/destinations/${DESTINATION_ID}/incident-rules`;
    await test.call('PUT', path, { body: { rules: { stream_key_rejected: { enabled: false } } } });
    const { body } = await test.call('PUT', ofOne, { body: { rules: { stream_key_rejected: { enabled: true } } } });
    expect(ruleOf(body, 'stream_key_rejected')).toMatchObject({ enabled: true });
    expect(ruleOf(body, 'source_lost')).toBeUndefined();
    const common = await test.call('GET', path);
    expect(ruleOf(common.body, 'stream_key_rejected')).toMatchObject({ enabled: false });
    const wrong = await test.call('PUT', ofOne, { body: { rules: { source_lost: { enabled: false } } } });
    expect([wrong.status, wrong.problem.errors?.[0]?.field]).toEqual([422, 'rules.source_lost']);
    const unknown = `/api/destinations/${DESTINATION_ID.slice(0, -2)}zz/incident-rules`;
    expect((await test.call('PUT', unknown, { body: { rules: {} } })).status).toBe(404);
  });
});

describe('POST /api/incident-mutes', () => {
  const path = '/api/incident-mutes';
  const soon = () => new Date(test.deps.now().getTime() + 3_600_000).toISOString();

  it('201 with a mute, which keeps incidents silent until it is ended', async () => {
    const { status, body: mute } = await test.call('POST', path, {
      body: { rule: 'stream_key_rejected', until: soon(), reason: 'sound check' },
    });
    expect([status, mute]).toMatchObject([
      201,
      { rule: 'stream_key_rejected', destinationId: null, by: expect.any(String) },
    ]);
    expect((await open()).muted).toMatchObject({ reason: 'sound check' });
    expect((await test.call('GET', path)).body.data).toHaveLength(1);
    expect((await test.call('DELETE', `${path}/${mute.muteId}`)).status).toBe(204);
    expect((await test.call('DELETE', `${path}/${mute.muteId}`)).status).toBe(404);
    expect((await test.call('GET', path)).body.data).toEqual([]);
  });

  it.each([
    ['in the past', { rule: 'source_lost', until: '2020-01-01T00:00:00Z' }, 'until'],
    ['for years', { rule: 'source_lost', until: '2099-01-01T00:00:00Z' }, 'until'],
    ['without a scope', {}, 'rule'],
    ['of an unknown rule', { rule: 'source_gone' }, 'rule'],
    ['of an unknown destination', { destinationId: 'dst_00000000000000000000000000' }, 'destinationId'],
    ['without a reason', { rule: 'source_lost', reason: ' ' }, 'reason'],
  ])('422 for a mute %s', async (_what, change, field) => {
    const { status, problem } = await test.call('POST', path, { body: { until: soon(), reason: 'x', ...change } });
    expect([status, problem.errors?.[0]?.field]).toEqual([422, field]);
  });
});
