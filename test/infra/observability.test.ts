import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createLambdaLogger } from '../../functions/lambda-deps.ts';
import { COUNTED_LINES } from '../../functions/schedules/counted-log-lines.ts';
import { ROUTE_ACCESS } from '../../functions/api/route-roles.ts';
import { ALARM_RULES, COST_WARNINGS } from '../../infra/aws/stacks/observability-alarms.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../../infra/local/endpoints/wire/local-service.ts';
import { synthesize, withBackup, type StackId, type Synthesized, withAudience } from './synthesized.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const RUNBOOK = readFileSync(join(ROOT, 'RUNBOOK.md'), 'utf8');

interface Alarm {
  AlarmName: string;
  AlarmDescription: string;
  AlarmActions: unknown[];
  OKActions?: unknown[];
  [property: string]: unknown;
}

let deployment: Synthesized;
let template: Template;
let alarms: Map<string, Alarm>;

beforeAll(() => {
  deployment = synthesize('dev', {
    ...withBackup('dev'),
    alarmEmail: 'operator@example.com',
    monthlyBudgetUsd: 150,
    runbookUrl: 'https://runbook.example/RUNBOOK.md',
    scriptRoles: ['operator'],
  });
  template = deployment.template('observability');
  const found = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  alarms = new Map(
    found.map(({ Properties }) => [Properties.AlarmName.replace('sluice-dev-', ''), Properties as Alarm]),
  );
});

function onlyOne(type: string): Record<string, any> {
  const [one, ...others] = properties(type);
  if (!one || others.length > 0) throw new Error(`expected exactly one ${type}`);
  return one;
}

const logGroupOf = (name: string) => `/sluice/dev/${name}`;
/** Resolved properties of the resources of a type. */
const properties = (type: string) =>
  Object.values(template.findResources(type)).map(
    (each) => deployment.resolve(each['Properties'], 'observability') as Record<string, any>,
  );
const logicalIds = (type: string) => Object.keys(template.findResources(type));

