import { Duration, TimeZone } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { FunctionName } from './functions.ts';

interface SchedulesProps {
  deploymentId: string;
  functions: Readonly<Record<FunctionName, IFunction>>;
  deadLetters: IQueue;
}

/** Keeps retrying an undelivered call until the schedule runs again. */
const DELIVERY = { retryAttempts: 2, maxEventAge: Duration.minutes(5) };

/** Creates the schedules of the functions. */
export function createSchedules(scope: Construct, { deploymentId, functions, deadLetters }: SchedulesProps): void {
  const schedules = [
    ['sweep', ScheduleExpression.rate(Duration.minutes(5)), 'compares AWS with the records'],
    ['monitor', ScheduleExpression.rate(Duration.minutes(1)), 'observes every destination'],
    [
      'cost-report',
      ScheduleExpression.cron({ hour: '2', minute: '15', timeZone: TimeZone.ETC_UTC }),
      'writes the cost of the previous day',
    ],
  ] as const;
  for (const [name, schedule, description] of schedules) {
    new Schedule(scope, `Schedule-${name}`, {
      scheduleName: `sluice-${deploymentId}-${name}`,
      description,
      schedule,
      target: new LambdaInvoke(functions[name], { deadLetterQueue: deadLetters, ...DELIVERY }),
    });
  }
}
