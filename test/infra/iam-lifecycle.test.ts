import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_PARTITIONS } from '../../functions/aws/names.ts';
import { FUNCTION_NAMES, type FunctionName } from '../../infra/aws/functions.ts';
import type { HttpAnswer } from './http-event.ts';
import { isAllowed, matches, type PolicyQuestion, type PolicyStatement } from './iam-evaluate.ts';
import { collectTags, questionsOf } from './iam-questions.ts';
import { CANARY_KEY, runLifecycle } from './lifecycle-run.ts';
import { deployLocally, type LocalDeployment } from './local-deployment.ts';
import { checkRequest } from './request-rules.ts';
import { synthesize, withBackup } from './synthesized.ts';

/**
 * Compares permissions with use. Deploys the templates onto the local endpoints, runs each function with its
 * environment and real entry point through the life of a deployment, and evaluates every recorded call against the
 * function's policy.
 */

/** Actions that are allowed but not used by our code, with the service that uses them. */
const USED_BY_OTHERS: Record<string, string> = {
  'logs:CreateLogStream': 'Lambda writes the function’s output',
  'logs:PutLogEvents': 'Lambda writes the function’s output',
  'xray:PutTraceSegments': 'Lambda’s tracing',
  'xray:PutTelemetryRecords': 'Lambda’s tracing',
  'sqs:SendMessage': 'Lambda’s destination of failed asynchronous calls',
  'sqs:GetQueueAttributes': 'granted together with SendMessage by the CDK',
  'sqs:GetQueueUrl': 'granted together with SendMessage by the CDK',
};

/** One life of a deployment, and the permissions it needed. */
interface Lived {
  deployment: LocalDeployment;
  answers: HttpAnswer[];
  asked: Asked[];
}

interface Asked {
  function: FunctionName;
  question: PolicyQuestion;
}

let lived: Lived;

beforeAll(async () => {
  const synthesized = synthesize('dev', {
    ...withBackup('dev'),
    ...{ deploymentId: 'test', quotas: { channels: 20, pushInputs: 20 } },
  });
  const deployment = await deployLocally(synthesized);
  const answers = await runLifecycle(deployment).catch(async (error) => {
    await deployment.close();
    throw error;
  });
  const facts = { arns: deployment.arns, tags: collectTags(deployment.calls) };
  const asked = deployment.calls.flatMap((call) =>
    questionsOf(call, facts).map((question) => ({ function: call.function as FunctionName, question })),
  );
  // Most calls repeat a question of an earlier call.
  const different = new Map(asked.map((each) => [JSON.stringify(each), each]));
  lived = { deployment, answers, asked: [...different.values()] };
}, 180_000);

afterAll(() => lived?.deployment.close());

type Policies = LocalDeployment['policies'];

/** Returns the needed permissions that the policies do not allow. */
function findDenied(policies: Policies, asked: readonly Asked[]): string[] {
  const denied = asked.filter(({ function: name, question }) => !isAllowed(policies[name], question));
  return [
    ...new Set(denied.map(({ function: name, question: { action, resource } }) => `${name}: ${action} on ${resource}`)),
  ];
}

/** Returns the allowed actions that no call needed. */
function findUnused(policies: Policies, asked: readonly Asked[]): string[] {
  return FUNCTION_NAMES.flatMap((name) => {
    const own = asked.filter((each) => each.function === name).map(({ question }) => question);
    return policies[name].flatMap((statement) =>
      [statement.Action]
        .flat()
        .filter((action) => !(action in USED_BY_OTHERS))
        .filter((action) => !own.some((question) => question.action === action && matches(statement, question)))
        .map((action) => `${name}: ${action} on ${[statement.Resource].flat().join(', ')}`),
    );
  });
}

