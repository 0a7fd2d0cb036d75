import { afterEach, describe, expect, it } from 'vitest';
import { useTestApi } from '../../../test/support/api.ts';
import { TARGET_ID } from '../../../test/support/make-target.ts';
import { startWebhookReceiver, verifyWebhook, type WebhookReceiver } from '../../../test/support/webhook-receiver.ts';
import { getTarget } from '../../aws/notification-target-table.ts';
import { EVENT_TYPES } from '../../domain/webhook-events.ts';

const test = useTestApi();
const PATH = '/api/notification-targets';
const SECRET_PATH = '/services/T0123456789/hunter2-secret';
const receivers: WebhookReceiver[] = [];
afterEach(() => receivers.splice(0).forEach((receiver) => receiver.close()));

async function startReceiver(status: number, body = 'thanks') {
  const receiver = await startWebhookReceiver({ status, body });
  receivers.push(receiver);
  return { url: receiver.origin + SECRET_PATH, seen: receiver.received };
}

/** Loopback is refused unless the deployment allows it. */
const allowLoopback = () =>
  test.rebuild({ deployment: { ...test.deps.deployment, loopbackTargetsAllowed: true }, now: () => new Date() });

async function add(body: object = {}) {
  const answer = await test.call('POST', PATH, {
    body: { name: 'Studio', kind: 'webhook', url: `https://hooks.example.com${SECRET_PATH}`, ...body },
  });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

describe('GET /api/event-types', () => {
  it('200 lists every type with its meaning, in the order of the document', async () => {
    const { status, body } = await test.call('GET', '/api/event-types');
    expect(status).toBe(200);
    expect(body.data.map(({ type }: { type: string }) => type)).toEqual([...EVENT_TYPES]);
    expect(body.data[0]).toEqual({ type: 'destination.created', meaning: 'A destination was created' });
  });
});

describe('POST /api/notification-targets', () => {
  it('201 shows the signing secret once, and never the URL', async () => {
    const created = await add();
    expect(created).toMatchObject({
      kind: 'webhook',
      urlHost: 'hooks.example.com',
      email: null,
      isEnabled: true,
      filter: { eventTypes: ['incident.opened', 'incident.resolved'], includesDrills: false },
    });
    expect(created.signingSecret).toMatch(/^whsec_/);
    const shown = [await test.call('GET', PATH), await test.call('GET', `${PATH}/${created.targetId}`)];
    const patched = await test.call('PATCH', `${PATH}/${created.targetId}`, { body: { name: 'Other' } });
    for (const { text } of [...shown, patched]) {
      expect(text).not.toContain(created.signingSecret);
      expect(text).not.toContain('hunter2');
      expect(text).not.toMatch(/[cC]iphertext/);
    }
    expect(test.log.join()).not.toMatch(/hunter2|whsec/);
    const stored = JSON.stringify(await getTarget(test.deps, created.targetId));
    expect(stored).not.toMatch(/hunter2|whsec/);
  });

  it('201 for e-mail and the chats, which sign nothing', async () => {
    expect(await add({ kind: 'email', url: undefined, email: 'a@b.example' })).toMatchObject({
      email: 'a@b.example',
      urlHost: null,
      signingSecret: null,
    });
    const url = 'https://hooks.slack.com/services/T/B/hunter2-secret';
    expect(await add({ kind: 'slack', url })).toMatchObject({ urlHost: 'hooks.slack.com', signingSecret: null });
    expect((await test.call('GET', PATH)).body).toMatchObject({ mail: 'outbox', data: [{}, {}] });
  });

  it.each([
    ['name', { name: '' }],
    ['kind', { kind: 'pager' }],
    ['url', { url: undefined }],
    ['url', { url: 'http://hooks.example.com/x' }],
    ['url', { url: 'https://127.0.0.1/x' }],
    ['url', { url: 'https://169.254.169.254/latest' }],
    ['url', { url: 'https://user:pass@hooks.example.com/x' }],
    ['url', { kind: 'slack' }],
    ['url', { kind: 'email', email: 'a@b.example' }],
    ['email', { email: 'a@b.example' }],
    ['email', { kind: 'email', url: undefined }],
    ['email', { kind: 'email', url: undefined, email: 'a@b.example, c@d.example' }],
    ['filter.severities.0', { filter: { severities: ['loud'] } }],
    ['filter.eventTypes.0', { filter: { eventTypes: ['destination.exploded'] } }],
    ['filter.destinationIds.0', { filter: { destinationIds: ['x'] } }],
    ['filter.rules.0', { filter: { rules: ['Source Lost'] } }],
    ['filter.hours', { filter: { hours: 3 } }],
    ['signingSecret', { signingSecret: 'whsec_mine' }],
  ])('422 names %s for %j, and never repeats a URL', async (field, body) => {
    const answer = await test.call('POST', PATH, {
      body: { name: 'Studio', kind: 'webhook', url: `https://hooks.example.com${SECRET_PATH}`, ...body },
    });
    expect(answer.status).toBe(422);
    expect(answer.problem.errors).toMatchObject([{ field }]);
    expect(answer.text).not.toMatch(/hunter2|user:pass/);
  });

  it('422 for a name that points into a private network', async () => {
    test.addresses['hooks.example.com'] = ['203.0.114.7', '10.0.0.1'];
    const answer = await test.call('POST', PATH, {
      body: { name: 'Studio', kind: 'webhook', url: 'https://hooks.example.com/x' },
    });
    expect([answer.status, answer.problem.errors?.[0]?.field]).toEqual([422, 'url']);
  });

  it('422 for the 51st target', async () => {
    for (let count = 0; count < 50; count += 1) await add();
    const answer = await test.call('POST', PATH, { body: { name: 'x', kind: 'email', email: 'a@b.example' } });
    expect([answer.status, answer.problem.detail]).toEqual([422, expect.stringContaining('50 targets')]);
  });
});

describe('a target of the kind companion', () => {
  const COMPANION = { variable: 'sluice', pressOnOpen: { page: 1, row: 0, column: 2 } };
  const post = (body: object = {}) =>
    test.call('POST', PATH, {
      body: { name: 'Desk', kind: 'companion', url: 'http://192.168.1.20:8000', companion: COMPANION, ...body },
    });
  const listed = (changes: object = {}) =>
    test.rebuild({ deployment: { ...test.deps.deployment, privateHosts: ['192.168.1.20:8000'] }, ...changes });

  it('201 at a listed private address, and keeps its settings when something else changes', async () => {
    listed();
    test.addresses['192.168.1.20'] = ['192.168.1.20'];
    const { status, body } = await post();
    expect([status, body.companion, body.urlHost]).toEqual([
      201,
      { ...COMPANION, pressOnResolve: null },
      '192.168.1.20',
    ]);
    const patched = await test.call('PATCH', `${PATH}/${body.targetId}`, { body: { name: 'Desk 2' } });
    expect(patched.body.companion).toEqual(body.companion);
    const changed = await test.call('PATCH', `${PATH}/${body.targetId}`, { body: { companion: { variable: 'x' } } });
    expect(changed.body.companion).toEqual({ variable: 'x', pressOnOpen: null, pressOnResolve: null });
  });

  it.each([
    ['url', { url: 'http://192.168.1.21:8000' }],
    ['url', { url: 'http://192.168.1.20:8000/path' }],
    ['url', { url: undefined }],
    ['companion', { companion: undefined }],
    ['companion.variable', { companion: { variable: '../x' } }],
    ['companion.pressOnOpen.page', { companion: { variable: 'x', pressOnOpen: { page: 0, row: 0, column: 0 } } }],
    ['companion', { kind: 'webhook', url: 'https://hooks.example.com/' }],
  ])('422 names %s for %j', async (field, body) => {
    listed();
    const answer = await post(body);
    expect([answer.status, answer.problem.errors]).toMatchObject([422, [{ field }]]);
  });

  it('422 for an address that is not listed, and on AWS', async () => {
    expect((await post()).problem.errors).toMatchObject([{ field: 'url' }]);
    listed({ embedded: false });
    expect((await post()).problem.errors).toMatchObject([{ field: 'kind', message: expect.stringContaining('AWS') }]);
  });
});

describe('PATCH and DELETE /api/notification-targets/{targetId}', () => {
  it('200 changes what is given and keeps the rest', async () => {
    const { targetId } = await add({ filter: { severities: ['high'] } });
    const patched = await test.call('PATCH', `${PATH}/${targetId}`, {
      body: { isEnabled: false, filter: { groups: ['Sunday'] }, url: 'https://other.example.com/x' },
    });
    expect(patched.body).toMatchObject({
      isEnabled: false,
      disabledReason: 'operator',
      urlHost: 'other.example.com',
      filter: { severities: ['high'], groups: ['Sunday'] },
    });
    const enabled = await test.call('PATCH', `${PATH}/${targetId}`, { body: { isEnabled: true } });
    expect(enabled.body).toMatchObject({ isEnabled: true, disabledReason: null });
  });

  it('422 for an address that the kind does not have', async () => {
    const { targetId } = await add();
    const answer = await test.call('PATCH', `${PATH}/${targetId}`, { body: { email: 'a@b.example' } });
    expect([answer.status, answer.problem.errors?.[0]?.field]).toEqual([422, 'email']);
  });

  it('204 deletes it, with its secrets', async () => {
    const { targetId } = await add();
    expect((await test.call('DELETE', `${PATH}/${targetId}`)).status).toBe(204);
    expect(await getTarget(test.deps, targetId)).toBeNull();
  });

  it('404 for a target that does not exist', async () => {
    for (const [method, rest, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'x' }],
      ['DELETE', '', undefined],
      ['POST', '/test', undefined],
      ['POST', '/rotate-secret', undefined],
      ['GET', '/deliveries', undefined],
    ] as const) {
      expect((await test.call(method, `${PATH}/${TARGET_ID}${rest}`, { body })).status, method + rest).toBe(404);
    }
  });
});

