import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
  type MessageAttributeValue,
} from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSns, type LocalSns, type TopicMail } from '../../infra/local/endpoints/sns/create-sns.ts';
import { startAwsFront, type AwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';

/** The local SNS, called with the real SDK client: it is at least as strict as AWS about e-mail subscriptions. */
let front: AwsFront;
let sns: LocalSns;
let client: SNSClient;
let topicArn: string;
let nowMs = 0;
const mails: TopicMail[] = [];

beforeEach(async () => {
  mails.length = 0;
  nowMs = Date.parse('2026-12-01T12:00:00Z');
  sns = createSns({
    clock: { now: () => nowMs, after: () => () => {} },
    mailbox: (mail) => void mails.push(mail),
  });
  front = await startAwsFront({ port: 0, services: [sns] });
  client = new SNSClient({
    endpoint: front.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'mails' }));
  topicArn = TopicArn!;
});

afterEach(async () => {
  client.destroy();
  await front.close();
});

const EMAIL = 'studio@example.com';
const policyOf = (value: string) => ({ FilterPolicy: JSON.stringify({ target: [value] }) });
const subscribe = (fields: object = {}) =>
  client.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'email', Endpoint: EMAIL, ...fields }));
const publish = (fields: object = {}) =>
  client.send(new PublishCommand({ TopicArn: topicArn, Message: 'Source lost', ...fields }));
const list = async () =>
  (await client.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }))).Subscriptions ?? [];
const tokenOf = () => {
  const mail = mails.findLast(({ kind }) => kind === 'confirmation');
  return mail?.kind === 'confirmation' ? mail.token : '';
};
const confirm = (token = tokenOf()) =>
  client.send(new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token: token }));
const texts = () => mails.filter(({ kind }) => kind === 'message');
const text = (value: string): MessageAttributeValue => ({ DataType: 'String', StringValue: value });

/** Returns the error of a refused call. */
async function refusal(call: Promise<unknown>): Promise<{ name: string; message: string; status: number | undefined }> {
  const error: any = await call.then(
    () => new Error('accepted'),
    (thrown: unknown) => thrown,
  );
  return { name: error.name, message: error.message, status: error.$metadata?.httpStatusCode };
}

describe('an e-mail subscription', () => {
  it('waits for its confirmation, is listed without an ARN, and gets no message before', async () => {
    expect(await subscribe()).toMatchObject({ SubscriptionArn: 'pending confirmation' });
    expect(await list()).toMatchObject([
      { SubscriptionArn: 'PendingConfirmation', Protocol: 'email', Endpoint: EMAIL },
    ]);
    await publish();
    expect(texts()).toEqual([]);
    const { SubscriptionArn: arn } = await confirm();
    expect(await list()).toMatchObject([{ SubscriptionArn: arn }]);
    await publish();
    expect(texts()).toMatchObject([{ to: EMAIL, text: 'Source lost', subject: 'AWS Notification Message' }]);
  });

  it('returns its ARN before the confirmation when the call asks for it', async () => {
    const { SubscriptionArn: arn } = await subscribe({ ReturnSubscriptionArn: true });
    expect(arn).toMatch(/^arn:aws:sns:us-east-1:000000000000:mails:[0-9a-f-]{36}$/);
    expect((await confirm()).SubscriptionArn).toBe(arn);
  });

  it('is asked again by a repeated call, and the former link no longer works', async () => {
    await subscribe();
    const former = tokenOf();
    await subscribe();
    expect(await refusal(confirm(former))).toMatchObject({ name: 'InvalidParameterException' });
    await confirm();
    await subscribe();
    expect(mails).toHaveLength(2);
  });

  it('keeps its attributes: a call with others is refused', async () => {
    await subscribe({ Attributes: policyOf('one') });
    expect(await refusal(subscribe({ Attributes: policyOf('other') }))).toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('Subscription already exists with different attributes'),
      status: 400,
    });
  });

  it('cannot end while it waits, and is forgotten after 48 hours', async () => {
    const { SubscriptionArn: arn } = await subscribe({ ReturnSubscriptionArn: true });
    expect(await refusal(client.send(new UnsubscribeCommand({ SubscriptionArn: arn })))).toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('pending confirmation'),
    });
    nowMs += 48 * 3_600_000;
    expect(await refusal(confirm())).toMatchObject({ name: 'InvalidParameterException' });
    expect(await list()).toEqual([]);
  });

  it('ends, and then exists no longer', async () => {
    await subscribe();
    const { SubscriptionArn: arn } = await confirm();
    await client.send(new UnsubscribeCommand({ SubscriptionArn: arn }));
    expect(await list()).toEqual([]);
    expect(await refusal(client.send(new UnsubscribeCommand({ SubscriptionArn: arn })))).toMatchObject({
      name: 'NotFoundException',
      status: 404,
    });
  });

  it('is listed in pages of 100', async () => {
    for (let count = 0; count < 101; count += 1) await subscribe({ Endpoint: `a${count}@example.com` });
    const first = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }));
    const second = await client.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: topicArn, NextToken: first.NextToken }),
    );
    expect([first.Subscriptions?.length, second.Subscriptions?.length, second.NextToken]).toEqual([100, 1, undefined]);
  });

  it('is limited to 200 filter policies on a topic', async () => {
    for (let count = 0; count < 200; count += 1) {
      await subscribe({ Endpoint: `a${count}@example.com`, Attributes: policyOf(String(count)) });
    }
    expect(await refusal(subscribe({ Attributes: policyOf('more') }))).toMatchObject({
      name: 'FilterPolicyLimitExceededException',
      status: 403,
    });
  });

  it.each([
    ['a word instead of an address', { Endpoint: 'studio' }],
    ['another protocol', { Protocol: 'sms', Endpoint: '+41791234567' }],
    ['a policy that is no JSON', { Attributes: { FilterPolicy: '{' } }],
    ['a policy without keys', { Attributes: { FilterPolicy: '{}' } }],
    ['a policy whose value is no list', { Attributes: { FilterPolicy: '{"target":"x"}' } }],
    [
      'a policy with six keys',
      { Attributes: { FilterPolicy: '{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}' } },
    ],
    [
      'a policy by prefix, which the endpoint does not serve',
      { Attributes: { FilterPolicy: '{"a":[{"prefix":"x"}]}' } },
    ],
    ['a policy on the body, which the endpoint does not serve', { Attributes: { FilterPolicyScope: 'MessageBody' } }],
    ['an attribute that it would drop', { Attributes: { RawMessageDelivery: 'true' } }],
  ])('is refused with %s', async (_, fields) => {
    expect(await refusal(subscribe(fields))).toMatchObject({ name: 'InvalidParameterException', status: 400 });
    expect(mails).toEqual([]);
  });
});

