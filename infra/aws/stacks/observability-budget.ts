import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { DEPLOYMENT_TAG } from '../../../functions/aws/names.ts';
import type { Severity } from './observability-alarms.ts';

interface Warning {
  type: 'ACTUAL' | 'FORECASTED';
  percent: number;
  severity: Severity;
}

/** Bills come in up to a day late, so half and four fifths are told early and calmly. */
const WARNINGS: readonly Warning[] = [
  { type: 'ACTUAL', percent: 50, severity: 'ticket' },
  { type: 'ACTUAL', percent: 80, severity: 'ticket' },
  { type: 'FORECASTED', percent: 100, severity: 'ticket' },
  { type: 'ACTUAL', percent: 100, severity: 'page' },
];

/**
 * Warns when the month's cost of everything with the deployment's tag nears the budget. The tag must be activated once
 * as a cost allocation tag in the account that pays; until then the budget sees nothing.
 */
export function createBudget(
  scope: Construct,
  props: { name: string; deploymentId: string; monthlyUsd: number; topics: Record<Severity, ITopic> },
): CfnBudget {
  return new CfnBudget(scope, 'Budget', {
    budget: {
      budgetName: `${props.name}-monthly`,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: props.monthlyUsd, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:${DEPLOYMENT_TAG}$${props.deploymentId}`] },
    },
    notificationsWithSubscribers: WARNINGS.map(({ type, percent, severity }) => ({
      notification: {
        notificationType: type,
        comparisonOperator: 'GREATER_THAN',
        threshold: percent,
        thresholdType: 'PERCENTAGE',
      },
      subscribers: [{ subscriptionType: 'SNS', address: props.topics[severity].topicArn }],
    })),
  });
}
