import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { parseConfiguration, readConfiguration } from '../../infra/aws/configuration.ts';
import { FUNCTION_NAMES } from '../../infra/aws/functions.ts';
import { findDeployment } from '../../infra/aws/prove/found-deployment.ts';
import { synthesize, type StackId, type Synthesized } from './synthesized.ts';

const OPERATOR = 'arn:aws:iam::111122223333:role/Operator';

interface Trust {
  Statement: { Effect: string; Action: string; Principal: Record<string, unknown> }[];
}

/** Returns the principals that may assume each function's role. */
function trusted(deployment: Synthesized): Record<string, unknown[]> {
  const roles = Object.entries(deployment.resources('AWS::IAM::Role', 'controlPlane'));
  return Object.fromEntries(
    FUNCTION_NAMES.map((name) => {
      const prefix = `Role${name.replaceAll('-', '')}`;
      const [, role] = roles.find(([logicalId]) => logicalId.startsWith(prefix))!;
      const { Statement } = role.Properties['AssumeRolePolicyDocument'] as Trust;
      return [name, Statement.map(({ Principal }) => Principal)];
    }),
  );
}

/** Mocks CloudFormation's answers about the stacks as far as the templates determine them. */
function mockStacks(deployment: Synthesized) {
  const client = new CloudFormationClient({ region: 'eu-central-1' });
  const mock = mockClient(client);
  for (const [stackId, stack] of Object.entries(deployment.stacks)) {
    const { stackName: StackName } = stack;
    const outputs: Record<string, unknown> = deployment.template(stackId as StackId).toJSON().Outputs ?? {};
    mock.on(DescribeStacksCommand, { StackName }).resolves({
      Stacks: [
        {
          StackName,
          CreationTime: new Date(0),
          StackStatus: 'CREATE_COMPLETE',
          Outputs: Object.keys(outputs).map((OutputKey) => ({ OutputKey, OutputValue: `https://${OutputKey}` })),
        },
      ],
    });
    mock.on(ListStackResourcesCommand, { StackName }).resolves({
      StackResourceSummaries: Object.entries(deployment.resources(undefined, stackId as StackId)).map(
        ([LogicalResourceId, { Type }]) => ({
          LogicalResourceId,
          PhysicalResourceId: `arn:aws:x:${LogicalResourceId}`,
          ResourceType: Type,
          LastUpdatedTimestamp: new Date(0),
          ResourceStatus: 'CREATE_COMPLETE',
        }),
      ),
    });
  }
  return client;
}

describe('findDeployment', () => {
  it('finds all ids that a proof needs in the stacks', async () => {
    const where = { environment: 'prod', account: '111122223333', region: 'eu-central-1' };
    const client = mockStacks(synthesize('prod'));
    const found = await findDeployment(client, { ...where, configuration: readConfiguration('prod') });
    expect(found).toMatchObject({
      deployment: {
        flowArn: 'arn:aws:x:Flow',
        inputSecurityGroupId: 'arn:aws:x:InputSecurityGroup',
        packageChannelId: 'arn:aws:x:PackageChannel',
        mediaLiveRoleArn: expect.stringMatching(/:role\/arn:aws:x:MediaLiveRole[0-9A-F]{8}$/),
      },
      roleArns: {
        api: expect.stringMatching(/^arn:aws:iam::111122223333:role\/arn:aws:x:Roleapi[0-9A-F]{8}$/),
        workflow: expect.stringMatching(/^arn:aws:iam::111122223333:role\/arn:aws:x:Roleworkflow[0-9A-F]{8}$/),
      },
      dashboardUrl: 'https://DashboardUrl',
    });
  });
});

describe('the trust policy of every function’s role', () => {
  const lambda = { Service: 'lambda.amazonaws.com' };

  it('trusts only Lambda by default', () => {
    for (const [name, principals] of Object.entries(trusted(synthesize('prod')))) {
      expect(principals, name).toEqual([lambda]);
    }
  });

  it('also trusts the configured principal while a proof is configured', () => {
    for (const [name, principals] of Object.entries(
      trusted(synthesize('prod', { proof: { principalArn: OPERATOR } })),
    )) {
      // The CDK merges both principals into one statement.
      expect(principals, name).toEqual([{ ...lambda, AWS: OPERATOR }]);
    }
  });

  it.each([
    'arn:aws:iam::111122223333:root',
    'arn:aws:iam::111122223333:role/*',
    'arn:aws:sts::111122223333:assumed-role/Operator/alice',
    '*',
    '111122223333',
  ])('cannot contain %s as the principal of a proof', (principalArn) => {
    const { account: _account, ...given } = readConfiguration('dev');
    expect(() => parseConfiguration({ ...given, proof: { principalArn } }, 'dev.json')).toThrow(
      /proof\.principalArn = .*the ARN of one IAM role or user/,
    );
  });
});