describe('a message', () => {
  it('reaches the subscriptions whose policy it passes', async () => {
    await subscribe({ Attributes: policyOf('studio') });
    await confirm();
    await publish();
    await publish({ MessageAttributes: { target: text('office') } });
    expect(texts()).toEqual([]);
    await publish({ MessageAttributes: { target: text('studio') }, Subject: 'Source lost' });
    expect(texts()).toMatchObject([{ to: EMAIL, subject: 'Source lost' }]);
  });

  it('may have 256 KiB with its attributes, and no more', async () => {
    const attributes = { MessageAttributes: { target: text('x') } };
    const room = 262_144 - Buffer.byteLength('targetStringx');
    expect(await publish({ Message: 'ü'.repeat(room >> 1) + 'x'.repeat(room % 2), ...attributes })).toMatchObject({
      MessageId: expect.any(String),
    });
    expect(await refusal(publish({ Message: 'x'.repeat(room + 1), ...attributes }))).toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('Message too long'),
    });
  });

  it.each([
    ['', false],
    ['Source lost', true],
    ['x'.repeat(99), true],
    ['x'.repeat(100), false],
    ['Überträger', false],
    ['two\nlines', false],
    [' begins with a space', false],
    ['[Sluice] begins with punctuation', true],
  ])('with the subject %j is accepted: %s', async (subject, isAccepted) => {
    const { name } = await refusal(publish({ Subject: subject }));
    expect(name).toBe(isAccepted ? 'Error' : 'InvalidParameterException');
  });

  it.each([
    ['an empty text', { Message: '' }, 'InvalidParameterException', 400],
    ['a topic that is not there', { TopicArn: 'arn:aws:sns:us-east-1:000000000000:other' }, 'NotFoundException', 404],
    ['something that is no topic', { TopicArn: 'mails' }, 'InvalidParameterException', 400],
    [
      'an attribute without a value',
      { MessageAttributes: { target: text('') } },
      'InvalidParameterValueException',
      400,
    ],
    [
      'an attribute with a reserved name',
      { MessageAttributes: { 'AWS.x': text('1') } },
      'InvalidParameterValueException',
      400,
    ],
    ['a structure, which the endpoint does not serve', { MessageStructure: 'json' }, 'InvalidParameterException', 400],
  ])('with %s is refused', async (_, fields, name, status) => {
    expect(await refusal(publish(fields))).toMatchObject({ name, status });
  });
});

describe('a topic', () => {
  it('is created once, and refused with other attributes', async () => {
    expect((await client.send(new CreateTopicCommand({ Name: 'mails' }))).TopicArn).toBe(topicArn);
    const other = new CreateTopicCommand({ Name: 'mails', Attributes: { DisplayName: 'Sluice' } });
    expect(await refusal(client.send(other))).toMatchObject({ name: 'InvalidParameterException' });
    expect(await refusal(client.send(new CreateTopicCommand({ Name: 'no spaces' })))).toMatchObject({ status: 400 });
  });
});
