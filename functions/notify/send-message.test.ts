import { afterEach, describe, expect, it } from 'vitest';
import { createMailWay } from '../../infra/local/host/smtp-mailer.ts';
import { useTestApi } from '../../test/support/api.ts';
import { startMailServer } from '../../test/support/mail-server.ts';
import { makeTarget } from '../../test/support/make-target.ts';
import { startWebhookReceiver, verifyWebhook } from '../../test/support/webhook-receiver.ts';
import { deliveryIdOf } from '../domain/delivery.ts';
import { rotateSecret } from '../domain/notification-target.ts';
import { ABOUT_NOTHING, type SluiceEvent } from '../domain/webhook-events.ts';
import { listOutboxMails } from '../aws/outbox-table.ts';
import { subscribeAddress } from '../aws/mail-topic.ts';
import { encryptTargetSecret } from '../aws/secrets.ts';
import { toMail, type MailWay } from './mail.ts';
import { sendMessage, type SendDeps } from './send-message.ts';
import { createSigningSecret } from './sign-webhook.ts';

const snsError = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });

/** Messages as receivers get them: a web server, and the mail server of npm. */
const test = useTestApi();
const open: { close: () => void }[] = [];
afterEach(() => open.splice(0).forEach((each) => each.close()));

function deps(mail: MailWay = { kind: 'outbox' }): SendDeps {
  const deployment = { ...test.deps.deployment, loopbackTargetsAllowed: true };
  return { clients: test.deps.clients, deployment, now: () => new Date(), mail };
}

const EVENT: SluiceEvent = {
  eventId: 'inc_1-1',
  type: 'incident.opened',
  at: '2026-11-21T18:00:00.000Z',
  about: { ...ABOUT_NOTHING, severity: 'high' },
  title: 'Source lost <!channel> *bold*',
  lines: ['Two destinations get nothing & wait.', '@everyone [link](https://evil.example)'],
  data: { incidentId: 'inc_1', severity: 'high' },
};

const PATH = '/services/T0123456789/hunter2-secret?sig=qwertyuiop-sig';

async function startReceiver(status = 200, body = 'ok', headers: Record<string, string> = {}) {
  const receiver = await startWebhookReceiver({ status, body, headers });
  open.push(receiver);
  return { receiver, url: receiver.origin + PATH, seen: receiver.received };
}

const sendTo = async (sendDeps: SendDeps, target: Awaited<ReturnType<typeof makeTarget>>) =>
  sendMessage(sendDeps, target, { deliveryId: deliveryIdOf(target.targetId, EVENT), event: EVENT });

describe('a webhook', () => {
  it('is signed over the bytes that arrive, with every secret that is valid', async () => {
    const { url, seen } = await startReceiver();
    const [newest, before] = [createSigningSecret(), createSigningSecret()];
    const target = await makeTarget(deps(), { url, secret: before });
    const ciphertext = await encryptTargetSecret(deps(), target.targetId, 'signing', newest);
    const rotated = { ...target, secrets: rotateSecret(target.secrets, ciphertext, new Date()) };
    expect(await sendTo(deps(), rotated)).toMatchObject({ status: 200, error: null, answer: 'ok' });
    const [{ body, headers }] = seen as [(typeof seen)[0]];
    for (const secret of [newest, before]) {
      expect(verifyWebhook(secret, { body, headers })).toEqual({
        type: 'incident.opened',
        timestamp: EVENT.at,
        data: EVENT.data,
      });
    }
    expect(headers['webhook-id']).toBe('inc_1-1');
  });

  it('records the answer without the URL or a secret, however it is echoed, and cut to 200 characters', async () => {
    const { receiver, url } = await startReceiver(401);
    const secret = createSigningSecret();
    const { pathname, search } = new URL(url);
    receiver.answer.body = `no ${url} ${pathname} hunter2-secret qwertyuiop-sig ${secret}\u0000\n${'x'.repeat(500)}`;
    const { answer, status } = await sendTo(deps(), await makeTarget(deps(), { url, secret }));
    expect(status).toBe(401);
    expect(answer).toHaveLength(200);
    for (const part of [url, pathname, search, 'hunter2', 'qwertyuiop', secret]) expect(answer).not.toContain(part);
  });

  it('reports the pause that the receiver asks for with 429 and 503 only', async () => {
    for (const [status, seconds] of [
      [429, 7],
      [503, 7],
      [500, null],
    ] as const) {
      const { url } = await startReceiver(status, '', { 'retry-after': '7' });
      const result = await sendTo(deps(), await makeTarget(deps(), { url }));
      expect([result.status, result.retryAfterSeconds]).toEqual([status, seconds]);
    }
  });

  it('is not sent when the secret belongs to another target', async () => {
    const { url, seen } = await startReceiver();
    const other = await makeTarget(deps(), { url, targetId: 'tgt_01k8m3v0s5n2q8w4x6y7z9a1zz' });
    const target = { ...(await makeTarget(deps(), { url })), urlCiphertext: other.urlCiphertext };
    expect(await sendTo(deps(), target)).toMatchObject({ status: null, error: 'secret_unreadable' });
    expect(seen).toEqual([]);
  });
});

