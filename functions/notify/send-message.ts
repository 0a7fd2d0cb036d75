import { awsErrorKind } from '../aws/aws-errors.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { listSubscriptions, publishToAddress } from '../aws/mail-topic.ts';
import { putOutboxMail } from '../aws/outbox-table.ts';
import { decryptTargetSecret } from '../aws/secrets.ts';
import { parseRetryAfter, type SendError, type SendResult } from '../domain/delivery.ts';
import { AppError } from '../domain/errors.ts';
import { signingSecrets, type NotificationTarget } from '../domain/notification-target.ts';
import { toWebhookBody, type SluiceEvent } from '../domain/webhook-events.ts';
import { CHAT_BODIES } from './chat-messages.ts';
import { notifyCompanion } from './companion.ts';
import { toMail, type Mail, type MailWay } from './mail.ts';
import { post, type PostAnswer } from './post.ts';
import { signWebhook } from './sign-webhook.ts';

export interface SendDeps extends AwsDeps<
  'kms' | 'sns' | 'table',
  'deploymentId' | 'keyId' | 'loopbackTargetsAllowed' | 'privateHosts' | 'tableName'
> {
  now: () => Date;
  mail: MailWay;
  /** Sends a request; left out: over the network. The fault simulation has receivers without one. */
  post?: typeof post;
}

const ANSWER_CHARACTERS_MAX = 200;
/** Shorter pieces of a URL are words, not secrets. */
const SECRET_CHARACTERS_MIN = 8;

type Outcome = Pick<SendResult, 'status' | 'error' | 'answer' | 'retryAfterSeconds' | 'isFinal'>;
const NO_ANSWER = { status: null, answer: '', retryAfterSeconds: null, isFinal: false };

/**
 * Sends one event to one target, once.
 * @returns what the receiver answered, or why there is no answer; without secrets
 * @throws what AWS answers when it throttles or does not answer, so that the caller tries again soon
 */
export async function sendMessage(
  deps: SendDeps,
  target: NotificationTarget,
  { deliveryId, event }: { deliveryId: string; event: SluiceEvent },
): Promise<SendResult> {
  const began = deps.now();
  const outcome = await sendOnce(deps, target, { deliveryId, event });
  return { at: began.toISOString(), durationMs: deps.now().getTime() - began.getTime(), ...outcome };
}

async function sendOnce(
  deps: SendDeps,
  target: NotificationTarget,
  message: { deliveryId: string; event: SluiceEvent },
): Promise<Outcome> {
  if (target.email !== null) return sendMail(deps, target.email, message);
  try {
    return await sendRequest(deps, target, message.event);
  } catch (error) {
    if (error instanceof AppError && error.code === 'secret_unreadable') {
      return { ...NO_ANSWER, error: 'secret_unreadable' };
    }
    throw error;
  }
}

async function sendRequest(deps: SendDeps, target: NotificationTarget, event: SluiceEvent): Promise<Outcome> {
  const { kind, targetId } = target;
  if (kind === 'email' || target.urlCiphertext === null) return { ...NO_ANSWER, error: 'not_supported', isFinal: true };
  const now = deps.now();
  const url = await decryptTargetSecret(deps, targetId, 'url', target.urlCiphertext);
  const secrets: string[] = [];
  for (const { ciphertext } of signingSecrets(target.secrets, now)) {
    secrets.push(await decryptTargetSecret(deps, targetId, 'signing', ciphertext));
  }
  const { loopbackTargetsAllowed: loopbackAllowed, privateHosts } = deps.deployment;
  const options = { loopbackAllowed, privateHosts };
  const send = deps.post ?? post;
  let answer: PostAnswer;
  if (kind === 'companion') {
    if (!target.companion) return { ...NO_ANSWER, error: 'not_supported', isFinal: true };
    answer = await notifyCompanion(event, { base: url, settings: target.companion, send, options });
  } else {
    const body = kind === 'webhook' ? toWebhookBody(event) : JSON.stringify(CHAT_BODIES[kind](event));
    const headers = kind === 'webhook' ? signWebhook({ id: event.eventId, body, now }, secrets) : {};
    answer = await send({ url, body, headers }, options);
  }
  return {
    status: answer.status,
    error: answer.error,
    answer: shorten(answer.text, [...piecesOf(url), ...secrets]),
    retryAfterSeconds:
      answer.status === 429 || answer.status === 503 ? parseRetryAfter(answer.retryAfter, deps.now()) : null,
    isFinal: false,
  };
}

