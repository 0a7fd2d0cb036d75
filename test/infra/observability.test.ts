import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createLambdaLogger } from '../../functions/lambda-deps.ts';
import { COUNTED_LINES } from '../../functions/schedules/counted-lines.ts';
import { parseConfiguration } from '../../infra/aws/configuration.ts';
import { ObservabilityStack } from '../../infra/aws/stacks/observability.ts';
import { ALARM_RULES, BUDGET_ALARM } from '../../infra/aws/stacks/observability-alarms.ts';
import { contextOf } from './synthesized.ts';

const env = { account: '111122223333', region: 'eu-central-1' };
const arn = (service: string, rest: string) => `arn:aws:${service}:eu-central-1:111122223333:${rest}`;
const RUNBOOK = readFileSync(join(import.meta.dirname, '..', '..', 'RUNBOOK.md'), 'utf8');

interface Alarm {
  AlarmName: string;
  AlarmDescription: string;
  AlarmActions: unknown[];
  OKActions?: unknown[];
  [property: string]: unknown;
}

let template: Template;
let alarms: Map<string, Alarm>;

beforeAll(() => {
  const app = new App({ context: contextOf(), builtinCloudFormationValidation: false });
  const others = new Stack(app, 'Others', { env });
  const logGroup = (id: string) => LogGroup.fromLogGroupName(others, `${id}-log`, `/${id}`);
  const lambda = (id: string) => LambdaFunction.fromFunctionName(others, id, `sluice-test-${id}`);
  const stack = new ObservabilityStack(app, 'Observability', {
    env,
    configuration: parseConfiguration(
      {
        deploymentId: 'test',
        source: { allowedCidr: '198.51.100.0/24', latencyMs: 1000 },
        alarmEmail: 'operator@example.com',
        monthlyBudgetUsd: 150,
        runbookUrl: 'https://runbook.example/RUNBOOK.md',
      },
      'test.json',
    ),
    watched: {
      flowArn: arn('mediaconnect', 'flow:1:sluice-test'),
      apiId: 'api1',
      table: { tableName: 'sluice-test' },
      stateMachines: {
        start: StateMachine.fromStateMachineName(others, 'Start', 'start'),
        stop: StateMachine.fromStateMachineName(others, 'Stop', 'stop'),
      },
      functions: { api: lambda('api'), workflow: lambda('workflow') },
      deadLetterQueues: { events: Queue.fromQueueArn(others, 'Queue', arn('sqs', 'sluice-test-events')) },
    },
    logs: { monitor: logGroup('monitor'), sweep: logGroup('sweep'), api: logGroup('api') },
  });
  template = Template.fromStack(stack);
  const found = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  alarms = new Map(
    found.map(({ Properties }) => [Properties.AlarmName.replace('sluice-test-', ''), Properties as Alarm]),
  );
});

const properties = (type: string) => Object.values(template.findResources(type)).map((each) => each['Properties']);
const logicalIds = (type: string) => Object.keys(template.findResources(type));

