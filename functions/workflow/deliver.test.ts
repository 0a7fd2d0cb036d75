import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTarget } from '../../test/support/make-target.ts';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { getDelivery, insertDelivery, listDeliveries, listPendingDeliveries } from '../aws/delivery-table.ts';
import { deleteTarget, getTarget, insertTarget } from '../aws/notification-target-table.ts';
import { observeDeliveryExecution } from '../aws/executions.ts';
import { ATTEMPTS_AT_SECONDS, deliveryIdOf, newDelivery, type Delivery } from '../domain/delivery.ts';
import type { NotificationTarget } from '../domain/notification-target.ts';
import { eventIdOf, testEvent, type SluiceEvent } from '../domain/webhook-events.ts';
import { beginDelivery, publishEvents } from '../notify/publish-event.ts';
import { restartDeliveries } from '../schedules/sweep-deliveries.ts';
import { runDeliveryStep } from './deliver.ts';

/** Deliveries over the local AWS: the real table, KMS and state machine, and a receiver on loopback. */
let local: TestDeployment;
let receiver: http.Server;
let answers: (number | { status: number; retryAfter: string })[] = [];
let received: { id: string; body: string }[] = [];
let count = 0;

beforeAll(async () => {
  local = await startTestDeployment();
  receiver = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ id: String(request.headers['webhook-id']), body: Buffer.concat(chunks).toString() });
      const answer = answers.shift() ?? 200;
      if (typeof answer === 'number') response.writeHead(answer).end();
      else response.writeHead(answer.status, { 'retry-after': answer.retryAfter }).end();
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
afterAll(async () => {
  receiver.close();
  await local.close();
});

async function addTarget(changes: Partial<NotificationTarget> = {}): Promise<NotificationTarget> {
  answers = [];
  received = [];
  count += 1;
  const targetId = `tgt_${String(count).padStart(26, '0')}`;
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const target = await makeTarget(local.deps, { targetId, url, ...changes });
  await insertTarget(local.deps, target);
  return target;
}

function makeEvent(changes: Partial<SluiceEvent> = {}): SluiceEvent {
  count += 1;
  const eventId = eventIdOf('destination.created', count);
  return { ...testEvent('x', 'x', new Date()), eventId, type: 'destination.created', ...changes };
}

/** Stores a delivery without an execution, and returns its step with a separate clock. */
async function addDelivery(target: NotificationTarget) {
  const clock = { now: new Date() };
  const deps = { ...local.deps, now: () => clock.now };
  const delivery = await insertDelivery(deps, newDelivery(target, makeEvent(), clock.now));
  const { deliveryId } = delivery;
  const step = (execution = 1) => runDeliveryStep(deps, { step: 'SendMessage', deliveryId, execution });
  return { clock, step, deliveryId, read: async () => (await getDelivery(deps, deliveryId)) as Delivery };
}

const isMarked = async (deliveryId: string) => (await listPendingDeliveries(local.deps)).includes(deliveryId);

describe('an event', () => {
  it('reaches every target that wants it, through the state machine', async () => {
    const target = await addTarget();
    const event = makeEvent();
    expect(await publishEvents(local.deps, [event])).toBe(1);
    const ended = await waitFor('the delivery to end', async () => {
      const [delivery] = await listDeliveries(local.deps, target.targetId, 1);
      return delivery?.state === 'pending' ? null : delivery;
    });
    expect(ended).toMatchObject({ state: 'delivered', attempts: [{ status: 200 }], nextAttemptAt: null });
    expect(received).toMatchObject([{ id: event.eventId }]);
    await deleteTarget(local.deps, target.targetId);
  });

  it('is delivered once however often it is published', async () => {
    const target = await addTarget();
    const event = makeEvent();
    await Promise.all([publishEvents(local.deps, [event]), publishEvents(local.deps, [event])]);
    await waitFor('the delivery to end', async () => {
      const delivery = await getDelivery(local.deps, deliveryIdOf(target.targetId, event));
      return delivery?.state === 'delivered' ? delivery : null;
    });
    await publishEvents(local.deps, [event]);
    expect(await listDeliveries(local.deps, target.targetId, 10)).toHaveLength(1);
    expect(await isMarked(deliveryIdOf(target.targetId, event))).toBe(false);
    expect(received).toHaveLength(1);
    await deleteTarget(local.deps, target.targetId);
  });

  it('that no target wants creates nothing', async () => {
    const target = await addTarget({ isEnabled: false });
    expect(await publishEvents(local.deps, [makeEvent()])).toBe(0);
    expect(await listDeliveries(local.deps, target.targetId, 10)).toEqual([]);
  });

  it('is left to the sweep when its execution cannot be started', async () => {
    const target = await addTarget();
    const event = makeEvent();
    const broken = { send: async () => Promise.reject(new Error('no')) };
    await publishEvents({ ...local.deps, clients: { ...local.deps.clients, sfn: broken as never } }, [event]);
    expect(received).toEqual([]);
    await restartDeliveries(local.deps);
    const deliveryId = deliveryIdOf(target.targetId, event);
    await waitFor('the delivery to end', async () => {
      const delivery = await getDelivery(local.deps, deliveryId);
      return delivery?.state === 'delivered' ? delivery : null;
    });
    expect(received).toHaveLength(1);
    await deleteTarget(local.deps, target.targetId);
  });
});

