import { Validations, type App, type PolicyValidationPluginReport } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { CHANNEL_LOG_GROUP } from '../../functions/aws/names.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from './functions.ts';
import { FLOW_OUTPUT_PERMISSIONS, type DeploymentResources } from './permissions.ts';

/**
 * cdk-nag's AwsSolutions rules over all stacks, and the one list of what we do otherwise, with the reason. It is a list
 * and not a remark beside each resource, so that who judges the whole sees all of it on one page. Findings name
 * resources by what CloudFormation puts in at the end, which is why they are matched by pattern: `<word>` stands for
 * whatever is put in, everything else, `*` included, is meant as it stands.
 */
interface Acknowledgement {
  /** Path of the construct below `sluice-<environment>-`. */
  at: string;
  /** Rule behind `AwsSolutions-`, with the finding in brackets where the rule has several. */
  finding: string;
  reason: string;
}

const DEPLOYMENT = 'dashboard/Custom::CDKBucketDeployment<hash>';
const DEPLOYMENT_POLICY = `${DEPLOYMENT}/ServiceRole/DefaultPolicy/Resource`;
const DEPLOYMENT_REASON =
  'CDK’s own BucketDeployment: it runs during a deployment only, reads the asset bucket and writes the dashboard’s';

const LIST: readonly Acknowledgement[] = [
  {
    at: 'data/Reports/Resource',
    finding: 'S1',
    reason:
      'one function writes a report a day and people read it with their own identity, both of which CloudTrail can tell; ' +
      'a second bucket would have to outlive this one',
  },
  {
    at: 'data/SrtPassphrase/Resource',
    finding: 'SMG4',
    reason:
      'the encoder at the venue holds the same passphrase and cannot follow: a rotation by schedule would end a show. ' +
      'RUNBOOK.md says how to change it',
  },
  {
    at: 'data/FingerprintSecret/Resource',
    finding: 'SMG4',
    reason: 'it keys fingerprints kept in the table: a new one would forget which stream keys are duplicates',
  },
  {
    at: 'source/CdnIdentifier/Resource',
    finding: 'SMG4',
    reason:
      'CloudFront is given the value during a deployment and cannot follow a rotation by schedule. RUNBOOK.md says how to ' +
      'change it without a gap',
  },
  {
    at: 'dashboard/PreviewPrivateKey<version>/Resource',
    finding: 'SMG4',
    reason:
      'its public half is part of the distribution, so a deployment rotates both (configuration: previewKeysVersion)',
  },
  {
    at: 'data/UserPool/Resource',
    finding: 'COG2',
    reason: 'a second factor is offered to everybody; whether it is demanded is a rule of the operator’s house',
  },
  {
    at: 'data/UserPool/Resource',
    finding: 'COG8',
    reason:
      'the Plus plan is charged per user and watches for taken-over accounts; sign-up is closed, people are few and known, ' +
      'and a token can be revoked at once',
  },
  {
    at: 'source/MediaLiveRole/Resource',
    finding: `IAM5[Resource::arn:<partition>:logs:<region>:<account>:log-group:${CHANNEL_LOG_GROUP}:*]`,
    reason: 'MediaLive logs into one group that it names itself, one stream per channel',
  },
  {
    at: 'source/MediaLiveRole/Resource',
    finding: 'IAM5[Resource::arn:<partition>:logs:<region>:<account>:log-group:*]',
    reason: 'MediaLive looks for that group before it makes it, and looking has no narrower resource',
  },
  {
    at: 'dashboard/Distribution/Resource',
    finding: 'CFR1',
    reason: 'operators travel with their shows: no country is known to be a wrong one',
  },
  {
    at: 'dashboard/Distribution/Resource',
    finding: 'CFR2',
    reason:
      'without a session there are static files only: the preview demands signed cookies, the API is throttled and checks ' +
      'every input by schema; a web ACL costs by the month and can be attached by who needs one',
  },
  {
    at: 'dashboard/Distribution/Resource',
    finding: 'CFR4',
    reason:
      'CloudFront allows no other security policy with its own certificate; with an own domain (configuration: domain) ' +
      'TLS 1.2 is the least',
  },
  {
    at: `${DEPLOYMENT}/ServiceRole/Resource`,
    finding: 'IAM4[Policy::arn:<partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    reason: DEPLOYMENT_REASON,
  },
  ...['GetObject*', 'GetBucket*', 'List*', 'DeleteObject*', 'Abort*'].map((action) => ({
    at: DEPLOYMENT_POLICY,
    finding: `IAM5[Action::s3:${action}]`,
    reason: DEPLOYMENT_REASON,
  })),
  ...['arn:<partition>:s3:::cdk-<qualifier>-assets-<account>-<region>/*', '<Files>/*'].map((resource) => ({
    at: DEPLOYMENT_POLICY,
    finding: `IAM5[Resource::${resource}]`,
    reason: DEPLOYMENT_REASON,
  })),
  {
    at: `${DEPLOYMENT}/Resource`,
    finding: 'L1',
    reason: `${DEPLOYMENT_REASON}; its runtime is CDK’s to choose`,
  },
  {
    at: 'control-plane/DeadLetters-<name>/Resource',
    finding: 'SQS3',
    reason: 'it is a dead-letter queue itself; an alarm tells that something is in it',
  },
  {
    at: 'control-plane/Role-<function>/DefaultPolicy/Resource',
    finding: 'IAM5[Resource::*]',
    reason:
      'X-Ray and the List and Get calls that permissions.ts explains one by one know no resource; no action has a wildcard',
  },
  {
    at: 'control-plane/StateMachine-<kind>/Role/DefaultPolicy/Resource',
    finding: 'IAM5[Resource::*]',
    reason: 'the delivery of logs and X-Ray, as Step Functions’ documentation gives them: they know no resource',
  },
  {
    at: 'control-plane/SchedulerRoleForTarget-<hash>/DefaultPolicy/Resource',
    finding: 'IAM5[Resource::<function>:*]',
    reason: 'versions and aliases of the one function that the schedule calls',
  },
  {
    at: 'control-plane/ApiRoute/Resource',
    finding: 'APIG4',
    reason:
      'the function checks the token itself, in the cookie or in the header: a gateway’s authorizer cannot read the ' +
      'session cookie',
  },
  ...['Role', 'DiffRole'].map((role) => ({
    at: `deploy-role/${role}/DefaultPolicy/Resource`,
    finding: 'IAM5[Resource::arn:<partition>:cloudformation:<region>:<account>:stack/<stack>/*]',
    reason:
      'CloudFormation ends the ARN of a stack with an id of its own; the name before it is one of this environment',
  })),
];

