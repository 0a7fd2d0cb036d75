import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHttpEvent, type HttpAnswer, type HttpRequest } from './http-event.ts';
import { deployLocally, type LocalDeployment } from './local-deployment.ts';
import { makeChannelEvent, makeFlowEvent, makeScheduledEvent } from './media-events.ts';
import { synthesize } from './synthesized.ts';

/**
 * Calls the entry points like AWS: the real modules, each in a separate thread with the environment of its template,
 * with events from AWS's documentation and with malformed ones.
 */

const STREAM_KEY = 'canary-63hf-p2vk-99qd-lw0a';

let deployment: LocalDeployment;

beforeAll(async () => {
  deployment = await deployLocally(synthesize('dev', { deploymentId: 'test' }));
}, 120_000);

afterAll(() => deployment?.close());

async function ask(request: HttpRequest, { group = 'admin' }: { group?: string | null } = {}) {
  const headers: Record<string, string> = { ...request.headers };
  if (group !== null) headers['authorization'] ??= `Bearer ${deployment.tokenFor(group)}`;
  const answer: HttpAnswer = await deployment.functions.api.invoke(makeHttpEvent({ ...request, headers }));
  const body = answer.body === '' ? null : JSON.parse(answer.body);
  return { ...answer, body };
}

const destination = { name: 'Main', platform: 'youtube', streamKey: STREAM_KEY };

describe('the API behind CloudFront and an HTTP API', () => {
  it('reports that it runs on AWS and sets Strict-Transport-Security', async () => {
    const { statusCode, headers, body } = await ask({ method: 'GET', path: '/api/session' });
    expect(statusCode).toBe(200);
    expect(headers['strict-transport-security']).toContain('max-age');
    expect(body).toMatchObject({ principal: 'test-person', embedded: false, loopbackTargetsAllowed: false });
  });

  it('accepts a body as text and as base64', async () => {
    for (const isBase64Encoded of [false, true]) {
      const body = { ...destination, name: `Böhm ${isBase64Encoded}`, streamKey: `${STREAM_KEY}-${isBase64Encoded}` };
      const answer = await ask({ method: 'POST', path: '/api/destinations', body, isBase64Encoded });
      expect(answer.statusCode).toBe(201);
      expect(answer.body).toMatchObject({ name: body.name, streamKeySet: true });
    }
  });

  it('decodes query parameters and refuses a repeated one', async () => {
    const { statusCode } = await ask({ method: 'GET', path: '/api/timeline?limit=5&from=2026-11-20T00%3A00%3A00Z' });
    expect(statusCode).toBe(200);
    const twice = await ask({ method: 'GET', path: '/api/destinations?limit=5&limit=6' });
    expect(twice.statusCode).toBe(422);
  });

  it('reads the session from the list of cookies and returns cookies as a list', async () => {
    const cookies = ['other=1', `__Host-sluice_access=${deployment.tokenFor('viewer')}`];
    const seen = await ask({ method: 'GET', path: '/api/destinations', cookies }, { group: null });
    expect(seen.statusCode).toBe(200);
    const begun = await ask({ method: 'GET', path: '/api/session/sign-in' }, { group: null });
    expect(begun.statusCode).toBe(302);
    expect(begun.cookies).toEqual([expect.stringMatching(/^__Host-sluice_sign_in=.+HttpOnly/)]);
    expect(begun.headers).not.toHaveProperty('set-cookie');
  });

  it('redirects a signed-in user back to the host that the browser opened', async () => {
    const { headers } = await ask({ method: 'GET', path: '/api/session/sign-in' }, { group: null });
    const redirectUri = new URL(headers['location']!).searchParams.get('redirect_uri');
    expect(redirectUri).toMatch(/^https:\/\/d111111abcdef8\.cloudfront\.net\//);
  });

  it('returns 401 without a token and for malformed or forged tokens', async () => {
    const [head, claims, signature] = deployment.tokenFor('admin').split('.');
    const other = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims!, 'base64url').toString()), exp: 1 }));
    const forged = `${head}.${other.toString('base64url')}.${signature}`;
    for (const authorization of [undefined, 'Bearer nonsense', `Bearer ${forged}`]) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      const answer = await ask({ method: 'GET', path: '/api/destinations', headers }, { group: null });
      expect(answer.statusCode).toBe(401);
    }
    expect((await ask({ method: 'GET', path: '/api/health' }, { group: null })).statusCode).toBe(200);
  });

  it('returns a picture in base64, as the gateway requires for binary bodies', async () => {
    const headers = { authorization: `Bearer ${deployment.tokenFor('viewer')}` };
    const path = '/api/mediaconnect/flow/thumbnail';
    const answer: HttpAnswer = await deployment.functions.api.invoke(makeHttpEvent({ method: 'GET', path, headers }));
    expect([answer.statusCode, answer.isBase64Encoded, answer.headers['content-type']]).toEqual([
      200,
      true,
      'image/jpeg',
    ]);
    expect(Buffer.from(answer.body, 'base64')).toEqual(Buffer.from([0xff, 0xd8, 0xff, 0xd9]));
  });

  it('lets a viewer read but not change', async () => {
    expect((await ask({ method: 'GET', path: '/api/destinations' }, { group: 'viewer' })).statusCode).toBe(200);
    const refused = await ask({ method: 'POST', path: '/api/destinations', body: destination }, { group: 'viewer' });
    expect(refused.statusCode).toBe(403);
  });

  it.each([
    ['a body that is not JSON', { body: `{"streamKey": "${STREAM_KEY}", ` }, 400],
    ['a body of another content type', { body: 'a=b', headers: { 'content-type': 'text/plain' } }, 415],
    ['invalid base64', { body: '%%%', isBase64Encoded: true }, 400],
    ['a body that is too long', { body: `"${'x'.repeat(300_000)}"` }, 413],
    ['an unknown path', { path: '/api/%2e%2e/secret' }, 404],
  ])('answers %s with a problem that reveals no internals', async (_, change, status) => {
    const answer = await ask({ method: 'POST', path: '/api/destinations', ...change });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(JSON.stringify(answer)).not.toMatch(/node_modules|\.ts:\d|at \w+ \(|canary-63hf/);
  });

  it.each([
    ['an empty event', {}],
    ['an EventBridge event', makeScheduledEvent('someone')],
    ['a request without headers', { ...makeHttpEvent({ method: 'GET', path: '/api/presets' }), headers: undefined }],
  ])('survives %s and serves the next request', async (_, event) => {
    const answer = await deployment.functions.api.invoke(event).catch((error: Error) => error.message);
    expect(JSON.stringify(answer)).not.toMatch(/node_modules|FINGERPRINT|secretsmanager/);
    expect((await ask({ method: 'GET', path: '/api/presets' })).statusCode).toBe(200);
  });
});

