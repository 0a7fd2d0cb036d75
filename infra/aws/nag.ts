import { Validations, type App, type PolicyValidationPluginReport } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { SLATE_PREFIX } from '../../functions/aws/slate-store.ts';
import { CHANNEL_LOG_GROUP, secretNamePrefix } from '../../functions/aws/names.ts';
import { AUDIENCE_FUNCTION, FUNCTION_NAMES, FUNCTIONS, type FunctionName } from './functions.ts';
import { FLOW_OUTPUT_PERMISSIONS, type DeploymentResources } from './permission.ts';

/**
 * Applies cdk-nag's AwsSolutions rules to all stacks. The findings we accept are in one list, with reasons, so that a
 * reviewer sees them on one page. Findings name resources by values that CloudFormation fills in, so entries are
 * patterns: `<word>` matches any such value, and every other character, `*` included, is literal.
 */
interface Acknowledgement {
  /** Path of the construct below `sluice-<environment>-`. */
  at: string;
  /** Rule name after `AwsSolutions-`, followed by the finding in brackets if the rule has several. */
  finding: string;
  reason: string;
}

const DEPLOYMENT = 'dashboard/Custom::CDKBucketDeployment<hash>';
const DEPLOYMENT_POLICY = `${DEPLOYMENT}/ServiceRole/DefaultPolicy/Resource`;
const DEPLOYMENT_REASON =
  'CDK’s BucketDeployment: it runs only during a deployment, reads the asset bucket and writes the dashboard’s';

const LIST: readonly Acknowledgement[] = [
  {
    at: 'data/Reports/Resource',
    finding: 'S1',
    reason:
      'one function writes a report a day and people read it with their own identity; CloudTrail can record both; ' +
      'a second bucket would have to outlive this one',
  },
  {
    at: 'data/Recordings/Resource',
    finding: 'S1',
    reason:
      'the API is the only reader and logs each request with its caller; CloudTrail can record the rest; a second bucket would ' +
      'have to outlive this one',
  },
  {
    at: 'source/HarvestRole/Resource',
    finding: 'IAM5[Resource::<recordings>/recordings/*]',
    reason: 'a recording is a folder named after its id, and MediaPackage chooses the names of the files in it',
  },
  {
    at: 'data/SrtPassphrase/Resource',
    finding: 'SMG4',
    reason:
      'the encoder at the venue holds the same passphrase and cannot follow a rotation: a scheduled one would end a show. ' +
      'RUNBOOK.md explains how to change it',
  },
  {
    at: 'data/SrtBackupPassphrase/Resource',
    finding: 'SMG4',
    reason: 'the backup encoder holds the same passphrase, like the main one',
  },
  {
    at: 'data/FingerprintSecret/Resource',
    finding: 'SMG4',
    reason: 'it keys the fingerprints in the table: a new secret would no longer recognize duplicate stream keys',
  },
  {
    at: 'source/CdnIdentifier/Resource',
    finding: 'SMG4',
    reason:
      'CloudFront receives the value during a deployment and cannot follow a scheduled rotation. RUNBOOK.md explains how to ' +
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
    reason: 'a second factor is available to every user; whether to require it is the operator’s policy',
  },
  {
    at: 'data/UserPool/Resource',
    finding: 'COG8',
    reason:
      'the Plus plan is billed per user and detects compromised accounts; sign-up is closed, users are few and known, ' +
      'and a token can be revoked at once',
  },
  {
    at: 'source/FlowRole/Resource',
    finding: `IAM5[Resource::arn:<partition>:secretsmanager:<region>:<account>:secret:${secretNamePrefix({ deploymentId: '<deployment>' })}*]`,
    reason: 'the secret of an SRT destination is named after it, and AWS ends its ARN with six characters',
  },
  {
    at: 'source/MediaLiveRole/Resource',
    finding: `IAM5[Resource::<bucket>/${SLATE_PREFIX}*]`,
    reason: 'a slate is named after its size or its content; nothing else is below this prefix',
  },
  {
    at: 'source/MediaLiveRole/Resource',
    finding: `IAM5[Resource::arn:<partition>:logs:<region>:<account>:log-group:${CHANNEL_LOG_GROUP}:*]`,
    reason: 'MediaLive logs to one group whose name it chooses, with one stream per channel',
  },
  {
    at: 'source/MediaLiveRole/Resource',
    finding: 'IAM5[Resource::arn:<partition>:logs:<region>:<account>:log-group:*]',
    reason: 'MediaLive checks for that group before it creates it, and the check has no narrower resource',
  },
  {
    at: 'dashboard/Distribution/Resource',
    finding: 'CFR1',
    reason: 'operators travel with their shows, so no country can be blocked',
  },
  {
    at: 'dashboard/Distribution/Resource',
    finding: 'CFR2',
    reason:
      'without a session only static files are served: the preview requires signed cookies, the API is throttled and checks ' +
      'every input against a schema; a web ACL has a monthly price and can be attached where it is needed',
  },
  {
    at: 'dashboard/Distribution/Resource',
    finding: 'CFR4',
    reason:
      'CloudFront allows no other security policy with its default certificate; with a custom domain (configuration: domain) ' +
      'TLS 1.2 is the minimum',
  },
  {
    at: 'audience/EdgeSecret/Resource',
    finding: 'SMG4',
    reason:
      'the distribution and the code of its edge receive the value during a deployment and cannot follow a scheduled rotation',
  },
  {
    at: 'audience/PreviewPrivateKey<version>/Resource',
    finding: 'SMG4',
    reason:
      'its public half is part of the distribution, so a deployment rotates both (configuration: audience.keysVersion)',
  },
  {
    at: 'audience/Distribution/Resource',
    finding: 'CFR1',
    reason: 'shows are for everyone whom the operator invites, so no country can be blocked',
  },
  {
    at: 'audience/Distribution/Resource',
    finding: 'CFR2',
    reason:
      'the API behind it is throttled and the function has reserved concurrency; a web ACL has a monthly price and can be ' +
      'attached (configuration: audience.webAclArn)',
  },
  {
    at: 'audience/Distribution/Resource',
    finding: 'CFR3',
    reason: 'an access log would keep the addresses of watchers, which the product promises not to keep',
  },
  {
    at: 'audience/Distribution/Resource',
    finding: 'CFR4',
    reason:
      'CloudFront allows no other security policy with its default certificate; with a custom domain (configuration: ' +
      'audience.domain) TLS 1.2 is the minimum',
  },
  {
    at: 'audience/Route/Resource',
    finding: 'APIG4',
    reason: 'the pages are public; the function answers only requests with the secret of its distribution',
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
    reason: `${DEPLOYMENT_REASON}; CDK chooses its runtime`,
  },
  {
    at: 'control-plane/DeadLetters-<name>/Resource',
    finding: 'SQS3',
    reason: 'it is a dead-letter queue itself; an alarm reports when it is not empty',
  },
  {
    at: 'control-plane/Role-<function>/DefaultPolicy/Resource',
    finding: 'IAM5[Resource::*]',
    reason:
      'X-Ray and the List and Get calls explained in permissions.ts have no resource-level permissions; no action has a wildcard',
  },
  {
    at: 'control-plane/StateMachine-<kind>/Role/DefaultPolicy/Resource',
    finding: 'IAM5[Resource::*]',
    reason:
      'log delivery and X-Ray, as the Step Functions documentation lists them: they have no resource-level permissions',
  },
  {
    at: 'control-plane/SchedulerRoleForTarget-<hash>/DefaultPolicy/Resource',
    finding: 'IAM5[Resource::<function>:*]',
    reason: 'versions and aliases of the only function that the schedule calls',
  },
  ...['ApiRoute', 'MetricsRoute'].map((route) => ({
    at: `control-plane/${route}/Resource`,
    finding: 'APIG4',
    reason:
      'the function checks the token itself, in the cookie or in the header: a gateway’s authorizer cannot read the ' +
      'session cookie',
  })),
  ...['Role', 'DiffRole'].map((role) => ({
    at: `deploy-role/${role}/DefaultPolicy/Resource`,
    finding: 'IAM5[Resource::arn:<partition>:cloudformation:<region>:<account>:stack/<stack>/*]',
    reason:
      'CloudFormation ends a stack’s ARN with a generated id; the stack name before it belongs to this environment',
  })),
];

