import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentStacks } from '../../infra/aws/deployment.ts';
import { ACKNOWLEDGEMENTS, addChecks, covers, SluiceChecks } from '../../infra/aws/nag.ts';
import { synthesize, withAudience, withBackup } from './synthesized.ts';

let app: IConstruct;
let stacks: DeploymentStacks;

beforeAll(() => {
  stacks = synthesize('dev', {
    ...withBackup('dev'),
    ...withAudience('dev'),
    scriptRoles: ['operator'],
    github: { repository: 'owner/name', makesProvider: true },
  }).stacks;
  app = stacks.data.node.root;
});

const findingsOf = (checks: AwsSolutionsChecks, scope: IConstruct) =>
  checks
    .validateScope(scope)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath = '' }) => ({ ruleName, constructPath })),
    );

describe('cdk-nag', () => {
  it('finds nothing in the stacks that is not acknowledged', () => {
    expect(findingsOf(new SluiceChecks(app), app)).toEqual([]);
  });

  it.each([
    { tagConditions: false },
    { flowOutputPermission: 'named' as const },
    { flowOutputPermission: 'any' as const },
  ])('accepts the stacks with %j', (over) => {
    const { root } = synthesize('dev', over).stacks.data.node;
    expect(findingsOf(new SluiceChecks(root), root)).toEqual([]);
  });

  it('still finds everything that is acknowledged', () => {
    const named = synthesize('dev', { flowOutputPermission: 'named' }).stacks.data.node.root;
    const findings = [app, named].flatMap((each) => findingsOf(new AwsSolutionsChecks(each), each));
    expect(findings.length).toBeGreaterThan(0);
    const idle = ACKNOWLEDGEMENTS.filter(
      (each) => !findings.some(({ constructPath, ruleName }) => covers(each, constructPath, ruleName)),
    );
    expect(idle).toEqual([]);
  });

  it('has a reason for every acknowledgement', () => {
    for (const { reason, finding } of ACKNOWLEDGEMENTS) expect(reason.length, finding).toBeGreaterThan(30);
  });

  it('has no acknowledgement for a wildcard in one of our actions', () => {
    const actions = ACKNOWLEDGEMENTS.filter(({ finding }) => finding.includes('Action::'));
    expect(actions.every(({ at }) => at.includes('CDKBucketDeployment'))).toBe(true);
  });
});

describe('a finding that is not acknowledged', () => {
  it('is reported in every stack', () => {
    const bucket = new Bucket(stacks.data, 'Planted');
    const role = stacks.controlPlane.node.findChild('Role-api') as Role;
    role.addToPolicy(new PolicyStatement({ actions: ['medialive:*'], resources: ['arn:aws:medialive:*:*:channel:*'] }));
    const found = findingsOf(new SluiceChecks(app), app).map(
      ({ ruleName, constructPath }) => `${ruleName} ${constructPath}`,
    );
    expect(found.toSorted()).toEqual([
      'AwsSolutions-IAM5[Action::medialive:*] sluice-dev-control-plane/Role-api/DefaultPolicy/Resource',
      'AwsSolutions-IAM5[Resource::arn:aws:medialive:*:*:channel:*] sluice-dev-control-plane/Role-api/DefaultPolicy/Resource',
      `AwsSolutions-S1 ${bucket.node.path}/Resource`,
      `AwsSolutions-S10 ${bucket.node.path}/Resource`,
    ]);
  });

  it('fails the synthesis', () => {
    const small = new App({ builtinCloudFormationValidation: false });
    new Bucket(new Stack(small, 'sluice-test-data'), 'Planted');
    addChecks(small);
    expect(() => small.synth()).toThrow();
  });
});