describe('a chat gets its format, and no mention or link works in it:', () => {
  async function receivedBy(kind: 'slack' | 'discord' | 'teams') {
    const { url, seen } = await startReceiver();
    await sendTo(deps(), await makeTarget(deps(), { url, kind }));
    expect(seen[0]!.headers['webhook-signature']).toBeUndefined();
    return JSON.parse(seen[0]!.body);
  }

  it('Slack', async () => {
    expect((await receivedBy('slack')).text).toBe(
      '*Source lost &lt;!channel&gt; *bold**\nTwo destinations get nothing &amp; wait.\n@everyone [link](https://evil.example)',
    );
  });

  it('Discord', async () => {
    const body = await receivedBy('discord');
    expect(body.allowed_mentions).toEqual({ parse: [] });
    expect(body.embeds[0]).toMatchObject({ title: String.raw`Source lost <!channel\> \*bold\*`, color: 0xe0_31_31 });
    expect(body.embeds[0].description).toContain(String.raw`\[link\]\(https://evil.example\)`);
  });

  it('Teams', async () => {
    const [{ contentType, content }] = (await receivedBy('teams')).attachments;
    expect(contentType).toBe('application/vnd.microsoft.card.adaptive');
    expect(content.body[0]).toMatchObject({ type: 'TextBlock', weight: 'bolder' });
    expect(content.body[2].text).toContain(String.raw`\[link\]`);
  });
});