describe('the monitor function', () => {
  it.each([
    ['its schedule', () => makeScheduledEvent('sluice-test-monitor')],
    ['a channel event', () => makeChannelEvent('arn:aws:medialive:us-east-1:000000000000:channel:1000001')],
    ['a flow event', () => makeFlowEvent(deployment.environments.monitor['FLOW_ARN']!)],
    ['a forged event', () => ({ ...makeFlowEvent('arn:aws:other'), detail: { 'stream-key': STREAM_KEY } })],
    ['a truncated event', () => ({ source: 'aws.medialive' })],
    ['a null event', () => null],
  ])('handles %s', async (_, makeEvent) => {
    await expect(deployment.functions.monitor.invoke(makeEvent())).resolves.toBeNull();
  });
});

describe('the scheduled function', () => {
  it.each(['sweep', 'cost-report'] as const)('%s runs on its schedule without reading the event', async (name) => {
    const run = (event: unknown) => deployment.functions[name].invoke(event);
    await expect(run(makeScheduledEvent(name))).resolves.toBeNull();
    await expect(run(null)).resolves.toBeNull();
  });
});

describe('the workflow function', () => {
  const input = { destinationId: 'dst_00000000000000000000000001', generation: 1, retryCount: 0, steps: {} };

  it('fails with the error name that the state machine retries by', async () => {
    const event = { ...input, step: 'EnsureInput', enteredAt: new Date().toISOString() };
    await expect(deployment.functions.workflow.invoke(event)).rejects.toMatchObject({ name: 'StaleOperation' });
    await expect(deployment.functions.workflow.invoke({ ...event, step: 'ReleaseInput' })).resolves.toMatchObject({
      attempts: 1,
    });
  });

  it.each([
    ['an event without a step', {}],
    ['an unknown step', { ...input, step: 'Nonsense', enteredAt: 'never' }],
    ['an invalid id', { ...input, destinationId: '../secret', step: 'EnsureInput' }],
  ])('fails on %s without revealing internals', async (_, event) => {
    const error: Error = await deployment.functions.workflow.invoke(event).then(
      () => new Error('it did not fail'),
      (thrown) => thrown,
    );
    expect(error.message).not.toMatch(/node_modules|\.ts:\d|it did not fail/);
  });
});

describe('every function', () => {
  it('keeps stream keys out of its log', () => {
    const printed = Object.values(deployment.functions).map((each) => each.output());
    expect(printed.join('')).toContain('"route":"/api/destinations"');
    expect(printed.filter((text) => text.includes('canary-63hf'))).toEqual([]);
  });
});
