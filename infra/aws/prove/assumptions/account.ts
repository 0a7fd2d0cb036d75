import type { Assumption } from '../assumption.ts';

/** What no check decides about the other services, prices and quotas. */
export const ABOUT_ACCOUNT = {
  'AWS-31': {
    assumption: 'Step Functions uses the caller’s permission on the key of the histories.',
    source: 'unproven',
    dependsOn: 'infra/aws/data-permissions.ts (executions)',
    decidedBy: null,
    change: 'The first start of a destination decides: both the caller and the machine have the permission.',
  },
  'AWS-40': {
    assumption: 'CloudFront’s standard logs can be delivered in every Region the product is deployed to.',
    source: 'unproven for opt-in Regions',
    dependsOn: 'infra/aws/stacks/dashboard-site.ts',
    decidedBy: null,
    change: 'The deployment of the dashboard stack decides, once per Region.',
  },
  'AWS-42': {
    assumption: 'A single-pipeline HD AVC input of 10 to 20 Mbit/s costs 0.1764 USD per hour in us-east-1.',
    source: 'derived: every known price of two pipelines is 5/3 of the price of one',
    dependsOn: 'presets/prices/us-east-1.json',
    decidedBy: null,
    change: 'The listing of --costs shows the price if the deployment declares such an input.',
  },
  'AWS-44': {
    assumption: 'The account has the quotas that the environment file names.',
    source: 'Service Quotas',
    dependsOn: 'infra/aws/configuration.ts (quotas)',
    decidedBy: null,
    change: 'npm run preflight reads them.',
  },
  'AWS-48': {
    assumption:
      'A new e-mail subscription with a filter policy gets no message of other addresses, and subscribing again while it is pending sends its request again.',
    source: 'SNS developer guide; AWS allows up to 15 minutes until a changed filter policy takes effect',
    dependsOn: 'functions/aws/mail-topic.ts (subscribeAddress)',
    decidedBy: null,
    change: 'The first two e-mail targets decide: confirm both, then send a test to one.',
  },
  'AWS-63': {
    assumption:
      'Cognito accepts http callback addresses on 127.0.0.1 with ports, and sends a browser back to the one that was asked for.',
    source: 'Cognito API reference, CallbackURLs (custom TCP ports); it calls such addresses for testing only',
    dependsOn:
      'functions/api/auth/loopback-redirects.ts, infra/aws/stacks/dashboard-sign-in.ts (createCommandLineClient)',
    decidedBy: null,
    change:
      'The first deployment and the first sluice login decide; until then sign in with sluice login --with-token.',
  },
  'AWS-64': {
    assumption:
      'A refresh token of a public client works until it expires or is revoked, also for several requests at once, while its client does not rotate refresh tokens.',
    source: 'Cognito developer guide, refresh tokens; concurrent requests are unproven',
    dependsOn: 'infra/cli/browser-session.ts (renew)',
    decidedBy: null,
    change:
      'Two sluice commands at once, a quarter of an hour after a login, decide; a refused one ends with exit code 4 and asks to sign in.',
  },
  'AWS-65': {
    assumption:
      'DynamoDB gives IAM the partition key in dynamodb:LeadingKeys for GetItem, PutItem, UpdateItem, DeleteItem and Query of the table.',
    source: 'DynamoDB developer guide, using IAM policy conditions for fine-grained access control',
    dependsOn: 'infra/aws/data-permissions.ts (records)',
    decidedBy: null,
    change:
      'The first run of the sweep decides: without the key the policy denies every record, and the alarms of the functions fire.',
  },
  'AWS-66': {
    assumption:
      'A user of the pool is in ListUsersInGroup of each of their groups, and both lists return pages of 60 users.',
    source: 'Cognito API reference, ListUsers and ListUsersInGroup',
    dependsOn: 'functions/aws/user-pool.ts',
    decidedBy: null,
    change: 'The first GET /api/user-pool decides; compare it with the console.',
  },
} as const satisfies Record<string, Assumption>;
