import { createS3Client, createSfnClient, createTableClient } from './aws/clients.ts';
import { CostReportEnvironment, readEnvironment } from './environment.ts';
import { createLambdaLogger, withRequestId } from './lambda-deps.ts';
import { reportCosts } from './schedules/cost-report.ts';
import { recordUptime } from './schedules/record-uptime.ts';

/** Entry point of what is written once a day is over, run by a schedule: the cost report and the uptime. */

const environment = readEnvironment(CostReportEnvironment);
const aws = { attemptsMax: 3 };
const logger = createLambdaLogger('sluice-cost-report');
const deps = {
  clients: { s3: createS3Client(aws), sfn: createSfnClient(aws), table: createTableClient(aws) },
  deployment: {
    tableName: environment.TABLE_NAME,
    deliveryMachineArn: environment.STATE_MACHINE_ARN_DELIVERY,
    flowArn: environment.FLOW_ARN,
    reportBucket: environment.REPORT_BUCKET,
    pricedInput: environment.DECLARED_INPUT,
    hasBackupSource: environment.BACKUP_SOURCE,
    hasAudience: environment.AUDIENCE_HOST !== undefined,
  },
  now: () => new Date(),
  logger,
  isBilled: true,
};

export const handler = withRequestId(logger, async (): Promise<void> => {
  await reportCosts(deps);
  await recordUptime(deps);
});