async function sendMail(
  deps: SendDeps,
  to: string,
  { deliveryId, event }: { deliveryId: string; event: SluiceEvent },
): Promise<Outcome> {
  const mail = toMail(event, to);
  if (deps.mail.kind === 'outbox') {
    const { subject, text } = mail;
    await putOutboxMail(deps, { deliveryId, at: event.at, to, subject, text });
    return { ...NO_ANSWER, status: 250, error: null, answer: 'kept in the outbox: no mail server is configured' };
  }
  if (deps.mail.kind === 'topic') return publishMail(deps, deps.mail.topicArn, mail);
  try {
    const { response } = await deps.mail.send(mail);
    return { ...NO_ANSWER, status: 250, error: null, answer: shorten(response, []) };
  } catch (error) {
    return toMailOutcome(error);
  }
}

const NOT_CONFIRMED =
  'Nothing was sent: the address is not confirmed. Open the link in the e-mail from AWS, or save the address again to get another one.';
const NOT_SUBSCRIBED =
  'Nothing was sent: the address has unsubscribed, or did not confirm within 48 hours. Save the address again to get another e-mail from AWS.';

/**
 * Sends through the topic. SNS accepts messages for an address that is not confirmed and drops them, so that is read
 * first. A lost answer is thrown like any other and the message is published again: twice is better than never.
 */
async function publishMail(deps: SendDeps, topicArn: string, mail: Mail): Promise<Outcome> {
  try {
    const subscription = (await listSubscriptions(deps, topicArn)).get(mail.to.toLowerCase());
    if (!subscription) return { ...NO_ANSWER, error: 'address_not_subscribed', answer: NOT_SUBSCRIBED };
    if (subscription.state === 'waiting')
      return { ...NO_ANSWER, error: 'address_not_confirmed', answer: NOT_CONFIRMED };
    const messageId = await publishToAddress(deps, topicArn, mail);
    return { ...NO_ANSWER, status: 200, error: null, answer: `accepted by SNS as ${messageId}` };
  } catch (error) {
    const kind = awsErrorKind(error);
    if (kind === 'throttled' || kind === 'unavailable' || !(error instanceof Error)) throw error;
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? null;
    // A message that is invalid stays invalid. A missing permission or a disabled key can be repaired within a day.
    return { ...NO_ANSWER, status, error: 'mail_refused', answer: `SNS: ${error.name}`, isFinal: kind === 'invalid' };
  }
}

function toMailOutcome(error: unknown): Outcome {
  const { responseCode, response, code } = error as { responseCode?: number; response?: string; code?: string };
  if (responseCode !== undefined) {
    // 5xx is final, except for a refused sign-in, which the operator can repair.
    const isFinal = responseCode >= 500 && code !== 'EAUTH';
    return { ...NO_ANSWER, status: responseCode, error: 'mail_refused', answer: shorten(response ?? '', []), isFinal };
  }
  const known: Partial<Record<string, SendError>> = {
    ECONNECTION: 'connection_refused',
    ESOCKET: 'connection_refused',
    EDNS: 'host_not_found',
    ETIMEDOUT: 'timeout',
    ETLS: 'tls_failed',
  };
  return { ...NO_ANSWER, error: known[code ?? ''] ?? 'mail_not_sent' };
}

/** Returns the parts of a URL by which others could write to it, the longest first. */
function piecesOf(url: string): string[] {
  const { pathname, search, searchParams } = new URL(url);
  const pieces = [url, pathname + search, ...pathname.split('/'), ...searchParams.values()];
  return pieces.filter((piece) => piece.length >= SECRET_CHARACTERS_MIN).toSorted((a, b) => b.length - a.length);
}

function shorten(text: string, secrets: readonly string[]): string {
  const safe = secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
  return safe
    .replaceAll(/[\p{Cc}\p{Cf}\u{FFFD}]+/gu, ' ')
    .trim()
    .slice(0, ANSWER_CHARACTERS_MAX);
}