describe('the policy of each function', () => {
  it('allows every call of the function', () => {
    expect(lived.deployment.calls.length).toBeGreaterThan(300);
    expect(findDenied(lived.deployment.policies, lived.asked)).toEqual([]);
  });

  it('allows nothing that no call needs', () => {
    expect(findUnused(lived.deployment.policies, lived.asked)).toEqual([]);
  });

  it('fails this test without any one statement and with one additional statement', () => {
    const { policies } = lived.deployment;
    for (const name of FUNCTION_NAMES) {
      for (const statement of policies[name]) {
        if ([statement.Action].flat().every((action) => action in USED_BY_OTHERS)) continue;
        const others = policies[name].filter((each) => each !== statement);
        expect(
          findDenied({ ...policies, [name]: others }, lived.asked),
          `${name} ${String(statement.Action)}`,
        ).not.toEqual([]);
      }
      const more: PolicyStatement = { Effect: 'Allow', Action: 's3:DeleteBucket', Resource: '*' };
      expect(findUnused({ ...policies, [name]: [...policies[name], more] }, lived.asked)).toEqual([
        `${name}: s3:DeleteBucket on *`,
      ]);
    }
  });

  it('names every action without a wildcard', () => {
    const actions = FUNCTION_NAMES.flatMap((name) => lived.deployment.policies[name].flatMap(({ Action }) => Action));
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });
});

/** Returns the actions of a function's policy. */
const actionsOf = (name: FunctionName) => lived.deployment.policies[name].flatMap(({ Action }) => Action);

