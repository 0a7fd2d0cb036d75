import { createHmac, randomBytes } from 'node:crypto';

/**
 * Signs webhooks as Standard Webhooks does: HMAC-SHA256 over id, time and the bytes of the body, once per valid secret,
 * so that a receiver can verify before and after a rotation.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */

const PREFIX = 'whsec_';

/** Creates a signing secret: `whsec_` and 32 random bytes in base64. */
export function createSigningSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

/**
 * Returns the headers that identify, date and sign a message.
 * @param body exactly the text that is sent
 * @param secrets the newest first
 */
export function signWebhook(
  { id, body, now }: { id: string; body: string; now: Date },
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
