import {
  createKmsClient,
  createMediaConnectClient,
  createMediaLiveClient,
  createMediaPackageClient,
  createS3Client,
  createSecretsManagerClient,
  createSfnClient,
  createSnsClient,
  createTableClient,
} from './aws/clients.ts';
import { START_SECONDS_DEFAULT } from './domain/start-duration.ts';
import { AWS_START_INTERVAL_MS } from './domain/start-pace.ts';
import { readEnvironment, stateMachineArnsOf, WorkflowEnvironment } from './environment.ts';
import { createLambdaLogger, withRequestId } from './lambda-deps.ts';
import { PREFLIGHT_ON_AWS } from './preflight-on-aws.ts';
import { resolveHost } from './resolve-host.ts';
import { handleStep } from './workflow/handle-step.ts';
import type { WorkflowDeps } from './workflow/workflow-deps.ts';

/** Entry point of the function that the state machines call, one step per invocation. */

const environment = readEnvironment(WorkflowEnvironment);
// One attempt, because the state machines retry and retry layers multiply.
const aws = { attemptsMax: 1 };
const logger = createLambdaLogger('sluice-workflow');

const deps: WorkflowDeps = {
  clients: {
    kms: createKmsClient(aws),
    mediaConnect: createMediaConnectClient(aws),
    mediaLive: createMediaLiveClient(aws),
    mediaPackage: createMediaPackageClient(aws),
    s3: createS3Client(aws),
    secretsManager: createSecretsManagerClient(aws),
    sfn: createSfnClient(aws),
    sns: createSnsClient(aws),
    table: createTableClient(aws),
  },
  deployment: {
    deploymentId: environment.DEPLOYMENT_ID,
    tableName: environment.TABLE_NAME,
    keyId: environment.KEY_ID,
    flowArn: environment.FLOW_ARN,
    inputSecurityGroupId: environment.INPUT_SECURITY_GROUP_ID,
    mediaLiveRoleArn: environment.MEDIALIVE_ROLE_ARN,
    flowRoleArn: environment.FLOW_ROLE_ARN,
    packageChannelId: environment.PACKAGE_CHANNEL_ID,
    recordingBucket: environment.RECORDING_BUCKET,
    harvestRoleArn: environment.HARVEST_ROLE_ARN,
    stateMachineArns: stateMachineArnsOf(environment),
    incidentMachineArn: environment.STATE_MACHINE_ARN_INCIDENT,
    deliveryMachineArn: environment.STATE_MACHINE_ARN_DELIVERY,
    recordingMachineArn: environment.STATE_MACHINE_ARN_RECORDING,
    showMachineArn: environment.STATE_MACHINE_ARN_SHOW,
    groupMachineArn: environment.STATE_MACHINE_ARN_GROUP,
    channelQuota: environment.CHANNEL_QUOTA,
    pushInputQuota: environment.PUSH_INPUT_QUOTA,
    declaredInput: environment.DECLARED_INPUT,
    pricedInput: environment.DECLARED_INPUT,
    hasBackupSource: environment.BACKUP_SOURCE,
    isSourceAnalysed: environment.SOURCE_ANALYSIS,
    maintenance: environment.MAINTENANCE,
    copiesSource: false,
    // On AWS, loopback is the function's own sandbox.
    loopbackTargetsAllowed: false,
    privateHosts: [],
  },
  now: () => new Date(),
  sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
  readsLagMs: 30_000,
  harvestDelaySeconds: 10,
  startSeconds: START_SECONDS_DEFAULT,
  startPace: { atOnceMax: environment.STARTS_AT_ONCE, intervalMs: AWS_START_INTERVAL_MS },
  pausesOutputs: environment.PAUSE_UNTIL_LIVE,
  primaryMode: environment.PRIMARY_MODE,
  mail: { kind: 'topic', topicArn: environment.NOTIFICATION_TOPIC_ARN },
  preflight: PREFLIGHT_ON_AWS,
  resolveHost,
  logger,
};

export const handler = withRequestId(logger, (event: Parameters<typeof handleStep>[1]) => handleStep(deps, event));
