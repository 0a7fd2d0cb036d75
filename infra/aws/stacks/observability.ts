import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Configuration } from '../configuration.ts';
import { ALARM_RULES, evaluationOf, type Severity } from './observability-alarms.ts';
import { createBudgets } from './observability-budget.ts';
import { createCostAnomalies } from './observability-cost-anomalies.ts';
import { createDashboard } from './observability-dashboard.ts';
import { type CountedLogs, createFigures } from './observability-figures.ts';
import { createTopics } from './observability-topics.ts';
import type { Watched } from './observability-watched.ts';

interface ObservabilityStackProps extends StackProps {
  configuration: Configuration;
  watched: Omit<
    Watched,
    'deploymentId' | 'sourceLatencyMs' | 'hasPreview' | 'audienceRequestsPerSecond' | keyof Configuration['alarms']
  >;
  logs: CountedLogs;
}

/** Creates metrics, alarms, topics, budgets and a page of graphs. It only reads the other stacks. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, { configuration, watched, logs, ...props }: ObservabilityStackProps) {
    super(scope, id, props);
    const { deploymentId } = configuration;
    const name = `sluice-${deploymentId}`;
    const all: Watched = {
      ...watched,
      deploymentId,
      sourceLatencyMs: configuration.source.latencyMs,
      hasPreview: configuration.primary !== 'off',
      audienceRequestsPerSecond: configuration.audience?.requestsPerSecond ?? 0,
      ...configuration.alarms,
    };
    createFigures(this, deploymentId, logs);
    const topics = createTopics(this, { name, email: configuration.alarmEmail });
    const runbook = configuration.runbookUrl ?? 'RUNBOOK.md';
    const alarms = createAlarms(this, { name, runbook, watched: all, topics });
    createBudgets(this, {
      name,
      deploymentId,
      monthlyUsd: configuration.monthlyBudgetUsd,
      servicesMonthlyUsd: configuration.servicesBudgetUsd ?? configuration.monthlyBudgetUsd,
      topics,
    });
    if (configuration.costAnomalies) {
      createCostAnomalies(this, { name, email: configuration.alarmEmail, ...configuration.costAnomalies });
    }
    createDashboard(this, { name, region: this.region, watched: all, alarms });
    for (const [severity, topic] of Object.entries(topics)) {
      new CfnOutput(this, `Topic-${severity}`, {
        value: topic.topicArn,
        description: `Topic for alarms of severity ${severity}`,
      });
    }
  }
}

function createAlarms(
  scope: Construct,
  props: { name: string; runbook: string; watched: Watched; topics: Record<Severity, ITopic> },
): Alarm[] {
  return ALARM_RULES.flatMap((rule) =>
    Object.entries(rule.metrics(props.watched)).map(([key, metric]) => {
      const alarmId = key === '' ? rule.id : `${rule.id}-${key}`;
      const alarm = new Alarm(scope, alarmId, {
        alarmName: `${props.name}-${alarmId}`,
        alarmDescription: `[${rule.severity}] ${rule.summary} What to do: ${props.runbook}#${rule.id}`,
        metric,
        threshold: rule.threshold(props.watched),
        ...evaluationOf(rule, props.watched),
      });
      const action = new SnsAction(props.topics[rule.severity]);
      alarm.addAlarmAction(action);
      if (rule.missing === 'rings') alarm.addInsufficientDataAction(action);
      // Also notifies the person who was paged when the alarm ends.
      if (rule.severity === 'page') alarm.addOkAction(action);
      return alarm;
    }),
  );
}