describe('POST /api/notification-targets/{targetId}/test', () => {
  it('200 sends once, signed, and returns the real answer, which is recorded', async () => {
    allowLoopback();
    const { url, seen } = await startReceiver(401, `who are you? ${SECRET_PATH}`);
    const { targetId, signingSecret } = await add({ url });
    const answer = await test.call('POST', `${PATH}/${targetId}/test`);
    expect(answer.body).toMatchObject({
      eventType: 'notification.test',
      state: 'failed',
      attempts: [{ status: 401, error: null, answer: 'who are you? [redacted]' }],
      nextAttemptAt: null,
    });
    expect(seen).toHaveLength(1);
    expect(verifyWebhook(signingSecret, seen[0]!)).toMatchObject({ data: { targetId } });
    const { body: deliveries } = await test.call('GET', `${PATH}/${targetId}/deliveries`);
    expect(deliveries.data).toEqual([answer.body]);
    expect(test.executions()).toEqual([]);
  });

  it('200 says why there was no answer', async () => {
    const { url } = await startReceiver(200);
    allowLoopback();
    const { targetId } = await add({ url });
    // As when the deployment forbids loopback after the target was stored.
    test.rebuild({});
    const { body } = await test.call('POST', `${PATH}/${targetId}/test`);
    expect(body.attempts).toMatchObject([{ status: null, error: 'address_not_allowed' }]);
  });

  it('200 puts an e-mail into the outbox when no mail server is set', async () => {
    const { targetId } = await add({ kind: 'email', url: undefined, email: 'a@b.example' });
    expect((await test.call('POST', `${PATH}/${targetId}/test`)).body.state).toBe('delivered');
    expect((await test.call('GET', '/api/outbox')).body.data).toMatchObject([
      { to: 'a@b.example', subject: '[Sluice] Test message to Studio' },
    ]);
  });
});

