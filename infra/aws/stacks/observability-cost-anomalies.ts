import { CfnAnomalyMonitor, CfnAnomalySubscription } from 'aws-cdk-lib/aws-ce';
import type { Construct } from 'constructs';

interface CostAnomaliesProps {
  name: string;
  email: string;
  /** Impact from which an anomaly is reported, in USD. */
  minimumUsd: number;
  /** The account's monitor of AWS services; undefined creates one. */
  monitorArn?: string | undefined;
}

/**
 * Has AWS report unusual spending once a day by e-mail. It needs no tag, and finds what a budget of a month hides.
 *
 * An account may have one monitor of the kind "AWS services", and AWS has created it for accounts that opened Cost
 * Explorer since March 2023. Creating a second one fails, which is why the configuration can name the one that exists.
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
    // By e-mail AWS sends a summary each day; at once it would send to a topic, whose policy and key would have to let it.
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