/** Placeholders for the values that CloudFormation fills in. */
const PUT_IN: DeploymentResources = {
  partition: '<partition>',
  region: '<region>',
  account: '<account>',
  deploymentId: '<deployment>',
  tableArn: '<table>',
  streamKeysKeyArn: '<key>',
  operationsKeyArn: '<key>',
  reportBucketArn: '<bucket>',
  recordingBucketArn: '<recordings>',
  harvestRoleArn: '<role>',
  flowArn: '<flow>',
  inputSecurityGroupArn: '<group>',
  mediaLiveRoleArn: '<role>',
  flowRoleArn: '<role>',
  packageChannelArn: '<channel>',
  fingerprintSecretArn: '<secret>',
  userPoolArn: '<user-pool>',
  notificationTopicArn: '<topic>',
  previewKeySecretArn: '<secret>',
  stateMachineArns: ['<machine>'],
  stopMachineArn: '<machine>',
  incidentMachineArn: '<machine>',
  deliveryMachineArn: '<machine>',
  recordingMachineArn: '<machine>',
  slateMachineArn: '<machine>',
  stateMachineAlias: '<alias>',
  tagConditions: true,
  flowOutputPermission: 'flow',
};

/** Returns the reasons for a function's wildcards, which permissions.ts keeps with each permission. */
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

/** Returns the reasons for the wildcards of the public side's function. */
function reasonsOfAudience(): Acknowledgement[] {
  return AUDIENCE_FUNCTION.permissions({ ...PUT_IN, secretArns: [] }).flatMap(({ resources, wildcardReason }) =>
    resources
      .filter((resource) => resource.includes('*'))
      .map((resource) => ({
        at: 'audience/Role-audience/DefaultPolicy/Resource',
        finding: `IAM5[Resource::${resource}]`,
        reason: wildcardReason ?? '',
      })),
  );
}

/** Every accepted finding. */
export const ACKNOWLEDGEMENTS: readonly Acknowledgement[] = [
  ...LIST,
  ...FUNCTION_NAMES.flatMap(reasonsOf),
  ...reasonsOfAudience(),
];

/** Returns true if the acknowledgement covers this finding. */
export function covers({ at, finding }: Acknowledgement, constructPath: string, ruleName: string): boolean {
  const path = `sluice-<environment>-${at}`;
  return toPattern(path, '[^/]+').test(constructPath) && toPattern(`AwsSolutions-${finding}`, '[^*]+').test(ruleName);
}

function toPattern(text: string, putIn: string): RegExp {
  const parts = text.split(/<\w+>/).map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(putIn)}$`);
}

/** The AwsSolutions rules without the accepted findings. Any other finding fails the synthesis. */
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

/** Adds the rules, which run at every synthesis of the app. */
export function addChecks(app: App): void {
  Validations.of(app).addPlugins(new SluiceChecks(app));
}