describe('the alarms', () => {
  it('are these, each where it is watched', () => {
    expect([...alarms.keys()].toSorted()).toEqual([
      'api-failing',
      'api-throttled',
      'channel-alerts',
      'dead-letters-events',
      'destination-down',
      'function-errors-api',
      'function-throttled-api',
      'function-throttled-workflow',
      'monitor-not-run',
      'orphans-found',
      'release-halted',
      'source-delay-jitter',
      'source-delay-round-trip',
      'source-lost-channels',
      'source-lost-flow',
      'source-packet-loss',
      'sweep-failed',
      'sweep-not-run',
      'table-throttled',
      'workflow-failed-start',
      'workflow-failed-stop',
    ]);
  });

  it('say in their text how severe they are and where the runbook speaks of them', () => {
    for (const [name, { AlarmDescription: text }] of alarms) {
      const { id, severity } = ALARM_RULES.find((rule) => name.startsWith(rule.id))!;
      expect(text).toContain(`[${severity}]`);
      expect(text).toMatch(new RegExp(`https://runbook\\.example/RUNBOOK\\.md#${id}$`));
    }
  });

  it('go to the topic of their severity, and say when it is over to who was woken', () => {
    const [pages] = logicalIds('AWS::SNS::Topic').filter((id) => id.startsWith('Pages'));
    const [tickets] = logicalIds('AWS::SNS::Topic').filter((id) => id.startsWith('Tickets'));
    for (const alarm of alarms.values()) {
      const isPage = alarm.AlarmDescription.includes('[page]');
      expect(alarm.AlarmActions).toEqual([{ Ref: isPage ? pages : tickets }]);
      expect(alarm.OKActions).toEqual(isPage ? [{ Ref: pages }] : undefined);
    }
  });

  it('take missing figures as bad news only where silence is the news', () => {
    const breaching = [...alarms]
      .filter(([, alarm]) => alarm['TreatMissingData'] === 'breaching')
      .map(([name]) => name);
    expect(breaching.toSorted()).toEqual(['monitor-not-run', 'sweep-not-run']);
    for (const [name, alarm] of alarms) {
      if (!breaching.includes(name)) expect(alarm['TreatMissingData']).toBe('notBreaching');
    }
  });

  it('of a lost source rings only while something is on air', () => {
    const { Metrics: metrics } = alarms.get('source-lost-flow') as unknown as { Metrics: Record<string, unknown>[] };
    expect(metrics.find((each) => each['Expression'])).toMatchObject({
      Expression: 'IF(FILL(onAir, REPEAT) > 0 AND connected < 1, 1, 0)',
    });
    expect(metrics.find((each) => each['Id'] === 'onAir')).toMatchObject({
      MetricStat: {
        Metric: { Namespace: 'Sluice/test', MetricName: 'DestinationsOnAir' },
        Stat: 'Maximum',
        Period: 60,
      },
    });
    expect(metrics.find((each) => each['Id'] === 'connected')).toMatchObject({
      MetricStat: { Metric: { Namespace: 'AWS/MediaConnect', MetricName: 'SourceConnected' }, Stat: 'Minimum' },
    });
    expect(alarms.get('source-lost-channels')).toMatchObject({ MetricName: 'DestinationsWaiting', Threshold: 1 });
  });

  it('of the source’s delay follow the latency of the flow', () => {
    expect(alarms.get('source-delay-round-trip')).toMatchObject({
      MetricName: 'SourceRoundTripTime',
      Threshold: 250,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 3,
    });
  });

  it('of functions leave out the one that waits by failing', () => {
    expect(alarms.has('function-errors-workflow')).toBe(false);
    expect(alarms.get('function-throttled-workflow')).toMatchObject({ MetricName: 'Throttles' });
  });

  it('of workflows count every way of not getting there', () => {
    const { Metrics: metrics } = alarms.get('workflow-failed-start') as unknown as {
      Metrics: { MetricStat?: { Metric: { MetricName: string } } }[];
    };
    expect(metrics.flatMap((each) => each.MetricStat?.Metric.MetricName ?? []).toSorted()).toEqual([
      'ExecutionsAborted',
      'ExecutionsFailed',
      'ExecutionsTimedOut',
    ]);
  });
});

