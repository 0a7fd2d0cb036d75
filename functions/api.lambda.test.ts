import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:111122223333:${resource}`;
const ENVIRONMENT: Record<string, string> = {
  AWS_REGION: 'eu-west-1',
  DEPLOYMENT_ID: 'prod',
  TABLE_NAME: 'sluice-prod',
  KEY_ID: 'key-1',
  FLOW_ARN: arn('mediaconnect', 'flow:1-2:sluice'),
  PACKAGE_CHANNEL_ID: 'sluice-prod',
  REPORT_BUCKET: 'reports-1',
  RECORDING_BUCKET: 'recordings-1',
  STATE_MACHINE_ARN_CREATE: arn('states', 'stateMachine:create:live'),
  STATE_MACHINE_ARN_START: arn('states', 'stateMachine:start:live'),
  STATE_MACHINE_ARN_STOP: arn('states', 'stateMachine:stop:live'),
  STATE_MACHINE_ARN_TEARDOWN: arn('states', 'stateMachine:teardown:live'),
  STATE_MACHINE_ARN_DELIVERY: arn('states', 'stateMachine:delivery:live'),
  STATE_MACHINE_ARN_SHOW: arn('states', 'stateMachine:show:live'),
  STATE_MACHINE_ARN_GROUP: arn('states', 'stateMachine:group:live'),
  STATE_MACHINE_ARN_RECORDING: arn('states', 'stateMachine:recording:live'),
  STATE_MACHINE_ARN_SLATE: arn('states', 'stateMachine:slate:live'),
  STATE_MACHINE_ARN_INCIDENT: arn('states', 'stateMachine:incident:live'),
  NOTIFICATION_TOPIC_ARN: arn('sns', 'notifications'),
  FINGERPRINT_SECRET_ARN: arn('secretsmanager', 'secret:fingerprint'),
  PREVIEW_KEY_SECRET_ARN: arn('secretsmanager', 'secret:preview'),
  PREVIEW_KEY_PAIR_ID: 'K2JCJMDEHXQW5F',
  PUBLIC_HOST: 'sluice.example.com',
  DECLARED_INPUT: 'AVC/HD/MAX_20_MBPS',
  USER_POOL_ID: 'eu-west-1_Ab12Cd34',
  DASHBOARD_CLIENT_ID: 'client1',
  COMMAND_LINE_CLIENT_ID: 'client4',
  SIGN_IN_DOMAIN: 'https://sluice.auth.eu-west-1.amazoncognito.com',
};
const EVENT = {
  version: '2.0',
  rawPath: '/api/session',
  rawQueryString: '',
  headers: { host: 'gateway.example' },
  requestContext: { http: { method: 'GET', path: '/api/session' }, domainName: 'gateway.example' },
  isBase64Encoded: false,
};

const secretsManager = mockClient(SecretsManagerClient);
const printed: string[] = [];

beforeEach(() => {
  vi.resetModules();
  secretsManager.reset();
  printed.length = 0;
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  const write = (line: unknown) => printed.push(String(line)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function loadHandler() {
  const { handler } = await import('./api.lambda.ts');
  return async () => (await handler(EVENT as never, { awsRequestId: 'r' } as never)) as { statusCode: number };
}

describe('the API’s entry point', () => {
  it('reads the fingerprint secret once, however many requests arrive', async () => {
    secretsManager.on(GetSecretValueCommand).resolves({ SecretString: 'x'.repeat(64) });
    const call = await loadHandler();
    const answers = await Promise.all([call(), call(), call()]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401]);
    const read = secretsManager.commandCalls(GetSecretValueCommand).map(({ args: [{ input }] }) => input.SecretId);
    expect(read).toEqual([ENVIRONMENT['FINGERPRINT_SECRET_ARN']]);
  });

  it('fails the request when the secret cannot be read, logs the error’s name, and retries on the next one', async () => {
    secretsManager
      .on(GetSecretValueCommand)
      .rejectsOnce(Object.assign(new Error('denied for s3cr3t'), { name: 'AccessDeniedException' }))
      .resolves({ SecretString: 'x'.repeat(64) });
    const call = await loadHandler();
    await expect(call()).rejects.toThrow();
    expect(printed.join('')).toContain('AccessDeniedException');
    expect(printed.join('')).not.toContain('s3cr3t');
    expect((await call()).statusCode).toBe(401);
  });

  it('refuses a secret that is too short for fingerprints, without repeating it', async () => {
    secretsManager.on(GetSecretValueCommand).resolves({ SecretString: 'weak-s3cr3t' });
    const call = await loadHandler();
    const failure = await call().catch((error: Error) => error);
    expect((failure as Error).message).toContain('shorter than 32 characters');
    expect([(failure as Error).message, ...printed].join('')).not.toContain('s3cr3t');
  });
});
