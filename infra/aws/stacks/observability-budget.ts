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

/** Bills arrive up to a day late, so tickets warn at 50 and 80 percent. */
const WARNINGS: readonly Warning[] = [
  { type: 'ACTUAL', percent: 50, severity: 'ticket' },
  { type: 'ACTUAL', percent: 80, severity: 'ticket' },
  { type: 'FORECASTED', percent: 100, severity: 'ticket' },
  { type: 'ACTUAL', percent: 100, severity: 'page' },
];

/**
 * Services that a deployment spends most on, as Cost Explorer spells them. The spelling follows public examples and was
 * not checked against a bill. A name that Cost Explorer does not know adds nothing to the budget. RUNBOOK.md explains
 * how to list the names of an account.
 */
const SERVICES = [
  'AWS Elemental MediaLive',
  'AWS Elemental MediaConnect',
  'AWS Elemental MediaPackage',
  'Amazon CloudFront',
  'AmazonCloudWatch',
  'AWS Data Transfer',
];

interface BudgetsProps {
  name: string;
  deploymentId: string;
  /** Budget of the deployment. */
  monthlyUsd: number;
  /** Budget of these services in the whole account. */
  servicesMonthlyUsd: number;
  topics: Record<Severity, ITopic>;
}

/**
 * Creates two budgets that warn when the month's cost nears them. `monthly` counts everything with the deployment's
 * tag. It sees nothing until the paying account activates the tag as a cost allocation tag, which a member account of
 * an organization cannot do itself. `services` needs no tag and counts the media services of the whole account.
 */
export function createBudgets(scope: Construct, props: BudgetsProps): void {
  const { name, deploymentId, monthlyUsd, servicesMonthlyUsd, topics } = props;
  createBudget(scope, 'Budget', {
    budgetName: `${name}-monthly`,
    monthlyUsd,
    costFilters: { TagKeyValue: [`user:${DEPLOYMENT_TAG}$${deploymentId}`] },
    topics,
  });
  createBudget(scope, 'ServicesBudget', {
    budgetName: `${name}-services`,
    monthlyUsd: servicesMonthlyUsd,
    costFilters: { Service: SERVICES },
    topics,
  });
}

function createBudget(
  scope: Construct,
  id: string,
  props: {
    budgetName: string;
    monthlyUsd: number;
    costFilters: Record<string, string[]>;
    topics: Record<Severity, ITopic>;
  },
): CfnBudget {
  return new CfnBudget(scope, id, {
    budget: {
      budgetName: props.budgetName,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: props.monthlyUsd, unit: 'USD' },
      costFilters: props.costFilters,
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