describe('the runbook', () => {
  const [, section = ''] = /\n## Alarms\n([\s\S]*?)(?=\n## |$(?![\s\S]))/.exec(RUNBOOK) ?? [];
  const entries = section.split(/^### /m).slice(1);

  it('has a heading for every alarm, and an alarm for every heading', () => {
    const headings = entries.map((entry) => entry.split('\n', 1)[0]);
    expect(headings).toEqual([...ALARM_RULES.map(({ id }) => id), BUDGET_ALARM]);
  });

  it('describes, investigates and resolves each, and says what waiting costs and what not to do', () => {
    for (const entry of entries) {
      for (const part of [
        '**Description.**',
        '**Investigation.**',
        '**Resolution.**',
        '**Waiting costs**',
        '**Do not**',
      ]) {
        expect(entry.replaceAll(/\s+/g, ' '), entry.slice(0, 40)).toContain(part);
      }
    }
  });

  it('says of each how severe it is', () => {
    for (const { id, severity } of ALARM_RULES) {
      expect(entries.find((entry) => entry.startsWith(`${id}\n`))).toContain(
        `*${severity === 'page' ? 'Page' : 'Ticket'}.*`,
      );
    }
  });
});

describe('figures of the log', () => {
  it('are made of the lines the functions write', () => {
    const filters = new Map(
      properties('AWS::Logs::MetricFilter').map((each) => [each.MetricTransformations[0].MetricName, each]),
    );
    expect(filters.get('DestinationsOnAir')).toMatchObject({
      LogGroupName: '/monitor',
      FilterPattern: '{ $.message = "destinations observed" }',
      MetricTransformations: [{ MetricNamespace: 'Sluice/test', MetricValue: '$.onAir' }],
    });
    expect(filters.get('Sweeps')).toMatchObject({
      LogGroupName: '/sweep',
      FilterPattern: '{ $.message = "sweep finished" && $.ran IS TRUE }',
      MetricTransformations: [{ MetricValue: '1' }],
    });
    expect(filters.get('ReleasesHalted')).toMatchObject({
      FilterPattern: '{ $.message = "sweep finished" && $.halted IS TRUE }',
    });
    expect(filters.get('Orphans')).toMatchObject({ MetricTransformations: [{ MetricValue: '$.orphans' }] });
    expect(filters.get('ApiThrottled')).toMatchObject({ LogGroupName: '/api', FilterPattern: '{ $.status = "429" }' });
  });

  it('read the fields where the logger puts them', () => {
    const lines: string[] = [];
    const written = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    const outcome = { ran: true, orphans: 2, released: 0, halted: false };
    createLambdaLogger('sluice-sweep').info(COUNTED_LINES.swept, outcome);
    written.mockRestore();
    expect(JSON.parse(lines.join(''))).toMatchObject({ message: 'sweep finished', ...outcome });
  });

  it('are written by the entry points', () => {
    const source = (file: string) => readFileSync(join(import.meta.dirname, '..', '..', 'functions', file), 'utf8');
    expect(source('monitor.lambda.ts')).toMatch(/logger\.info\(COUNTED_LINES\.observed,/);
    expect(source('sweep.lambda.ts')).toMatch(/logger\.info\(COUNTED_LINES\.swept,/);
  });

  it('are all watched or drawn', () => {
    const shown = JSON.stringify([...alarms.values(), ...properties('AWS::CloudWatch::Dashboard')]);
    for (const filter of properties('AWS::Logs::MetricFilter'))
      expect(shown).toContain(filter.MetricTransformations[0].MetricName);
  });
});

describe('the topics', () => {
  it('are encrypted with a key that turns, take TLS only, and mail to somebody', () => {
    expect(properties('AWS::SNS::Topic').map((topic) => topic.TopicName)).toEqual([
      'sluice-test-page',
      'sluice-test-ticket',
    ]);
    for (const topic of properties('AWS::SNS::Topic')) expect(topic.KmsMasterKeyId).toBeDefined();
    expect(properties('AWS::KMS::Key')).toEqual([expect.objectContaining({ EnableKeyRotation: true })]);
    for (const policy of properties('AWS::SNS::TopicPolicy')) {
      expect(policy.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    }
    expect(properties('AWS::SNS::Subscription')).toEqual([
      expect.objectContaining({ Protocol: 'email', Endpoint: 'operator@example.com' }),
      expect.objectContaining({ Protocol: 'email', Endpoint: 'operator@example.com' }),
    ]);
  });

  it('and their key let CloudWatch and Budgets of this account through, and nobody else', () => {
    const statements = [...properties('AWS::SNS::TopicPolicy'), ...properties('AWS::KMS::Key')]
      .flatMap((each) => (each.PolicyDocument ?? each.KeyPolicy).Statement as Record<string, unknown>[])
      .filter(({ Principal: principal }) => JSON.stringify(principal).includes('amazonaws.com'));
    // Two services, on two topics and one key.
    expect(statements).toHaveLength(6);
    for (const statement of statements) {
      expect(statement).toMatchObject({
        Effect: 'Allow',
        Principal: { Service: expect.stringMatching(/^(cloudwatch|budgets)\.amazonaws\.com$/) },
        Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
      });
    }
  });
});

describe('the budget', () => {
  it('counts what has the deployment’s tag, and warns at 50, 80 and 100 percent and by forecast', () => {
    const [pages, tickets] = ['Pages', 'Tickets'].map((prefix) =>
      logicalIds('AWS::SNS::Topic').find((id) => id.startsWith(prefix)),
    );
    const [budget] = properties('AWS::Budgets::Budget');
    expect(budget.Budget).toMatchObject({
      BudgetLimit: { Amount: 150, Unit: 'USD' },
      TimeUnit: 'MONTHLY',
      CostFilters: { TagKeyValue: ['user:sluice:deployment$test'] },
    });
    const warnings = budget.NotificationsWithSubscribers.map(
      (each: { Notification: Record<string, unknown>; Subscribers: unknown[] }) => [
        each.Notification['NotificationType'],
        each.Notification['Threshold'],
        each.Subscribers,
      ],
    );
    expect(warnings).toEqual([
      ['ACTUAL', 50, [{ SubscriptionType: 'SNS', Address: { Ref: tickets } }]],
      ['ACTUAL', 80, [{ SubscriptionType: 'SNS', Address: { Ref: tickets } }]],
      ['FORECASTED', 100, [{ SubscriptionType: 'SNS', Address: { Ref: tickets } }]],
      ['ACTUAL', 100, [{ SubscriptionType: 'SNS', Address: { Ref: pages } }]],
    ]);
  });
});

describe('the page of graphs', () => {
  it('shows alarms, source, destinations, workflows, API and cost', () => {
    const [dashboard] = properties('AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard.DashboardBody);
    for (const title of ['Alarms', 'Source:', 'Destinations:', 'Workflows:', 'API:', 'Cost'])
      expect(body).toContain(title);
  });
});
