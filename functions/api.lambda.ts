// Hono 5 moves this into a package of its own, @hono/aws-lambda, which cannot be installed yet.
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { ulid } from 'ulid';
import packageJson from '../package.json' with { type: 'json' };
import { createApi } from './api/app.ts';
import { createCognitoAuthentication } from './api/authentication-cognito.ts';
import {
  makeCloudWatch,
  makeCloudWatchLogs,
  makeKms,
  makeMediaConnect,
  makeMediaPackage,
  makeS3,
  makeSfn,
  makeTable,
} from './aws/clients.ts';
import { ApiEnvironment, readEnvironment, stateMachineArnsOf } from './environment.ts';
import { createLambdaLogger, withRequestId } from './lambda-deps.ts';
import { resolveHost } from './resolve-host.ts';

/** Entry point of the API on AWS, behind CloudFront and an HTTP API. It checks tokens itself: a browser's is a cookie. */

const environment = readEnvironment(ApiEnvironment);
// Callers wait for the answer: the SDK's own retries are the only ones.
const aws = { attemptsMax: 3 };
const logger = createLambdaLogger('sluice-api');

const api = createApi({
  clients: {
    cloudWatch: makeCloudWatch(aws),
    cloudWatchLogs: makeCloudWatchLogs(aws),
    kms: makeKms(aws),
    mediaConnect: makeMediaConnect(aws),
    mediaPackage: makeMediaPackage(aws),
    s3: makeS3(aws),
    sfn: makeSfn(aws),
    table: makeTable(aws),
  },
  deployment: {
    deploymentId: environment.DEPLOYMENT_ID,
    tableName: environment.TABLE_NAME,
    keyId: environment.KEY_ID,
    flowArn: environment.FLOW_ARN,
    packageChannelId: environment.PACKAGE_CHANNEL_ID,
    reportBucket: environment.REPORT_BUCKET,
    stateMachineArns: stateMachineArnsOf(environment),
    declaredInput: environment.DECLARED_INPUT,
    pricedInput: environment.DECLARED_INPUT,
    fingerprintSecret: environment.FINGERPRINT_SECRET,
    copiesSource: false,
    defaultStandby: environment.DEFAULT_STANDBY,
    // Loopback is the function's own sandbox there.
    loopbackTargetsAllowed: false,
  },
  now: () => new Date(),
  resolveHost,
  logger,
  authentication: createCognitoAuthentication({
    userPoolId: environment.USER_POOL_ID,
    dashboardClientId: environment.DASHBOARD_CLIENT_ID,
    scriptClientIds: environment.SCRIPT_CLIENT_IDS,
    signInUrl: environment.SIGN_IN_DOMAIN,
    logger,
  }),
  embedded: false,
  version: packageJson.version,
  newDestinationId: () => `dst_${ulid().toLowerCase()}`,
  // The monitor looks once a minute; one look may be missed.
  freshSeconds: 150,
  // CloudWatch has new figures once a minute, and bills each one requested.
  metrics: { windowSeconds: 1800, periodSeconds: 60, keptMs: 60_000 },
  source: { lookKeptMs: 3_000, figuresAgeMsMax: 150_000 },
  primaryMode: environment.PRIMARY_MODE,
  ingestHost: null,
  docs: null,
});

const answer = handle(api);

export const handler = withRequestId(logger, (event: LambdaEvent, context: LambdaContext) => answer(event, context));
