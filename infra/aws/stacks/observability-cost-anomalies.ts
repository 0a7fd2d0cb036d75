import { CfnAnomalyMonitor, CfnAnomalySubscription } from 'aws-cdk-lib/aws-ce';
import type { Construct } from 'constructs';

interface CostAnomaliesProps {
  name: string;
  email: string;
  /** Smallest impact of a reported anomaly, in USD. */
  minimumUsd: number;
  /** The account's monitor of AWS services. Undefined creates one. */
  monitorArn?: string | undefined;
}

/**
 * Makes AWS report unusual spending once a day by e-mail. It needs no tag, and finds what a monthly budget hides.
 *
 * An account may have only one monitor of the kind "AWS services", and AWS has created it for accounts that opened
 * Cost Explorer since March 2023. Creating a second one fails, so the configuration can name the existing one.
 * @see https://docs.aws.amazon.com/cost-management/latest/userguide/getting-started-ad.html
 */
export function createCostAnomalies(scope: Construct, props: CostAnomaliesProps): void {
  const { name, email, minimumUsd } = props;
  const monitorArn =
    props.monitorArn ??
    new CfnAnomalyMonitor(scope, 'CostAnomalyMonitor', {
      monitorName: `${name}-services`,
      monitorType: 'DIMENSIONAL',
      monitorDimension: 'SERVICE',
    }).attrMonitorArn;
  new CfnAnomalySubscription(scope, 'CostAnomalySubscription', {
    subscriptionName: `${name}-cost-anomaly`,
    monitorArnList: [monitorArn],
    // By e-mail AWS sends a daily summary. Immediate reports need an SNS topic whose policy and key allow them.
    frequency: 'DAILY',
    subscribers: [{ type: 'EMAIL', address: email }],
    thresholdExpression: JSON.stringify({
      Dimensions: {
        Key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE',
        MatchOptions: ['GREATER_THAN_OR_EQUAL'],
        Values: [String(minimumUsd)],
      },
    }),
  });
}
