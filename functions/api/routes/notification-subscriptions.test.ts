import { SubscribeCommand } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { useTestApi } from '../../../test/support/api.ts';
import { listSubscriptions } from '../../aws/mail-topic.ts';
import { listTargets } from '../../aws/notification-target-table.ts';

/** E-mail targets where mail leaves through an SNS topic, against the local SNS. */
const test = useTestApi();
const PATH = '/api/notification-targets';
const EMAIL = 'studio@example.com';

const post = (email: string, name = 'Studio') =>
  test.call('POST', PATH, { body: { name, kind: 'email', email, filter: { eventTypes: [] } } });
const requests = () => test.topicMails.filter(({ kind }) => kind === 'confirmation').map(({ to }) => to);

/** Clients whose table refuses writes after the subscription. */
const withBrokenTable = (commandName: string) => {
  const { table } = test.deps.clients;
  const send = async (command: object) => {
    if (command.constructor.name === commandName) throw Object.assign(new Error('x'), { name: 'InternalServerError' });
    return table.send(command as never);
  };
  return { clients: { ...test.deps.clients, table: { send } as never } };
};

describe('an e-mail target of a deployment with a topic', () => {
  it('asks its address to confirm, and is confirmed once the link was opened', async () => {
    await test.useTopic();
    const created = await post(EMAIL);
    expect(created).toMatchObject({
      status: 201,
      body: { email: EMAIL, subscription: 'waiting', signingSecret: null },
    });
    expect(requests()).toEqual([EMAIL]);
    await test.confirmAddress(EMAIL);
    const { body } = await test.call('GET', PATH);
    expect(body).toMatchObject({ mail: 'topic', data: [{ subscription: 'confirmed' }] });
    expect((await test.call('GET', `${PATH}/${created.body.targetId}`)).body.subscription).toBe('confirmed');
  });

  it('is listed as missing after its address unsubscribed or let the request expire', async () => {
    const { topicArn } = await test.useTopic();
    await post(EMAIL);
    await test.confirmAddress(EMAIL);
    await post('late@example.com', 'Late');
    test.sns.leave(topicArn, EMAIL);
    test.time.now = new Date(test.time.now.getTime() + 48 * 3_600_000);
    const { body } = await test.call('GET', PATH);
    expect(body.data.map(({ subscription }: { subscription: string }) => subscription)).toEqual(['missing', 'missing']);
  });

  it('is listed with an unknown state when SNS does not answer', async () => {
    const { topicArn } = await test.useTopic();
    await post(EMAIL);
    const sns = { send: () => Promise.reject(new Error('no answer')) } as never;
    test.rebuild({ mail: { kind: 'topic', topicArn }, clients: { ...test.deps.clients, sns } });
    expect(await test.call('GET', PATH)).toMatchObject({ status: 200, body: { data: [{ subscription: 'unknown' }] } });
  });

  it('is refused for an address that another target has, however it is spelled', async () => {
    await test.useTopic();
    await post(EMAIL);
    const answer = await post('Studio@Example.com', 'Second');
    expect(answer.status).toBe(422);
    expect(answer.problem.errors).toMatchObject([{ field: 'email', message: expect.stringContaining('Studio') }]);
    expect(await listTargets(test.deps)).toHaveLength(1);
    expect(requests()).toEqual([EMAIL]);
  });

  it('is made once when several requests bring the same address at the same time', async () => {
    await test.useTopic();
    const answers = await Promise.all(['One', 'Two', 'Three'].map((name) => post(EMAIL, name)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 422, 422]);
    expect(await listTargets(test.deps)).toHaveLength(1);
    expect(requests()).toEqual([EMAIL]);
  });

  it('is refused for an address that was subscribed by other means', async () => {
    const { topicArn } = await test.useTopic();
    await test.deps.clients.sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'email', Endpoint: EMAIL }));
    const answer = await post(EMAIL);
    expect([answer.status, answer.problem.code]).toEqual([409, 'duplicate_address']);
    expect(await listTargets(test.deps)).toEqual([]);
  });

  it('can be added again while its former subscription waits', async () => {
    await test.useTopic();
    const { body } = await post(EMAIL);
    expect((await test.call('DELETE', `${PATH}/${body.targetId}`)).status).toBe(204);
    expect(await post(EMAIL)).toMatchObject({ status: 201, body: { subscription: 'waiting' } });
    await test.confirmAddress(EMAIL);
    expect((await test.call('GET', PATH)).body.data).toMatchObject([{ subscription: 'confirmed' }]);
  });

  it('leaves no subscription when its record cannot be written', async () => {
    const mail = await test.useTopic();
    const { body } = await post(EMAIL);
    await test.confirmAddress(EMAIL);
    await test.call('PATCH', `${PATH}/${body.targetId}`, { body: { email: 'b@example.com' } });
    await test.confirmAddress('b@example.com');
    test.rebuild({ mail, ...withBrokenTable('PutCommand') });
    const answer = await test.call('PATCH', `${PATH}/${body.targetId}`, { body: { email: 'c@example.com' } });
    expect(answer.status).toBe(503);
    const { topicArn } = mail;
    // The former address still gets its messages. SNS cannot end the new one before it expires.
    expect((await listSubscriptions(test.deps, topicArn)).get('b@example.com')?.state).toBe('confirmed');
    expect(await listTargets(test.deps)).toMatchObject([{ email: 'b@example.com' }]);
  });

  it('moves its subscription with its address', async () => {
    const { topicArn } = await test.useTopic();
    const { body } = await post(EMAIL);
    await test.confirmAddress(EMAIL);
    const patched = await test.call('PATCH', `${PATH}/${body.targetId}`, { body: { email: 'new@example.com' } });
    expect(patched).toMatchObject({ status: 200, body: { email: 'new@example.com', subscription: 'waiting' } });
    expect([...(await listSubscriptions(test.deps, topicArn)).keys()]).toEqual(['new@example.com']);
  });

  it('keeps address and subscription when SNS refuses the new address', async () => {
    const { topicArn } = await test.useTopic();
    const { body } = await post(EMAIL);
    await test.confirmAddress(EMAIL);
    await test.deps.clients.sns.send(
      new SubscribeCommand({ TopicArn: topicArn, Protocol: 'email', Endpoint: 'taken@example.com' }),
    );
    const patched = await test.call('PATCH', `${PATH}/${body.targetId}`, { body: { email: 'taken@example.com' } });
    expect(patched.status).toBe(409);
    expect((await test.call('GET', PATH)).body.data).toMatchObject([{ email: EMAIL, subscription: 'confirmed' }]);
  });

  it('gets another request when the same address is saved again', async () => {
    await test.useTopic();
    const { body } = await post(EMAIL);
    await test.call('PATCH', `${PATH}/${body.targetId}`, { body: { email: EMAIL } });
    expect(requests()).toEqual([EMAIL, EMAIL]);
    await test.confirmAddress(EMAIL);
    // A confirmed address is not asked again, and stays subscribed.
    const patched = await test.call('PATCH', `${PATH}/${body.targetId}`, { body: { email: EMAIL } });
    expect(patched.body.subscription).toBe('confirmed');
    expect(requests()).toEqual([EMAIL, EMAIL]);
  });

  it('ends its subscription when it is deleted', async () => {
    const { topicArn } = await test.useTopic();
    const { body } = await post(EMAIL);
    await test.confirmAddress(EMAIL);
    expect((await test.call('DELETE', `${PATH}/${body.targetId}`)).status).toBe(204);
    expect([...(await listSubscriptions(test.deps, topicArn)).keys()]).toEqual([]);
  });

  it('stays when SNS does not answer its deletion', async () => {
    const { topicArn } = await test.useTopic();
    const { body } = await post(EMAIL);
    const sns = { send: () => Promise.reject(Object.assign(new Error('x'), { name: 'TimeoutError' })) } as never;
    test.rebuild({ mail: { kind: 'topic', topicArn }, clients: { ...test.deps.clients, sns } });
    const answer = await test.call('DELETE', `${PATH}/${body.targetId}`);
    expect([answer.status, answer.problem.code]).toEqual([503, 'upstream_unavailable']);
    expect(await listTargets(test.deps)).toHaveLength(1);
  });

  it('fails its test message until it is confirmed, with the remedy', async () => {
    await test.useTopic();
    const { body } = await post(EMAIL);
    const sendTest = () => test.call('POST', `${PATH}/${body.targetId}/test`);
    expect((await sendTest()).body).toMatchObject({
      state: 'failed',
      attempts: [{ status: null, error: 'address_not_confirmed', answer: expect.stringContaining('Open the link') }],
    });
    await test.confirmAddress(EMAIL);
    // Within one second it would be the same message.
    test.time.now = new Date(test.time.now.getTime() + 1000);
    expect((await sendTest()).body).toMatchObject({ state: 'delivered', attempts: [{ status: 200, error: null }] });
    expect(test.topicMails.filter(({ kind }) => kind === 'message')).toMatchObject([{ to: EMAIL }]);
  });
});