describe('the alarm list', () => {
  it('matches the deployed alarms', () => {
    expect([...alarms.keys()].toSorted()).toEqual([
      'alerting-failed-delivery',
      'alerting-failed-group',
      'alerting-failed-incident',
      'alerting-failed-show',
      'alerting-failed-slate',
      'api-failing',
      'api-throttled',
      'channel-alerts',
      'dead-letters-events',
      'dead-letters-functions',
      'dead-letters-schedules',
      'destination-down',
      'egress-repaired',
      'function-errors-api',
      'function-errors-monitor',
      'function-errors-sweep',
      'function-throttled-api',
      'function-throttled-cost-report',
      'function-throttled-monitor',
      'function-throttled-sweep',
      'function-throttled-workflow',
      'monitor-not-run',
      'orphans-found',
      'preview-egress',
      'preview-not-delivered',
      'release-halted',
      'running-without-source',
      'source-delay-jitter',
      'source-delay-round-trip',
      'source-lost-channels',
      'source-lost-flow',
      'source-packet-loss',
      'sweep-failed',
      'sweep-not-run',
      'table-throttled',
      'workflow-failed-create',
      'workflow-failed-start',
      'workflow-failed-stop',
      'workflow-failed-teardown',
    ]);
  });

  it('has the severity and a runbook link in each alarm’s description', () => {
    for (const [name, { AlarmDescription: text }] of alarms) {
      const { id, severity } = ALARM_RULES.find((rule) => name.startsWith(rule.id))!;
      expect(text).toContain(`[${severity}]`);
      expect(text).toMatch(new RegExp(`https://runbook\\.example/RUNBOOK\\.md#${id}$`));
    }
  });

  it('sends alarms to the topic of their severity and reports the end of a page', () => {
    const [pages] = logicalIds('AWS::SNS::Topic').filter((id) => id.startsWith('Pages'));
    const [tickets] = logicalIds('AWS::SNS::Topic').filter((id) => id.startsWith('Tickets'));
    for (const alarm of alarms.values()) {
      const isPage = alarm.AlarmDescription.includes('[page]');
      expect(alarm.AlarmActions).toEqual([{ Ref: isPage ? pages : tickets }]);
      expect(alarm.OKActions).toEqual(isPage ? [{ Ref: pages }] : undefined);
    }
  });

  it('treats missing data as an alarm only for scheduled runs, and not for a new alarm', () => {
    const [pages] = logicalIds('AWS::SNS::Topic').filter((id) => id.startsWith('Pages'));
    const ringing = [...alarms].filter(([, alarm]) => alarm['TreatMissingData'] === 'missing');
    expect(ringing.map(([name]) => name).toSorted()).toEqual(['monitor-not-run', 'sweep-not-run']);
    // A new alarm starts in INSUFFICIENT_DATA without a transition, so this action waits until data stops coming.
    for (const [, alarm] of ringing) expect(alarm['InsufficientDataActions']).toEqual([{ Ref: pages }]);
    const others = [...alarms.values()].filter((alarm) => alarm['TreatMissingData'] !== 'missing');
    expect(new Set(others.map((alarm) => alarm['TreatMissingData']))).toEqual(new Set(['notBreaching']));
    for (const alarm of others) expect(alarm['InsufficientDataActions']).toBeUndefined();
  });

  it('alarms after the configured hours without a source, even if a stopped flow reports nothing', () => {
    const alarm = alarms.get('running-without-source') as unknown as {
      Metrics: Record<string, any>[];
      EvaluationPeriods: number;
      DatapointsToAlarm: number;
    };
    expect(alarm).toMatchObject({ EvaluationPeriods: 3, DatapointsToAlarm: 3 });
    expect(alarm.Metrics.find((each) => each['Expression'])).toMatchObject({
      Expression: 'IF(running > 0 AND MAX([connected, 0 * running]) < 1, 1, 0)',
    });
    expect(alarm.Metrics.find((each) => each['Id'] === 'running')).toMatchObject({
      MetricStat: { Metric: { MetricName: 'RunningDestinations' }, Stat: 'Minimum', Period: 3600 },
    });
    const longer = synthesize('dev', { alarms: { hoursWithoutSource: 8, previewGbPerHour: 50 } }).resources(
      'AWS::CloudWatch::Alarm',
      'observability',
    );
    const found = (id: string) =>
      Object.values(longer).find(({ Properties }) => Properties.AlarmName === `sluice-dev-${id}`);
    expect(found('running-without-source')!.Properties).toMatchObject({ EvaluationPeriods: 8 });
    expect(found('preview-egress')!.Properties).toMatchObject({ Threshold: 50e9 });
  });

  it('compares the preview’s ingress with the source and has no such alarm if the preview is off', () => {
    const { Metrics: metrics } = alarms.get('preview-not-delivered') as unknown as { Metrics: Record<string, any>[] };
    expect(metrics.find((each) => each['Id'] === 'ingress')).toMatchObject({
      MetricStat: {
        Metric: {
          Namespace: 'AWS/MediaPackage',
          MetricName: 'IngressBytes',
          Dimensions: [{ Name: 'Channel', Value: expect.anything() }],
        },
      },
    });
    expect(alarms.get('preview-egress')).toMatchObject({ MetricName: 'EgressBytes', Threshold: 20e9, Period: 3600 });
    const off = synthesize('dev', { primary: 'off' }).resources('AWS::CloudWatch::Alarm', 'observability');
    expect(Object.keys(off).filter((id) => id.startsWith('previewnotdelivered'))).toEqual([]);
  });

  it('alarms for a lost source only while a destination is on air', () => {
    const { Metrics: metrics } = alarms.get('source-lost-flow') as unknown as { Metrics: Record<string, unknown>[] };
    expect(metrics.find((each) => each['Expression'])).toMatchObject({
      Expression: 'IF(FILL(onAir, REPEAT) > 0 AND connected < 1, 1, 0)',
    });
    expect(metrics.find((each) => each['Id'] === 'onAir')).toMatchObject({
      MetricStat: {
        Metric: { Namespace: 'Sluice/dev', MetricName: 'DestinationsOnAir' },
        Stat: 'Maximum',
        Period: 60,
      },
    });
    expect(metrics.find((each) => each['Id'] === 'connected')).toMatchObject({
      MetricStat: { Metric: { Namespace: 'AWS/MediaConnect', MetricName: 'SourceConnected' }, Stat: 'Minimum' },
    });
    expect(alarms.get('source-lost-channels')).toMatchObject({ MetricName: 'DestinationsWaiting', Threshold: 1 });
  });

  it('derives the threshold of the source delay from the flow’s latency', () => {
    expect(alarms.get('source-delay-round-trip')).toMatchObject({
      MetricName: 'SourceRoundTripTime',
      Threshold: 500,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 3,
    });
  });

  it('evaluates the sweep in periods that always contain a run', () => {
    for (const name of ['orphans-found', 'sweep-failed']) expect(alarms.get(name)).toMatchObject({ Period: 600 });
    expect(alarms.get('orphans-found')).toMatchObject({ EvaluationPeriods: 4, DatapointsToAlarm: 4 });
  });

  it('leaves out functions whose errors are no sign of failure', () => {
    expect(alarms.has('function-errors-workflow')).toBe(false);
    // Makes three attempts within minutes, once a day; a lasting failure leaves a dead letter.
    expect(alarms.has('function-errors-cost-report')).toBe(false);
    expect(alarms.get('function-throttled-workflow')).toMatchObject({ MetricName: 'Throttles' });
  });

  it('counts failed, timed-out and aborted workflows', () => {
    const { Metrics: metrics } = alarms.get('workflow-failed-start') as unknown as {
      Metrics: { Expression?: string; MetricStat?: { Metric: { MetricName: string } } }[];
    };
    expect(metrics.flatMap((each) => each.MetricStat?.Metric.MetricName ?? []).toSorted()).toEqual([
      'ExecutionsAborted',
      'ExecutionsFailed',
      'ExecutionsTimedOut',
    ]);
    // CloudWatch reports none of these metrics while it is zero.
    expect(metrics.find((each) => each.Expression)?.Expression).toBe(
      'SUM([FILL(failed, 0), FILL(timedOut, 0), FILL(aborted, 0)])',
    );
  });
});

