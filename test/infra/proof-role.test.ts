import { describe, expect, it } from 'vitest';
import { parseConfiguration, readConfiguration } from '../../infra/aws/configuration.ts';
import { FUNCTION_NAMES } from '../../infra/aws/functions.ts';
import { synthesize, type Synthesized } from './synthesized.ts';

const OPERATOR = 'arn:aws:iam::111122223333:role/Operator';

interface Trust {
  Statement: { Effect: string; Action: string; Principal: Record<string, unknown> }[];
}

/** Principals that may assume each function's role. */
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

describe('the roles of the functions', () => {
  const lambda = { Service: 'lambda.amazonaws.com' };

  it('trust nobody but Lambda by default', () => {
    for (const [name, principals] of Object.entries(trusted(synthesize('prod')))) {
      expect(principals, name).toEqual([lambda]);
    }
  });

  it('trust exactly the configured principal as well while a proof is configured', () => {
    for (const [name, principals] of Object.entries(
      trusted(synthesize('prod', { proof: { principalArn: OPERATOR } })),
    )) {
      // The CDK merges both into one statement.
      expect(principals, name).toEqual([{ ...lambda, AWS: OPERATOR }]);
    }
  });

  it.each([
    'arn:aws:iam::111122223333:root',
    'arn:aws:iam::111122223333:role/*',
    'arn:aws:sts::111122223333:assumed-role/Operator/alice',
    '*',
    '111122223333',
  ])('refuse %s as the principal of a proof', (principalArn) => {
    const { account: _account, ...given } = readConfiguration('dev');
    expect(() => parseConfiguration({ ...given, proof: { principalArn } }, 'dev.json')).toThrow(
      /proof\.principalArn = .*the ARN of one IAM role or user/,
    );
  });
});