describe('the step', () => {
  it('waits by the schedule between attempts, records each, and sends nothing early', async () => {
    const target = await addTarget();
    const { clock, step, read, deliveryId } = await addDelivery(target);
    answers = [500, 302, 200];
    expect(await step()).toEqual({
      next: 'wait',
      waitSeconds: expect.toSatisfy((seconds) => seconds === 5 || seconds === 6),
    });
    expect(await step()).toMatchObject({ next: 'wait' });
    expect(received).toHaveLength(1);
    expect(await getTarget(local.deps, target.targetId)).toMatchObject({ failuresInSequence: 1 });
    clock.now = new Date((await read()).nextAttemptAt!);
    expect(await step()).toMatchObject({ next: 'wait' });
    clock.now = new Date((await read()).nextAttemptAt!);
    expect(await step()).toEqual({ next: 'finish', waitSeconds: 0 });
    expect((await read()).attempts.map(({ status }) => status)).toEqual([500, 302, 200]);
    expect(new Set(received.map(({ id }) => id)).size).toBe(1);
    expect(await getTarget(local.deps, target.targetId)).toMatchObject({ failuresInSequence: 0, failingSince: null });
    expect(await isMarked(deliveryId)).toBe(false);
  });

  it('honours Retry-After', async () => {
    const { step } = await addDelivery(await addTarget());
    answers = [{ status: 429, retryAfter: '90' }];
    const { waitSeconds } = (await step())!;
    expect(waitSeconds).toBeGreaterThanOrEqual(90);
    expect(waitSeconds).toBeLessThan(95);
  });

  it('gives up after 24 hours', async () => {
    const { clock, step, read, deliveryId } = await addDelivery(await addTarget());
    answers = ATTEMPTS_AT_SECONDS.map(() => 500);
    for (;;) {
      const { next } = await step();
      if (next === 'finish') break;
      clock.now = new Date((await read()).nextAttemptAt!);
    }
    const { state, attempts, createdAt, endedAt } = await read();
    expect([state, attempts.length]).toEqual(['failed', ATTEMPTS_AT_SECONDS.length]);
    const hours = (Date.parse(endedAt!) - Date.parse(createdAt)) / 3_600_000;
    expect(hours).toBeGreaterThanOrEqual(24);
    expect(hours).toBeLessThan(30);
    expect(await isMarked(deliveryId)).toBe(false);
  });

  it('disables the target when its receiver answers 410, and discards what else is on its way', async () => {
    const target = await addTarget();
    const [first, second] = [await addDelivery(target), await addDelivery(target)];
    answers = [410];
    expect(await first.step()).toMatchObject({ next: 'finish' });
    expect(await getTarget(local.deps, target.targetId)).toMatchObject({ isEnabled: false, disabledReason: 'gone' });
    expect(await second.step()).toMatchObject({ next: 'finish' });
    expect([(await first.read()).state, (await second.read()).state]).toEqual(['failed', 'discarded']);
    expect(received).toHaveLength(1);
    for (const { deliveryId } of [first, second]) expect(await isMarked(deliveryId)).toBe(false);
  });

  it('discards a delivery whose target was deleted', async () => {
    const target = await addTarget();
    const { step, read } = await addDelivery(target);
    await deleteTarget(local.deps, target.targetId);
    await step();
    expect((await read()).state).toBe('discarded');
    expect(received).toEqual([]);
  });

  it('of an execution that was replaced does nothing', async () => {
    const { step } = await addDelivery(await addTarget());
    expect(await step(2)).toMatchObject({ next: 'finish' });
    expect(received).toEqual([]);
  });

  it('tries again at once when AWS does not answer, and never shows an SDK error', async () => {
    const { deliveryId } = await addDelivery(await addTarget());
    const fail = (error: Error) => ({
      ...local.deps,
      clients: { ...local.deps.clients, kms: { send: () => Promise.reject(error) } as never },
    });
    const run = (error: Error) => runDeliveryStep(fail(error), { step: 'SendMessage', deliveryId, execution: 1 });
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    await expect(run(refused)).rejects.toMatchObject({ name: 'Unavailable' });
    await expect(run(Object.assign(new Error('slow'), { name: 'ThrottlingException' }))).rejects.toMatchObject({
      name: 'Throttled',
    });
  });
});

describe('the sweep', () => {
  it('starts the next execution of a delivery whose execution ended early, and leaves a running one alone', async () => {
    const target = await addTarget();
    answers = [500];
    const { deliveryId } = await beginDelivery(local.deps, newDelivery(target, makeEvent(), new Date()));
    await waitFor('the first attempt', async () => {
      const found = await getDelivery(local.deps, deliveryId);
      return found?.attempts.length === 1 ? found : null;
    });
    await restartDeliveries(local.deps);
    expect((await getDelivery(local.deps, deliveryId))!.execution).toBe(1);
    const arn = local.deps.deployment.deliveryMachineArn.replace(':stateMachine:', ':execution:');
    await local.deps.clients.sfn.send(new StopExecutionCommand({ executionArn: `${arn}:${deliveryId}-1` }));
    await restartDeliveries(local.deps);
    const after = (await getDelivery(local.deps, deliveryId))!;
    expect([after.execution, after.state]).toEqual([2, 'pending']);
    expect(await observeDeliveryExecution(local.deps, after)).toBe('running');
    await deleteTarget(local.deps, target.targetId);
  });

  it('removes a mark that was left over', async () => {
    const { deployment, clients } = local.deps;
    const deliveryId = deliveryIdOf((await addTarget()).targetId, makeEvent());
    const mark = { pk: 'DELIVERIES-PENDING', sk: deliveryId };
    await clients.table.send(new PutCommand({ TableName: deployment.tableName, Item: mark }));
    expect(await isMarked(deliveryId)).toBe(true);
    await restartDeliveries(local.deps);
    expect(await isMarked(deliveryId)).toBe(false);
  });
});