describe('an e-mail', () => {
  async function startMail(options: { refuse?: number } = {}) {
    const server = await startMailServer(options);
    open.push(server);
    return { way: createMailWay({ smtpUrl: server.url, from: 'Sluice <sluice@localhost>' }), mails: server.mails };
  }
  const makeMailTarget = () => makeTarget(deps(), { kind: 'email', email: 'studio@example.com' });

  it('reaches a mail server, with the title as its subject', async () => {
    const { way, mails } = await startMail();
    expect(await sendTo(deps(way), await makeMailTarget())).toMatchObject({
      status: 250,
      error: null,
      answer: '250 kept as 42',
    });
    expect(mails).toMatchObject([{ to: ['studio@example.com'] }]);
    expect(mails[0]!.text).toContain('Subject: [Sluice] Source lost <!channel> *bold*');
    expect(mails[0]!.text).toContain('Message-ID: <inc_1-1@sluice.invalid>');
    expect(mails[0]!.text).toContain('Two destinations get nothing & wait.');
  });

  it('cannot get another header through a title', async () => {
    const { way, mails } = await startMail();
    const event = { ...EVENT, title: 'x\r\nBcc: evil@example.com\r\n\r\nbody' };
    await sendMessage(deps(way), await makeMailTarget(), { deliveryId: 'd', event });
    expect(mails[0]!.to).toEqual(['studio@example.com']);
    expect(mails[0]!.text.split('\r\n\r\n')[0]).not.toMatch(/^Bcc/m);
    // The library refuses it as well; the outbox would not.
    expect(toMail(event, 'studio@example.com').subject).toBe('[Sluice] x Bcc: evil@example.com body');
  });

  it.each([
    [550, true],
    [451, false],
  ])('that the server refuses with %i is final: %s', async (refuse, isFinal) => {
    const { way } = await startMail({ refuse });
    expect(await sendTo(deps(way), await makeMailTarget())).toMatchObject({
      status: refuse,
      error: 'mail_refused',
      isFinal,
    });
  });

  it('is tried again when no mail server answers', async () => {
    const { way } = await startMail();
    open.splice(0).forEach((each) => each.close());
    expect(await sendTo(deps(way), await makeMailTarget())).toMatchObject({
      error: 'connection_refused',
      isFinal: false,
    });
  });

  it('is kept in the outbox once when no mail server is set', async () => {
    const target = await makeMailTarget();
    await sendTo(deps({ kind: 'outbox' }), target);
    await sendTo(deps({ kind: 'outbox' }), target);
    expect(await listOutboxMails(deps(), 10)).toMatchObject([
      { to: 'studio@example.com', subject: '[Sluice] Source lost <!channel> *bold*', at: EVENT.at },
    ]);
  });

  describe('through an SNS topic', () => {
    const EMAIL = 'studio@example.com';
    const subscribe = async () => {
      const way = await test.useTopic();
      await subscribeAddress(test.deps, way.topicArn, EMAIL);
      return way;
    };
    const messages = () => test.topicMails.filter(({ kind }) => kind === 'message');

    it('reaches the confirmed address with an ASCII subject and the whole title in its text', async () => {
      const way = await subscribe();
      await test.confirmAddress(EMAIL);
      const event = { ...EVENT, title: `Verbindung zu Überträger „Łódź“ verloren ${'x'.repeat(100)}` };
      const target = await makeMailTarget();
      const result = await sendMessage(deps(way), target, { deliveryId: 'd', event });
      expect(result).toMatchObject({ status: 200, error: null, isFinal: false });
      expect(result.answer).toMatch(/^accepted by SNS as [0-9a-f-]{36}$/);
      expect(messages()).toMatchObject([{ to: EMAIL, text: expect.stringContaining(event.title) }]);
      const [mail] = messages();
      const begin = '[Sluice] Verbindung zu Ubertrager ?odz? verloren ';
      expect(mail?.kind === 'message' && mail.subject).toBe(begin.padEnd(99, 'x'));
    });

    it('reaches no other address of the topic', async () => {
      const way = await subscribe();
      await test.confirmAddress(EMAIL);
      await subscribeAddress(test.deps, way.topicArn, 'other@example.com');
      await test.confirmAddress('other@example.com');
      await sendTo(deps(way), await makeMailTarget());
      expect(messages().map(({ to }) => to)).toEqual([EMAIL]);
    });

    it('is not accepted for an address that is not confirmed, and is tried again', async () => {
      const way = await subscribe();
      expect(await sendTo(deps(way), await makeMailTarget())).toMatchObject({
        status: null,
        error: 'address_not_confirmed',
        isFinal: false,
        answer: expect.stringContaining('Open the link'),
      });
      expect(messages()).toEqual([]);
    });

    it('is not accepted for an address that has unsubscribed', async () => {
      const way = await subscribe();
      await test.confirmAddress(EMAIL);
      test.sns.leave(way.topicArn, EMAIL);
      expect(await sendTo(deps(way), await makeMailTarget())).toMatchObject({
        status: null,
        error: 'address_not_subscribed',
        isFinal: false,
        answer: expect.stringContaining('Save the address again'),
      });
    });

    it.each([
      ['InvalidParameterException', 400, true],
      ['AuthorizationErrorException', 403, false],
      ['KMSDisabledException', 400, false],
      ['NotFoundException', 404, false],
    ])('that SNS refuses with %s is final: %s', async (name, status, isFinal) => {
      const way = await subscribe();
      const sns = { send: () => Promise.reject(snsError(name, status)) } as never;
      const refusing = { ...deps(way), clients: { ...test.deps.clients, sns } };
      expect(await sendTo(refusing, await makeMailTarget())).toMatchObject({
        status,
        error: 'mail_refused',
        answer: `SNS: ${name}`,
        isFinal,
      });
    });

    it.each([
      ['ThrottledException', 429],
      ['KMSThrottlingException', 400],
      ['InternalErrorException', 500],
    ])('throws %s, so that the state machine repeats the step', async (name, status) => {
      const way = await subscribe();
      const sns = { send: () => Promise.reject(snsError(name, status)) } as never;
      const failing = { ...deps(way), clients: { ...test.deps.clients, sns } };
      await expect(sendTo(failing, await makeMailTarget())).rejects.toThrow(name);
    });
  });
});