describe('POST /api/notification-targets/{targetId}/rotate-secret', () => {
  it('200 shows a new secret; the one before it signs for 24 hours more', async () => {
    const { targetId, signingSecret } = await add();
    const { body } = await test.call('POST', `${PATH}/${targetId}/rotate-secret`);
    expect(body.signingSecret).not.toBe(signingSecret);
    expect(body.signingSecrets).toMatchObject([{ expiresAt: null }, { expiresAt: '2026-11-22T18:00:00.000Z' }]);
    test.time.now = new Date('2026-11-22T18:00:00.000Z');
    expect((await test.call('GET', `${PATH}/${targetId}`)).body.signingSecrets).toHaveLength(1);
  });

  it('409 illegal_transition for a chat', async () => {
    const { targetId } = await add({ kind: 'slack', url: 'https://hooks.slack.com/services/T/B/x' });
    expect((await test.call('POST', `${PATH}/${targetId}/rotate-secret`)).status).toBe(409);
  });
});

describe('POST /api/deliveries/{deliveryId}/replay', () => {
  it('202 begins another delivery of the same event', async () => {
    const { targetId } = await add();
    const { body: first } = await test.call('POST', `${PATH}/${targetId}/test`);
    const answer = await test.call('POST', `/api/deliveries/${first.deliveryId}/replay`);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ state: 'pending', replayOf: first.deliveryId, eventId: first.eventId });
    expect(test.executions()).toEqual([`${answer.body.deliveryId}-1`]);
    expect((await test.call('GET', `${PATH}/${targetId}/deliveries?limit=1`)).body.data).toHaveLength(1);
  });

  it('404 for no delivery, 409 for a disabled target', async () => {
    const { targetId } = await add();
    const { body: first } = await test.call('POST', `${PATH}/${targetId}/test`);
    const replay = (id: string) => test.call('POST', `/api/deliveries/${id}/replay`);
    expect((await replay(`${first.deliveryId.slice(0, -1)}x`)).status).toBe(404);
    await test.call('PATCH', `${PATH}/${targetId}`, { body: { isEnabled: false } });
    expect((await replay(first.deliveryId)).status).toBe(409);
  });
});

describe('the contract', () => {
  it('documents every event as a webhook', async () => {
    const { body: document } = await test.call('GET', '/api/openapi.json');
    expect(Object.keys(document.webhooks)).toEqual([...EVENT_TYPES]);
    expect(document.webhooks['incident.opened'].post.requestBody.content['application/json'].schema.required).toEqual([
      'type',
      'timestamp',
      'data',
    ]);
  });

  it('documents no status that these tests have not met', async () => {
    const unmet = await test.unmetStatuses(
      PATH,
      `${PATH}/{targetId}`,
      `${PATH}/{targetId}/test`,
      `${PATH}/{targetId}/rotate-secret`,
      `${PATH}/{targetId}/deliveries`,
      '/api/deliveries/{deliveryId}/replay',
      '/api/outbox',
    );
    // Unknown queries are refused by the same code on every route.
    expect(unmet.filter((status) => !status.endsWith(' 422'))).toEqual([]);
  });
});
