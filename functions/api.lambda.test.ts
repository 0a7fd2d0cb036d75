import { beforeAll, describe, expect, it, vi } from 'vitest';

type Handler = (
  event: object,
  context: object,
) => Promise<{ statusCode: number; headers: Record<string, string>; body: string }>;

const machine = (kind: string) => `arn:aws:states:eu-west-1:000000000000:stateMachine:destination-${kind}`;

function makeEvent(path: string, authorizer: object | undefined) {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'api.example.com', 'x-forwarded-proto': 'https' },
    isBase64Encoded: false,
    requestContext: {
      http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.1', userAgent: 'test' },
      domainName: 'api.example.com',
      ...(authorizer ? { authorizer } : {}),
    },
  };
}

describe('the Lambda entry point', () => {
  let handler: Handler;
  beforeAll(async () => {
    const variables = {
      AWS_REGION: 'eu-west-1',
      TABLE_NAME: 'sluice',
      KEY_ID: 'key-1',
      FLOW_ARN: 'arn:aws:mediaconnect:eu-west-1:000000000000:flow:1-a:sluice',
      INPUT_SECURITY_GROUP_ID: '123',
      MEDIALIVE_ROLE_ARN: 'arn:aws:iam::000000000000:role/medialive',
      PACKAGE_CHANNEL_ID: 'sluice',
      STATE_MACHINE_ARN_CREATE: machine('create'),
      STATE_MACHINE_ARN_START: machine('start'),
      STATE_MACHINE_ARN_STOP: machine('stop'),
      STATE_MACHINE_ARN_TEARDOWN: machine('teardown'),
      DEPLOYMENT_ID: 'prod',
      FINGERPRINT_SECRET: 'x'.repeat(32),
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    handler = (await import('./api.lambda.ts')).handler as unknown as Handler;
    return () => vi.unstubAllEnvs();
  });

  it('answers whom the gateway’s authorizer has let in', async () => {
    const authorizer = { jwt: { claims: { sub: 'user-1', token_use: 'access' }, scopes: [] } };
    const answer = await handler(makeEvent('/api/presets', authorizer), {});
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body).platforms.length).toBeGreaterThan(5);
    const session = await handler(makeEvent('/api/session', authorizer), {});
    expect(JSON.parse(session.body)).toMatchObject({
      principal: 'user-1',
      embedded: false,
      loopbackTargetsAllowed: false,
    });
    expect(session.headers['strict-transport-security']).toContain('max-age');
  });

  it('401 when the gateway was set up without its authorizer', async () => {
    expect((await handler(makeEvent('/api/presets', undefined), {})).statusCode).toBe(401);
    expect((await handler(makeEvent('/api/docs', undefined), {})).statusCode).toBe(401);
  });
});
