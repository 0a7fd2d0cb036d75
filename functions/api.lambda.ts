// Hono 5 moves this into the package @hono/aws-lambda, which cannot be installed yet.
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { ulid } from 'ulid';
import packageJson from '../package.json' with { type: 'json' };
import { FIGURES_ON_AWS, type Api, type ApiAudience } from './api/api-deps.ts';
import { createApi } from './api/app.ts';
import { createAccessTokens } from './api/auth/access-tokens.ts';
import { createCognitoAuthentication } from './api/auth/authentication-cognito.ts';
import { createPreviewAccess } from './api/auth/preview-access.ts';
import {
  createCloudWatchClient,
  createCloudWatchLogsClient,
  createKmsClient,
  createMediaConnectClient,
  createMediaPackageClient,
  createS3Client,
  createSecretsManagerClient,
  createSfnClient,
  createSnsClient,
  createTableClient,
} from './aws/clients.ts';
import { readSecret } from './aws/secret-store.ts';
import { createUserPool, createUserPoolClient } from './aws/user-pool.ts';
import { ApiEnvironment, readEnvironment, stateMachineArnsOf } from './environment.ts';
import { createLambdaLogger, withRequestId } from './lambda-deps.ts';
import { PREFLIGHT_ON_AWS } from './preflight-on-aws.ts';
import { resolveHost } from './resolve-host.ts';
import { errorName } from './domain/errors.ts';
import { START_SECONDS_DEFAULT } from './domain/start-duration.ts';
import { AWS_START_INTERVAL_MS } from './domain/start-pace.ts';

/**
 * Entry point of the API on AWS, behind CloudFront and an HTTP API. It checks tokens itself, because browsers use a
 * cookie.
 */

const environment = readEnvironment(ApiEnvironment);
// Callers wait for the answer, and only the SDK retries.
const aws = { attemptsMax: 3 };
const logger = createLambdaLogger('sluice-api');
const now = () => new Date();

/**
 * Creates the API on the first request instead of at load time, because it needs a secret: a failure then refuses one
 * request, and the next one tries again.
 */
async function start(): Promise<Api> {
  const secrets = createSecretsManagerClient(aws);
  const preview = createPreviewAccess({
    host: environment.PUBLIC_HOST,
    keyPairId: environment.PREVIEW_KEY_PAIR_ID,
    readPrivateKey: () => readSecret(secrets, environment.PREVIEW_KEY_SECRET_ARN),
    now,
    logger,
  });
  const fingerprintSecret = await readFingerprintSecret(secrets);
  const table = createTableClient(aws);
  return createApi({
    clients: {
      cloudWatch: createCloudWatchClient(aws),
      cloudWatchLogs: createCloudWatchLogsClient(aws),
      kms: createKmsClient(aws),
      mediaConnect: createMediaConnectClient(aws),
      mediaPackage: createMediaPackageClient(aws),
      s3: createS3Client(aws),
      sfn: createSfnClient(aws),
      sns: createSnsClient(aws),
      table,
    },
    deployment: {
      deploymentId: environment.DEPLOYMENT_ID,
      tableName: environment.TABLE_NAME,
      keyId: environment.KEY_ID,
      flowArn: environment.FLOW_ARN,
      packageChannelId: environment.PACKAGE_CHANNEL_ID,
      reportBucket: environment.REPORT_BUCKET,
      recordingBucket: environment.RECORDING_BUCKET,
      stateMachineArns: stateMachineArnsOf(environment),
      incidentMachineArn: environment.STATE_MACHINE_ARN_INCIDENT,
      deliveryMachineArn: environment.STATE_MACHINE_ARN_DELIVERY,
      recordingMachineArn: environment.STATE_MACHINE_ARN_RECORDING,
      showMachineArn: environment.STATE_MACHINE_ARN_SHOW,
      slateMachineArn: environment.STATE_MACHINE_ARN_SLATE,
      groupMachineArn: environment.STATE_MACHINE_ARN_GROUP,
      declaredInput: environment.DECLARED_INPUT,
      isSourceAnalysed: environment.SOURCE_ANALYSIS,
      pricedInput: environment.DECLARED_INPUT,
      channelQuota: environment.CHANNEL_QUOTA,
      pushInputQuota: environment.PUSH_INPUT_QUOTA,
      hasBackupSource: environment.BACKUP_SOURCE,
      hasAudience: environment.AUDIENCE_HOST !== undefined,
      copiesSource: false,
      defaultStandby: environment.DEFAULT_STANDBY,
      fingerprintSecret,
      // On AWS, loopback is the function's own sandbox.
      loopbackTargetsAllowed: false,
      privateHosts: [],
    },
    now,
    sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
    resolveHost,
    startSeconds: START_SECONDS_DEFAULT,
    startPace: { atOnceMax: environment.STARTS_AT_ONCE, intervalMs: AWS_START_INTERVAL_MS },
    preflight: PREFLIGHT_ON_AWS,
    mail: { kind: 'topic', topicArn: environment.NOTIFICATION_TOPIC_ARN },
    logger,
    authentication: createCognitoAuthentication({
      userPoolId: environment.USER_POOL_ID,
      dashboardClientId: environment.DASHBOARD_CLIENT_ID,
      commandLineClientId: environment.COMMAND_LINE_CLIENT_ID,
      scriptClientIds: environment.SCRIPT_CLIENTS.map(({ clientId }) => clientId),
      signInUrl: environment.SIGN_IN_DOMAIN,
      preview,
      accessTokens: createAccessTokens({
        clients: { table },
        deployment: { tableName: environment.TABLE_NAME },
        now,
        logger,
      }),
      logger,
    }),
    // Imported with the rest: on demand, its client would make the bundle a seventh larger.
    userPool: {
      ...createUserPool(createUserPoolClient(aws), environment.USER_POOL_ID),
      scripts: environment.SCRIPT_CLIENTS,
    },
    embedded: false,
    ...(environment.AUDIENCE_HOST !== undefined && { audience: audienceAt(environment.AUDIENCE_HOST) }),
    publicHost: environment.PUBLIC_HOST,
    version: packageJson.version,
    newId: (prefix) => `${prefix}_${ulid().toLowerCase()}`,
    ...FIGURES_ON_AWS,
    primaryMode: environment.PRIMARY_MODE,
    ingestHost: null,
    docs: null,
  });
}

/** The public side has its own alarms, so the API does not watch it. */
function audienceAt(host: string): ApiAudience {
  return { originFor: () => `https://${host}`, problem: () => null };
}

async function readFingerprintSecret(secrets: ReturnType<typeof createSecretsManagerClient>): Promise<string> {
  const secret = await readSecret(secrets, environment.FINGERPRINT_SECRET_ARN);
  if (secret.length < 32)
    throw new Error(`the secret ${environment.FINGERPRINT_SECRET_ARN} is shorter than 32 characters`);
  return secret;
}

let starting: Promise<ReturnType<typeof handle>> | null = null;

async function answer(event: LambdaEvent, context: LambdaContext): Promise<unknown> {
  starting ??= start().then(handle, (error: unknown) => {
    starting = null;
    logger.error('the API could not start', { error: errorName(error) });
    throw error;
  });
  return (await starting)(event, context);
}

export const handler = withRequestId(logger, answer);