/** What CloudFormation puts in for the resources of a deployment. */
const PUT_IN: DeploymentResources = {
  partition: '<partition>',
  region: '<region>',
  account: '<account>',
  deploymentId: '<deployment>',
  tableArn: '<table>',
  streamKeysKeyArn: '<key>',
  operationsKeyArn: '<key>',
  reportBucketArn: '<bucket>',
  flowArn: '<flow>',
  inputSecurityGroupArn: '<group>',
  mediaLiveRoleArn: '<role>',
  packageChannelArn: '<channel>',
  fingerprintSecretArn: '<secret>',
  previewKeySecretArn: '<secret>',
  stateMachineArns: ['<machine>'],
  stateMachineAlias: '<alias>',
  tagConditions: true,
  flowOutputPermission: 'flow',
};

/** The functions' wildcards have their reasons in permissions.ts, beside the permission. */
function reasonsOf(name: FunctionName): Acknowledgement[] {
  const permissions = FLOW_OUTPUT_PERMISSIONS.flatMap((flowOutputPermission) =>
    FUNCTIONS[name].permissions({ ...PUT_IN, flowOutputPermission }),
  );
  return permissions.flatMap(({ resources, wildcardReason }) =>
    resources
      .filter((resource) => resource !== '*' && resource.includes('*'))
      .map((resource) => ({
        at: `control-plane/Role-${name}/DefaultPolicy/Resource`,
        finding: `IAM5[Resource::${resource}]`,
        reason: wildcardReason ?? '',
      })),
  );
}

/** Everything that is acknowledged. */
export const ACKNOWLEDGEMENTS: readonly Acknowledgement[] = [...LIST, ...FUNCTION_NAMES.flatMap(reasonsOf)];

/** True when the acknowledgement speaks of this finding. */
export function covers({ at, finding }: Acknowledgement, constructPath: string, ruleName: string): boolean {
  const path = `sluice-<environment>-${at}`;
  return toPattern(path, '[^/]+').test(constructPath) && toPattern(`AwsSolutions-${finding}`, '[^*]+').test(ruleName);
}

function toPattern(text: string, putIn: string): RegExp {
  const parts = text.split(/<\w+>/).map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(putIn)}$`);
}

/** The AwsSolutions rules without what is acknowledged. What is left ends the synthesis. */
export class SluiceChecks extends AwsSolutionsChecks {
  override validateScope(scope: IConstruct): PolicyValidationPluginReport {
    const violations = super
      .validateScope(scope)
      .violations.map((violation) => ({
        ...violation,
        violatingResources: violation.violatingResources.filter(
          ({ constructPath = '' }) => !ACKNOWLEDGEMENTS.some((each) => covers(each, constructPath, violation.ruleName)),
        ),
      }))
      .filter(({ violatingResources }) => violatingResources.length > 0);
    return { success: violations.length === 0, violations };
  }
}

/** Has the rules checked whenever the app is synthesized. */
export function addChecks(app: App): void {
  Validations.of(app).addPlugins(new SluiceChecks(app));
}
