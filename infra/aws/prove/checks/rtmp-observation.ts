import { GetMetricDataCommand, ListMetricsCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { CreateChannelRequest } from '@aws-sdk/client-medialive';
import { getChannelLog } from '../../../../functions/aws/channel-log.ts';
import { listSetAlerts, type AlertView, type ChannelView } from '../../../../functions/aws/channel.ts';
import { describeSourceMedia } from '../../../../functions/aws/flow.ts';
import { toChannelLogLine } from '../../../../functions/domain/channel-log.ts';
import { HEALTH_REASONS } from '../../../../functions/domain/health-reasons.ts';
import { classify } from '../../../../functions/domain/health.ts';
import { wrongKeyOf } from '../finding.ts';
import type { CheckContext } from '../proof-context.ts';
import { patiently, pause } from '../waiting.ts';

/** Observes a running channel that cannot deliver: alerts, metrics and log. */

interface Run {
  channel: ChannelView;
  settings: CreateChannelRequest;
}

const OBSERVED_MS = 10 * 60_000;
/** CloudWatch has a channel's metrics after a few minutes at most. */
const OBSERVED_MIN_MS = 5 * 60_000;
// The interval at which CloudWatch publishes metrics.
const EVERY_MS = 60_000;
const LOG_LINES_MAX = 1_000;
const LINES_SHOWN_MAX = 10;

/** Observes the channel until everything was seen, for ten minutes at most, and decides the assumptions. */
export async function observeRun(context: CheckContext, run: Run): Promise<void> {
  const beganAtMs = context.now();
  const alerts = new Map<string, AlertView>();
  for (;;) {
    const found = await patiently(context, () =>
      listSetAlerts({ clients: context.deps.clients, deployment: {} }, run.channel.channelId),
    );
    for (const alert of found) alerts.set(alert.alertType, alert);
    const elapsedMs = context.now() - beganAtMs;
    const metrics = await patiently(context, () => readMetrics(context, run, beganAtMs));
    const isComplete = metrics.withGroup.length > 0 && levelOf([...alerts.values()]) === 'not delivering';
    if (elapsedMs >= OBSERVED_MS || (elapsedMs >= OBSERVED_MIN_MS && isComplete)) {
      await decideAlerts(context, [...alerts.values()]);
      decideMetrics(context, metrics);
      break;
    }
    context.deps.say(`  ${Math.round(elapsedMs / 60_000)} min: alerts ${[...alerts.keys()].join(', ') || 'none'}`);
    await pause(context, EVERY_MS);
  }
  await decideLog(context, run);
}

type Level = 'none' | 'input only' | 'not delivering' | 'delivering';

/** Returns the health level that these alerts would give a channel with traffic. */
function levelOf(alerts: readonly AlertView[]): Level {
  if (alerts.length === 0) return 'none';
  const observedAt = alerts[0]!.setAt;
  const { code } = classify({
    observedAt,
    channelState: 'RUNNING',
    alerts: [...alerts],
    bitrateBps: 1,
    activeOutputs: 1,
  });
  const { level } = HEALTH_REASONS[code];
  if (level === 'good') return 'delivering';
  return level === 'waiting_for_source' ? 'input only' : 'not delivering';
}

async function decideAlerts(context: CheckContext, alerts: readonly AlertView[]): Promise<void> {
  const seen = alerts.map(({ alertType, message }) => `alert "${alertType}": ${message}`);
  const level = levelOf(alerts);
  if (level === 'not delivering') return context.decide('AWS-25', 'holds', ...seen);
  if (level === 'delivering') {
    return context.decide('AWS-25', 'does not hold', ...seen, 'health would say "delivering"');
  }
  // Without a source the channel may have nothing to deliver, and so nothing that the platform could refuse.
  const source = await patiently(context, () =>
    describeSourceMedia({ clients: context.deps.clients, deployment: context.found.deployment }),
  );
  if (level === 'none' && source !== null) {
    return context.decide('AWS-25', 'does not hold', 'no alert within ten minutes, although an encoder is connected');
  }
  const remedy = 'run again with --encoder, so that the channel has something to deliver';
  context.decide('AWS-25', 'not decided', ...seen, `no alert of the output: ${remedy}`);
}

interface SeenMetrics {
  withGroup: number[];
  withoutGroup: number[];
  networkOut: number[];
  /** Dimension sets of the channel's ActiveOutputs metrics. */
  dimensions: string[];
}

async function readMetrics({ deps, now }: CheckContext, run: Run, beganAtMs: number): Promise<SeenMetrics> {
  const { cloudWatch } = deps.clients;
  const channel = [
    { Name: 'ChannelId', Value: run.channel.channelId },
    { Name: 'Pipeline', Value: '0' },
  ];
  const group = { Name: 'OutputGroupName', Value: run.settings.EncoderSettings?.OutputGroups?.[0]?.Name ?? '' };
  const query = (Id: string, MetricName: string, Dimensions: typeof channel): MetricDataQuery => ({
    Id,
    MetricStat: { Metric: { Namespace: 'AWS/MediaLive', MetricName, Dimensions }, Period: 60, Stat: 'Maximum' },
  });
  const { MetricDataResults: results = [] } = await cloudWatch.send(
    new GetMetricDataCommand({
      MetricDataQueries: [
        query('withgroup', 'ActiveOutputs', [...channel, group]),
        query('withoutgroup', 'ActiveOutputs', channel),
        query('networkout', 'NetworkOut', channel),
      ],
      StartTime: new Date(beganAtMs - 60_000),
      EndTime: new Date(now() + 1_000),
    }),
  );
  const { Metrics: metrics = [] } = await cloudWatch.send(
    new ListMetricsCommand({
      Namespace: 'AWS/MediaLive',
      MetricName: 'ActiveOutputs',
      Dimensions: [{ Name: 'ChannelId', Value: run.channel.channelId }],
    }),
  );
  const valuesOf = (id: string) => results.find((result) => result.Id === id)?.Values ?? [];
  return {
    withGroup: valuesOf('withgroup'),
    withoutGroup: valuesOf('withoutgroup'),
    networkOut: valuesOf('networkout'),
    dimensions: metrics.map(({ Dimensions = [] }) =>
      Dimensions.map(({ Name }) => Name)
        .toSorted()
        .join(', '),
    ),
  };
}

function decideMetrics(context: CheckContext, { withGroup, withoutGroup, networkOut, dimensions }: SeenMetrics): void {
  const range = (values: number[]) =>
    values.length === 0 ? 'no value' : `${values.length} values from ${Math.min(...values)} to ${Math.max(...values)}`;
  const seen = [
    `ActiveOutputs with OutputGroupName: ${range(withGroup)}`,
    `ActiveOutputs without OutputGroupName: ${range(withoutGroup)}`,
    `NetworkOut: ${range(networkOut)}`,
    `ActiveOutputs is listed under: ${[...new Set(dimensions)].join(' / ') || 'nothing'}`,
  ];
  if (withGroup.length > 0) context.decide('AWS-26', 'holds', ...seen);
  else if (withoutGroup.length > 0 || networkOut.length > 0) context.decide('AWS-26', 'does not hold', ...seen);
  else context.decide('AWS-26', 'not decided', ...seen, 'CloudWatch had no metric of the channel at all');
}

async function decideLog(context: CheckContext, { channel }: Run): Promise<void> {
  const lines = await patiently(context, () =>
    getChannelLog({ clients: context.deps.clients, deployment: {} }, channel, LOG_LINES_MAX),
  );
  const key = wrongKeyOf(context.runId);
  const withKey = lines.filter(({ message }) => message.includes(key)).length;
  const shown = lines.slice(-LINES_SHOWN_MAX).map((line) => toChannelLogLine(line, [key.slice(-4)]).message);
  const seen = [`${lines.length} lines, ${withKey} of them with the made-up key`, ...shown];
  if (withKey > 0) context.decide('AWS-27', 'does not hold', ...seen);
  else if (lines.length > 0) context.decide('AWS-27', 'holds', ...seen);
  else context.decide('AWS-27', 'not decided', 'the channel logged nothing');
}