const streamKey = (context: Record<string, string> = {}) => {
  const { workflow } = lived.deployment.environments;
  const pairs = { deployment: 'test', destination: 'dst_1', purpose: 'stream-key', ...context };
  return {
    action: 'kms:Decrypt',
    resource: workflow['KEY_ID']!,
    context: {
      'kms:EncryptionContextKeys': Object.keys(pairs),
      ...Object.fromEntries(Object.entries(pairs).map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
    },
  };
};

describe('a function’s policy', () => {
  it('allows decrypting stream keys only for the workflow', () => {
    for (const name of FUNCTION_NAMES) {
      expect(isAllowed(lived.deployment.policies[name], streamKey()), name).toBe(name === 'workflow');
    }
  });

  it.each([
    ['of another deployment', { deployment: 'other' }],
    ['for another purpose', { purpose: 'backup' }],
    ['with an additional key', { more: 'x' }],
  ])('does not allow decrypting a ciphertext %s', (_, context) => {
    expect(isAllowed(lived.deployment.policies.workflow, streamKey(context))).toBe(false);
  });

  it('does not allow decrypting a ciphertext without a context', () => {
    const question = { ...streamKey(), context: {} };
    expect(isAllowed(lived.deployment.policies.workflow, question)).toBe(false);
  });

  it.each(Object.values(ACCESS_PARTITIONS))('reaches the items in %s only in the API', (partition) => {
    const { policies, arns } = lived.deployment;
    const actions = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'].map((name) => `dynamodb:${name}`);
    const reachable = (keys: readonly string[] | null) => {
      const context: PolicyQuestion['context'] = keys === null ? {} : { 'dynamodb:LeadingKeys': keys };
      return FUNCTION_NAMES.flatMap((name) =>
        actions
          .filter((action) => isAllowed(policies[name], { action, resource: arns.table, context }))
          .map((action) => `${name}: ${action}`),
      );
    };
    const ofApi = actions.map((action) => `api: ${action}`);
    expect(reachable([partition])).toEqual(ofApi);
    expect(reachable(['DESTINATIONS', partition])).toEqual(ofApi);
    expect(reachable(null)).toEqual(ofApi);
    expect(reachable(['DESTINATIONS']).length).toBeGreaterThan(ofApi.length);
  });

  it('allows the API no MediaLive action, because MediaLive’s answers hold stream keys', () => {
    expect(actionsOf('api').filter((action) => action.startsWith('medialive:'))).toEqual([]);
  });

  it('allows monitor and cost report to change only records, reports and the egress address, and to start workflows', () => {
    const changing = /:(Add|Create|Delete|Pass|Put|Remove|Start|Stop|Tag|Untag|Update)/;
    const own = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 's3:PutObject', ...Object.keys(USED_BY_OTHERS)];
    const ofMonitor = ['dynamodb:DeleteItem', 'states:StartExecution', 'medialive:UpdateInputSecurityGroup'];
    const allowed = { monitor: [...own, ...ofMonitor], 'cost-report': [...own, 'states:StartExecution'] };
    for (const name of ['monitor', 'cost-report'] as const) {
      expect(
        actionsOf(name).filter((action) => changing.test(action) && !allowed[name].includes(action)),
        name,
      ).toEqual([]);
    }
  });

  it('allows no stop or deletion of another deployment’s channel or input', () => {
    const foreign = { 'aws:ResourceTag/sluice:deployment': 'other' };
    for (const action of ['medialive:StopChannel', 'medialive:DeleteChannel', 'medialive:DeleteInput']) {
      const resource = `arn:aws:medialive:us-east-1:000000000000:${action.endsWith('Input') ? 'input' : 'channel'}:77`;
      for (const name of ['workflow', 'sweep'] as const) {
        expect(isAllowed(lived.deployment.policies[name], { action, resource, context: foreign })).toBe(false);
        expect(isAllowed(lived.deployment.policies[name], { action, resource, context: {} })).toBe(false);
      }
    }
  });

  it('allows passing the flow’s role only to MediaConnect, and reading no passphrase', () => {
    const { policies, environments } = lived.deployment;
    const question = { action: 'iam:PassRole', resource: environments.workflow['FLOW_ROLE_ARN']! };
    const to = (service: string) => ({ ...question, context: { 'iam:PassedToService': service } });
    expect(isAllowed(policies.workflow, to('mediaconnect.amazonaws.com'))).toBe(true);
    expect(isAllowed(policies.workflow, to('medialive.amazonaws.com'))).toBe(false);
    const resource = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:sluice/test/srt/dst_x-a1b2c3';
    const reading = { action: 'secretsmanager:GetSecretValue', resource, context: {} };
    expect(FUNCTION_NAMES.filter((name) => isAllowed(policies[name], reading))).toEqual([]);
  });

  it('allows passing the channel role only to MediaLive', () => {
    const { policies, environments } = lived.deployment;
    const question = { action: 'iam:PassRole', resource: environments.workflow['MEDIALIVE_ROLE_ARN']! };
    const to = (service: string) => ({ ...question, context: { 'iam:PassedToService': service } });
    expect(isAllowed(policies.workflow, to('medialive.amazonaws.com'))).toBe(true);
    expect(isAllowed(policies.workflow, to('lambda.amazonaws.com'))).toBe(false);
  });
});

describe('every function', () => {
  it('sends only requests that follow AWS’s rules', () => {
    const wrong = lived.deployment.calls.flatMap((call) =>
      checkRequest(call).map((complaint) => `${call.function}: ${call.service} ${call.operation}: ${complaint}`),
    );
    expect([...new Set(wrong)]).toEqual([]);
  });

  it('keeps stream keys out of API responses, executions, logs and table items', () => {
    const { calls, functions } = lived.deployment;
    expect(
      calls.some(({ operation, input }) => operation === 'CreateChannel' && JSON.stringify(input).includes(CANARY_KEY)),
    ).toBe(true);
    // Secrets Manager is where MediaConnect reads passphrases. Its answers hold none.
    const kept = calls
      .filter(({ service }) => service !== 'mediaLive' && service !== 'kms')
      .map((call) => (call.service === 'secretsManager' ? call.output : call));
    const said = [...lived.answers, ...kept, ...Object.values(functions).map((each) => each.output())];
    expect(said.filter((each) => JSON.stringify(each).includes(CANARY_KEY))).toEqual([]);
  });
});
