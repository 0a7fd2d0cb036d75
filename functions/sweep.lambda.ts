import {
  createMediaConnectClient,
  createMediaLiveClient,
  createSecretsManagerClient,
  createSfnClient,
  createTableClient,
} from './aws/clients.ts';
import { readEnvironment, stateMachineArnsOf, SweepEnvironment } from './environment.ts';
import { createLambdaLogger, withRequestId } from './lambda-deps.ts';
import { COUNTED_LINES } from './schedules/counted-log-lines.ts';
import type { SweepDeps } from './schedules/sweep-deps.ts';
import { sweep } from './schedules/sweep.ts';

/** Entry point of the sweep, run by a schedule. */

const environment = readEnvironment(SweepEnvironment);
const aws = { attemptsMax: 3 };
const logger = createLambdaLogger('sluice-sweep');

const deps: SweepDeps = {
  clients: {
    mediaConnect: createMediaConnectClient(aws),
    mediaLive: createMediaLiveClient(aws),
    secretsManager: createSecretsManagerClient(aws),
    sfn: createSfnClient(aws),
    table: createTableClient(aws),
  },
  deployment: {
    deploymentId: environment.DEPLOYMENT_ID,
    tableName: environment.TABLE_NAME,
    flowArn: environment.FLOW_ARN,
    inputSecurityGroupId: environment.INPUT_SECURITY_GROUP_ID,
    stateMachineArns: stateMachineArnsOf(environment),
    incidentMachineArn: environment.STATE_MACHINE_ARN_INCIDENT,
    deliveryMachineArn: environment.STATE_MACHINE_ARN_DELIVERY,
    recordingMachineArn: environment.STATE_MACHINE_ARN_RECORDING,
    showMachineArn: environment.STATE_MACHINE_ARN_SHOW,
    groupMachineArn: environment.STATE_MACHINE_ARN_GROUP,
  },
  now: () => new Date(),
  sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
  logger,
  primary: { preset: environment.PRIMARY_PRESET, mode: environment.PRIMARY_MODE },
};

/** Runs the sweep and logs its outcome, because alarms count it. */
export const handler = withRequestId(logger, async (): Promise<void> => {
  logger.info(COUNTED_LINES.swept, { ...(await sweep(deps)) });
});
