import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createSigningSecret, signWebhook } from './sign-webhook.ts';

/** Verified with the library of Standard Webhooks, which we did not write. */
const body = '{"type":"incident.opened","data":{"name":"Zürich"}}';
const sign = (secrets: string[], now = new Date()) => signWebhook({ id: 'evt_1', body, now }, secrets);

describe('a signature', () => {
  it('is accepted by the reference library, for each of two secrets during a rotation', () => {
    const [newest, before, other] = [createSigningSecret(), createSigningSecret(), createSigningSecret()];
    const headers = sign([newest, before]);
    for (const secret of [newest, before]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(other).verify(body, headers)).toThrow(WebhookVerificationError);
  });

  it('covers the body, the id and the time', () => {
    const secret = createSigningSecret();
    const headers = sign([secret]);
    const webhook = new Webhook(secret);
    expect(() => webhook.verify(`${body} `, headers)).toThrow(WebhookVerificationError);
    expect(() => webhook.verify(body, { ...headers, 'webhook-id': 'evt_2' })).toThrow(WebhookVerificationError);
    const later = String(Number(headers['webhook-timestamp']) + 1);
    expect(() => webhook.verify(body, { ...headers, 'webhook-timestamp': later })).toThrow(WebhookVerificationError);
  });

  it('is refused when it is replayed after five minutes', () => {
    const secret = createSigningSecret();
    const headers = sign([secret], new Date(Date.now() - 301_000));
    expect(() => new Webhook(secret).verify(body, headers)).toThrow(/too old/);
  });

  it('is made with 32 random bytes', () => {
    expect(Buffer.from(createSigningSecret().slice(6), 'base64')).toHaveLength(32);
    expect(createSigningSecret()).not.toBe(createSigningSecret());
  });
});