describe('the runbook', () => {
  const [, section = ''] = /\n## Alarms\n([\s\S]*?)(?=\n## |$(?![\s\S]))/.exec(RUNBOOK) ?? [];
  const entries = section.split(/^### /m).slice(1);

  it('has a heading for every alarm and an alarm for every heading', () => {
    const headings = entries.map((entry) => entry.split('\n', 1)[0]);
    expect(headings).toEqual([...ALARM_RULES.map(({ id }) => id), ...COST_WARNINGS]);
  });

  it('has a description, investigation, resolution, cost of waiting and a warning for each alarm', () => {
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

  it('names the severity of each alarm', () => {
    for (const { id, severity } of ALARM_RULES) {
      expect(entries.find((entry) => entry.startsWith(`${id}\n`))).toContain(
        `*${severity === 'page' ? 'Page' : 'Ticket'}.*`,
      );
    }
  });
});

describe('each runbook command', () => {
  const matches = (pattern: RegExp) => [...new Set([...RUNBOOK.matchAll(pattern)].map(([, found]) => found!))];

  it('names existing resources', () => {
    const withPages = synthesize('dev', withAudience('dev')).resources(undefined, 'audience');
    const templates = JSON.stringify([deployment.resources(), withPages].map(Object.values));
    const named = matches(/"?((?:\/sluice\/|sluice-)\$DEPLOYMENT[\w/-]*)/g).map((name) =>
      name.replace('$DEPLOYMENT', 'dev'),
    );
    expect(named.length).toBeGreaterThan(8);
    // The name ends with a placeholder that the reader replaces.
    const missing = named.filter((name) => !templates.includes(`"${name.replace(/[-/](FUNCTION)?$/, '')}`));
    expect(missing).toEqual([]);
  });

  it('reads existing stack outputs', () => {
    const asked = [...RUNBOOK.matchAll(/(?:\$\(|`)output (\w[\w-]*) (\w+)/g)].map(([, stack, key]) => ({ stack, key }));
    expect(asked.length).toBeGreaterThan(3);
    for (const { stack, key } of asked) {
      const outputs = Object.keys(deployment.template(stack as StackId).findOutputs('*'));
      expect(outputs, `${stack} ${key}`).toContain(key);
    }
  });

  it('calls existing API routes', () => {
    const calls = matches(/\bapi ([a-z][\w/-]*(?: -X (?:POST|PUT|DELETE))?)/g).map((call) => {
      const [path = '', method = 'GET'] = call.split(' -X ');
      const route = path
        .replace('DESTINATION_ID', '{destinationId}')
        .replace('ORPHAN_ID', '{orphanId}')
        .replace('RECORDING_ID', '{recordingId}')
        .replace(/^ceilings\/(day|month)/, 'ceilings/{period}');
      return `${method} /api/${route}`;
    });
    expect(calls.length).toBeGreaterThan(6);
    expect(calls.filter((call) => !Object.hasOwn(ROUTE_ACCESS, call))).toEqual([]);
  });
});

describe('each log metric', () => {
  it('counts a line that the functions write', () => {
    const filters = new Map(
      properties('AWS::Logs::MetricFilter').map((each) => [each.MetricTransformations[0].MetricName, each]),
    );
    expect(filters.get('DestinationsOnAir')).toMatchObject({
      LogGroupName: logGroupOf('monitor'),
      FilterPattern: '{ $.message = "destinations observed" }',
      MetricTransformations: [{ MetricNamespace: 'Sluice/dev', MetricValue: '$.onAir' }],
    });
    expect(filters.get('Sweeps')).toMatchObject({
      LogGroupName: logGroupOf('sweep'),
      FilterPattern: '{ $.message = "sweep finished" && $.ran IS TRUE }',
      MetricTransformations: [{ MetricValue: '1' }],
    });
    expect(filters.get('ReleasesHalted')).toMatchObject({
      FilterPattern: '{ $.message = "sweep finished" && $.halted IS TRUE }',
    });
    expect(filters.get('Orphans')).toMatchObject({ MetricTransformations: [{ MetricValue: '$.orphans' }] });
    const repairs = properties('AWS::Logs::MetricFilter').filter(
      (each) => each['MetricTransformations'][0].MetricName === 'EgressRepairs',
    );
    expect(repairs.map(({ LogGroupName: log, FilterPattern: pattern }) => [log, pattern])).toEqual(
      ['sweep', 'monitor'].map((name) => [
        logGroupOf(name),
        '{ $.message = "the egress address of the flow was not allowed" }',
      ]),
    );
    expect(filters.get('ApiThrottled')).toMatchObject({
      LogGroupName: logGroupOf('api-access'),
      FilterPattern: '{ $.status = "429" }',
    });
  });

  it('reads its field where the logger puts it', () => {
    const lines: string[] = [];
    const written = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    const outcome = { ran: true, orphans: 2, released: 0, halted: false };
    createLambdaLogger('sluice-sweep').info(COUNTED_LINES.swept, outcome);
    written.mockRestore();
    expect(JSON.parse(lines.join(''))).toMatchObject({ message: 'sweep finished', ...outcome });
  });

  it('has a line that an entry point logs', () => {
    const source = (file: string) => readFileSync(join(ROOT, 'functions', file), 'utf8');
    expect(source('monitor.lambda.ts')).toMatch(/logger\.info\(COUNTED_LINES\.observed,/);
    expect(source('sweep.lambda.ts')).toMatch(/logger\.info\(COUNTED_LINES\.swept,/);
  });

  it('is used by an alarm or a graph', () => {
    const shown = JSON.stringify([...alarms.values(), ...properties('AWS::CloudWatch::Dashboard')]);
    for (const filter of properties('AWS::Logs::MetricFilter'))
      expect(shown).toContain(filter.MetricTransformations[0].MetricName);
  });
});

describe('each alarm topic', () => {
  it('is encrypted with a rotated key, requires TLS and has an e-mail subscriber', () => {
    expect(properties('AWS::SNS::Topic').map((topic) => topic.TopicName)).toEqual([
      'sluice-dev-page',
      'sluice-dev-ticket',
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

  it('lets only CloudWatch and Budgets of this account publish', () => {
    const statements = properties('AWS::SNS::TopicPolicy')
      .flatMap((policy) => policy.PolicyDocument.Statement as Record<string, unknown>[])
      .filter(({ Effect: effect }) => effect === 'Allow');
    expect(statements.map(({ Principal: principal }) => principal)).toEqual([
      { Service: 'cloudwatch.amazonaws.com' },
      { Service: 'budgets.amazonaws.com' },
      { Service: 'cloudwatch.amazonaws.com' },
      { Service: 'budgets.amazonaws.com' },
    ]);
    for (const statement of statements) {
      expect(statement).toMatchObject({
        Action: 'sns:Publish',
        Condition: {
          StringEquals: { 'aws:SourceAccount': LOCAL_ACCOUNT_ID },
          ArnLike: { 'aws:SourceArn': expect.stringMatching(/^arn:aws:(cloudwatch|budgets):[\w-]*:\d{12}:/) },
        },
      });
    }
  });

  it('has a key that only these services may use, and only for these topics', () => {
    const { KeyPolicy: policy } = onlyOne('AWS::KMS::Key');
    const services = policy.Statement.filter(
      ({ Principal: { Service } }: { Principal: { Service?: unknown } }) => Service,
    );
    expect(services).toEqual([
      expect.objectContaining({
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Principal: { Service: ['budgets.amazonaws.com', 'cloudwatch.amazonaws.com'] },
        Condition: {
          StringEquals: {
            'kms:EncryptionContext:aws:sns:topicArn': [
              `arn:aws:sns:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:sluice-dev-page`,
              `arn:aws:sns:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:sluice-dev-ticket`,
            ],
          },
        },
      }),
    ]);
  });
});

describe('the cost warnings', () => {
  const budget = (name: string) =>
    properties('AWS::Budgets::Budget').find((each) => each['Budget'].BudgetName === `sluice-dev-${name}`)!;

  it('include a budget for the account’s media services that needs no tag', () => {
    const services = budget('services')['Budget'];
    expect(services).toMatchObject({
      BudgetLimit: { Amount: 150, Unit: 'USD' },
      CostFilters: { Service: expect.arrayContaining(['AWS Elemental MediaLive', 'AWS Elemental MediaConnect']) },
    });
    expect(services.CostFilters).not.toHaveProperty('TagKeyValue');
    expect(budget('services')['NotificationsWithSubscribers']).toEqual(
      budget('monthly')['NotificationsWithSubscribers'],
    );
    const other = synthesize('dev', { servicesBudgetUsd: 900 }).template('observability');
    other.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: { BudgetName: 'sluice-dev-services', BudgetLimit: { Amount: 900 } },
    });
  });

  it('include AWS’s anomaly detection if configured, with the account’s monitor or a new one', () => {
    const countOf = (of: Template, type: string) => Object.keys(of.findResources(type)).length;
    expect(countOf(template, 'AWS::CE::AnomalySubscription')).toBe(0);
    const made = synthesize('dev', { costAnomalies: { minimumUsd: 20 } }).template('observability');
    expect(countOf(made, 'AWS::CE::AnomalyMonitor')).toBe(1);
    const monitorArn = 'arn:aws:ce::000000000000:anomalymonitor/0a1b';
    const named = synthesize('dev', { costAnomalies: { minimumUsd: 20, monitorArn } }).template('observability');
    expect(countOf(named, 'AWS::CE::AnomalyMonitor')).toBe(0);
    const [subscription] = Object.values(named.findResources('AWS::CE::AnomalySubscription'));
    expect(subscription!['Properties']).toMatchObject({
      MonitorArnList: [monitorArn],
      Frequency: 'DAILY',
      ThresholdExpression: expect.stringContaining('"20"'),
    });
  });

  it('include a budget for the deployment’s tag that warns at 50, 80 and 100 percent and by forecast', () => {
    const [pages, tickets] = ['Pages', 'Tickets'].map((prefix) =>
      deployment.resolve({ Ref: logicalIds('AWS::SNS::Topic').find((id) => id.startsWith(prefix)) }, 'observability'),
    );
    expect(budget('monthly')['Budget']).toMatchObject({
      BudgetLimit: { Amount: 150, Unit: 'USD' },
      TimeUnit: 'MONTHLY',
      CostFilters: { TagKeyValue: ['user:sluice:deployment$dev'] },
    });
    const warnings = budget('monthly')['NotificationsWithSubscribers'].map(
      (each: { Notification: Record<string, unknown>; Subscribers: unknown[] }) => [
        each.Notification['NotificationType'],
        each.Notification['Threshold'],
        each.Subscribers,
      ],
    );
    expect(warnings).toEqual([
      ['ACTUAL', 50, [{ SubscriptionType: 'SNS', Address: tickets }]],
      ['ACTUAL', 80, [{ SubscriptionType: 'SNS', Address: tickets }]],
      ['FORECASTED', 100, [{ SubscriptionType: 'SNS', Address: tickets }]],
      ['ACTUAL', 100, [{ SubscriptionType: 'SNS', Address: pages }]],
    ]);
  });
});

describe('the CloudWatch dashboard', () => {
  it('has only a body and a name, because CloudFormation refuses tags on it', () => {
    expect(Object.keys(onlyOne('AWS::CloudWatch::Dashboard'))).toEqual(['DashboardBody', 'DashboardName']);
  });

  it('shows alarms, source, destinations, workflows, API and cost', () => {
    const dashboard = onlyOne('AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard.DashboardBody);
    for (const title of ['Alarms', 'Source:', 'Destinations:', 'Preview:', 'Workflows:', 'API:', 'Cost'])
      expect(body).toContain(title);
  });

  it('queries channel outputs with their output group, without which MediaLive reports none', () => {
    const { DashboardBody: body } = onlyOne('AWS::CloudWatch::Dashboard');
    const searches = [...JSON.stringify(body).matchAll(/\{AWS\/MediaLive,([\w,]+)\} MetricName=[\\"]+(\w+)/g)];
    expect(searches.map(([, dimensions, metric]) => [metric, dimensions])).toEqual([
      ['ActiveOutputs', 'ChannelId,OutputGroupName,Pipeline'],
      ['DroppedFrames', 'ChannelId,Pipeline'],
    ]);
  });

  it('has no tags, which CloudFormation refuses for dashboards in some Regions', () => {
    expect(onlyOne('AWS::CloudWatch::Dashboard')).not.toHaveProperty('Tags');
  });
});
