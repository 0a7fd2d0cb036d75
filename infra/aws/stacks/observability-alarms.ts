import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { figure } from './observability-figures.ts';
import {
  FIVE_MINUTES,
  ONE_HOUR,
  ONE_MINUTE,
  packageMetric,
  sourceMetric,
  type Watched,
} from './observability-watched.ts';

/**
 * Defines every alarm, in the order an operator would ask: is there a picture, does it arrive, does the control plane
 * work, what does it cost. A test ensures that RUNBOOK.md has a heading with the name of each alarm.
 */

/** `page` needs a person now, also at night; `ticket` within a working day. */
export type Severity = 'page' | 'ticket';

type Periods = readonly [breaking: number, of: number];

interface AlarmRule {
  /** Suffix of the alarm's name, and its heading in RUNBOOK.md. */
  id: string;
  severity: Severity;
  /** Meaning of the alarm for the reader of the e-mail. */
  summary: string;
  threshold: (watched: Watched) => number;
  comparison: 'at least' | 'above' | 'below';
  /** Number of breaching periods, and number of periods evaluated. */
  periods: Periods | ((watched: Watched) => Periods);
  /**
   * `fine` where no data means that nothing happened. `rings` where data arrives as long as the producer works: the
   * alarm then goes to INSUFFICIENT_DATA, which notifies the same topic as ALARM.
   */
  missing: 'fine' | 'rings';
  /** Each entry becomes an alarm. Its key is appended to the alarm's name; the key is empty for a single alarm. */
  metrics: (watched: Watched) => Record<string, IMetric>;
}

const COMPARISONS = {
  'at least': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  above: ComparisonOperator.GREATER_THAN_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
} as const;
/**
 * A new alarm starts in INSUFFICIENT_DATA without a transition, so `missing` does not ring on a first deployment or for
 * a replaced alarm. `breaching` would: it turns the same silence into an ALARM within minutes, before the first
 * scheduled run and before anyone has confirmed the subscription.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
const MISSING = { fine: TreatMissingData.NOT_BREACHING, rings: TreatMissingData.MISSING } as const;

/** Converts a rule to CloudWatch's properties. */
export function evaluationOf({ comparison, missing, periods }: AlarmRule, watched: Watched) {
  const [breaking, of] = typeof periods === 'function' ? periods(watched) : periods;
  return {
    comparisonOperator: COMPARISONS[comparison],
    treatMissingData: MISSING[missing],
    datapointsToAlarm: breaking,
    evaluationPeriods: of,
  };
}

export const ALARM_RULES: readonly AlarmRule[] = [
  {
    id: 'source-lost',
    severity: 'page',
    summary: 'Destinations are on air and the flow receives nothing. Every audience sees a still or black picture.',
    // Only while a destination is on air, so an encoder switched off after the show pages no one.
    threshold: () => 1,
    comparison: 'at least',
    periods: [2, 2],
    // MediaConnect reports metrics up to three minutes late. A late one must not look like a lost source.
    missing: 'fine',
    metrics: (watched) => ({
      // The flow's own metric does not depend on our code.
      flow: new MathExpression({
        label: 'on air without a source',
        expression: 'IF(FILL(onAir, REPEAT) > 0 AND connected < 1, 1, 0)',
        usingMetrics: {
          onAir: figure(watched.deploymentId, 'DestinationsOnAir', { statistic: 'Maximum', period: ONE_MINUTE }),
          connected: sourceMetric(watched, 'SourceConnected', 'Minimum'),
        },
        period: ONE_MINUTE,
      }),
      // A stopped flow reports nothing, but its channels raise alerts.
      channels: figure(watched.deploymentId, 'DestinationsWaiting', { statistic: 'Maximum', period: ONE_MINUTE }),
    }),
  },
  {
    id: 'source-packet-loss',
    severity: 'page',
    summary: 'Packets from the encoder are lost and not recovered. Every audience sees blocks or freezes.',
    // At 5 Mbit/s, one packet lost in a thousand breaks a picture every two seconds.
    threshold: () => 0.1,
    comparison: 'above',
    periods: [3, 5],
    missing: 'fine',
    metrics: (watched) => ({
      '': new MathExpression({
        label: 'packets lost for good, percent',
        expression: 'IF(total > 0, 100 * lost / total, 0)',
        usingMetrics: {
          lost: sourceMetric(watched, 'SourceNotRecoveredPackets', 'Sum'),
          total: sourceMetric(watched, 'SourceTotalPackets', 'Sum'),
        },
        period: ONE_MINUTE,
      }),
    }),
  },
  {
    id: 'source-delay',
    severity: 'ticket',
    summary:
      'The round trip or jitter to the encoder is too long for the SRT latency. The next burst of loss will be visible.',
    // SRT needs about four round trips to request a packet again and receive it.
    threshold: ({ sourceLatencyMs }) => sourceLatencyMs / 4,
    comparison: 'above',
    periods: [3, 5],
    missing: 'fine',
    metrics: (watched) => ({
      'round-trip': sourceMetric(watched, 'SourceRoundTripTime', 'Average'),
      jitter: sourceMetric(watched, 'SourceJitter', 'Average'),
    }),
  },
  {
    id: 'destination-down',
    severity: 'page',
    summary: 'At least one running destination is off air and will not recover without help.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [3, 3],
    missing: 'fine',
    metrics: ({ deploymentId }) => ({
      '': figure(deploymentId, 'DestinationsDown', { statistic: 'Maximum', period: ONE_MINUTE }),
    }),
  },
  {
    id: 'channel-alerts',
    severity: 'ticket',
    summary: 'MediaLive has reported alerts on channels of this deployment for minutes.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [5, 5],
    missing: 'fine',
    metrics: ({ deploymentId }) => ({
      '': figure(deploymentId, 'ChannelAlerts', { statistic: 'Maximum', period: ONE_MINUTE }),
    }),
  },
  {
    id: 'egress-repaired',
    severity: 'ticket',
    summary: 'The flow sent from an address that channels refused, so all of them were black until it was allowed.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [1, 1],
    missing: 'fine',
    metrics: ({ deploymentId }) => ({ '': figure(deploymentId, 'EgressRepairs', SUM) }),
  },
  {
    id: 'preview-not-delivered',
    severity: 'ticket',
    summary: 'The encoder is connected and MediaPackage receives nothing. The HLS preview shows no picture.',
    // A start takes up to three minutes, and the sweep begins it within five.
    threshold: () => 1,
    comparison: 'at least',
    periods: [3, 3],
    missing: 'fine',
    metrics: (watched): Record<string, IMetric> => {
      if (!watched.hasPreview) return {};
      const connected = sourceMetric(watched, 'SourceConnected', 'Minimum', FIVE_MINUTES);
      const ingress = packageMetric(watched, 'IngressBytes', FIVE_MINUTES);
      return {
        '': new MathExpression({
          label: 'source connected, nothing received for the preview',
          expression: `IF(connected > 0 AND ${zeroWhenSilent('ingress', 'connected')} < 1, 1, 0)`,
          usingMetrics: { connected, ingress },
          period: FIVE_MINUTES,
        }),
      };
    },
  },
  {
    id: 'monitor-not-run',
    severity: 'page',
    summary: 'The stream monitor has not run for minutes. The dashboard shows old data, and alarms are blind.',
    threshold: () => 1,
    comparison: 'below',
    periods: [5, 5],
    missing: 'rings',
    metrics: ({ deploymentId }) => ({
      '': figure(deploymentId, 'Looks', { statistic: 'Sum', period: ONE_MINUTE }),
    }),
  },
  {
    id: 'workflow-failed',
    severity: 'page',
    summary: 'A workflow failed. A destination did not start, or did not stop and still costs.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [1, 1],
    missing: 'fine',
    metrics: ({ stateMachines }) => mapEach(stateMachines, endedBadly),
  },
  {
    id: 'alerting-failed',
    severity: 'page',
    summary:
      'The workflow of an incident, a message, a show, a slate or a group start failed. Until the sweep resumes it, people may not be called, or a show, a break or a group start may not start or end.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [1, 1],
    missing: 'fine',
    metrics: ({ alertingMachines }) => mapEach(alertingMachines, endedBadly),
  },
  {
    id: 'sweep-not-run',
    severity: 'page',
    summary: 'No sweep has finished for 15 minutes. Interrupted operations are not resumed, and unused channels cost.',
    threshold: () => 1,
    comparison: 'below',
    periods: [3, 3],
    missing: 'rings',
    metrics: ({ deploymentId }) => ({ '': figure(deploymentId, 'Sweeps', SUM) }),
  },
  {
    id: 'sweep-failed',
    severity: 'ticket',
    summary: 'The sweep repeatedly fails to handle a destination or to release an unused resource.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [2, 2],
    missing: 'fine',
    metrics: ({ deploymentId }) => ({
      '': figure(deploymentId, 'SweepFailures', { statistic: 'Sum', period: TEN_MINUTES }),
    }),
  },
  {
    id: 'orphans-found',
    severity: 'ticket',
    summary: 'Unused resources exist in AWS, and the sweep has not released them. They cost.',
    // The sweep releases after ten minutes, one of four steps per run. Anything it can release is gone by then.
    threshold: () => 1,
    comparison: 'at least',
    periods: [4, 4],
    missing: 'fine',
    metrics: ({ deploymentId }) => ({
      '': figure(deploymentId, 'Orphans', { statistic: 'Maximum', period: TEN_MINUTES }),
    }),
  },
  {
    id: 'release-halted',
    severity: 'page',
    summary: 'The sweep refuses to release so many unused resources at once. Records may be missing.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [1, 1],
    missing: 'fine',
    metrics: ({ deploymentId }) => ({ '': figure(deploymentId, 'ReleasesHalted', SUM) }),
  },
  {
    id: 'running-without-source',
    severity: 'ticket',
    summary:
      'Channels, including the HLS preview, have run for hours without a connected encoder. They encode black and cost.',
    threshold: () => 1,
    comparison: 'at least',
    periods: ({ hoursWithoutSource }) => [hoursWithoutSource, hoursWithoutSource],
    missing: 'fine',
    metrics: (watched) => ({
      '': new MathExpression({
        label: 'running all hour, never connected',
        // A stopped flow reports nothing, but its channels still cost.
        expression: `IF(running > 0 AND ${zeroWhenSilent('connected', 'running')} < 1, 1, 0)`,
        usingMetrics: {
          running: figure(watched.deploymentId, 'RunningDestinations', { statistic: 'Minimum', period: ONE_HOUR }),
          connected: sourceMetric(watched, 'SourceConnected', 'Maximum', ONE_HOUR),
        },
        period: ONE_HOUR,
      }),
    }),
  },
  {
    id: 'preview-egress',
    severity: 'ticket',
    summary: 'MediaPackage sends far more than operators watch. Others may be playing the preview, which costs per GB.',
    threshold: ({ previewGbPerHour }) => previewGbPerHour * 1e9,
    comparison: 'above',
    periods: [1, 1],
    missing: 'fine',
    metrics: (watched) => ({ '': packageMetric(watched, 'EgressBytes', ONE_HOUR) }),
  },
  {
    id: 'api-failing',
    severity: 'page',
    summary: 'The API returns server errors. Destinations may not be controllable. Streams on air stay on air.',
    threshold: () => 5,
    comparison: 'at least',
    periods: [1, 1],
    missing: 'fine',
    metrics: ({ api }) => ({ '': api.metricServerError(SUM) }),
  },
  {
    id: 'api-throttled',
    severity: 'ticket',
    summary: 'The API refuses callers because there are too many requests.',
    threshold: () => 20,
    comparison: 'at least',
    periods: [2, 3],
    missing: 'fine',
    metrics: ({ deploymentId }) => ({ '': figure(deploymentId, 'ApiThrottled', SUM) }),
  },
  {
    id: 'audience-failing',
    severity: 'ticket',
    summary: 'The public pages return server errors. Watchers may see no page; destinations are not affected.',
    threshold: () => 20,
    comparison: 'at least',
    periods: [2, 3],
    missing: 'fine',
    metrics: ({ audienceApi }): Record<string, IMetric> =>
      audienceApi ? { '': audienceApi.metricServerError(SUM) } : {},
  },
  {
    id: 'audience-flooded',
    severity: 'ticket',
    summary: 'The public pages get almost as many requests as they may answer. Beyond that, watchers are refused.',
    threshold: ({ audienceRequestsPerSecond }) => FLOODED_SHARE * audienceRequestsPerSecond * FIVE_MINUTES.toSeconds(),
    comparison: 'at least',
    periods: [1, 1],
    missing: 'fine',
    metrics: ({ audienceApi }): Record<string, IMetric> => (audienceApi ? { '': audienceApi.metricCount(SUM) } : {}),
  },
  {
    id: 'function-errors',
    severity: 'ticket',
    summary: 'A function fails or times out.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [2, 3],
    missing: 'fine',
    // The workflow function waits by failing (NotSettled); workflow-failed watches the outcome. The cost report runs
    // once a day, and its attempts lie within one or two periods; if the last one fails, it leaves a dead letter.
    metrics: ({ functions: { workflow: _waits, 'cost-report': _leavesDeadLetter, ...others } }) =>
      mapEach(others, (each) => each.metricErrors(SUM)),
  },
  {
    id: 'function-throttled',
    severity: 'ticket',
    summary: 'A function receives more calls than its concurrency allows.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [2, 3],
    missing: 'fine',
    metrics: ({ functions }) => mapEach(functions, (each) => each.metricThrottles(SUM)),
  },
  {
    id: 'dead-letters',
    severity: 'ticket',
    summary: 'Calls by events or schedules failed for good and are in a dead-letter queue.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [1, 1],
    // A queue with a message keeps reporting; an empty one may stop.
    missing: 'fine',
    metrics: ({ deadLetterQueues }) =>
      mapEach(deadLetterQueues, (queue) =>
        queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: FIVE_MINUTES }),
      ),
  },
  {
    id: 'table-throttled',
    severity: 'ticket',
    summary: 'DynamoDB throttles reads or writes of the table.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [2, 3],
    missing: 'fine',
    metrics: ({ table }) => ({
      '': new MathExpression({
        label: 'throttled requests',
        expression: sumOf('reads', 'writes'),
        usingMetrics: {
          reads: table.metric('ReadThrottleEvents', SUM),
          writes: table.metric('WriteThrottleEvents', SUM),
        },
        period: FIVE_MINUTES,
      }),
    }),
  },
];

/**
 * Billing warnings from AWS. They are not CloudWatch alarms, but send e-mail and have headings in the runbook like
 * them.
 */
export const COST_WARNINGS = ['budget', 'budget-services', 'cost-anomaly'] as const;

/** Sums metrics that are reported only when non-zero. A plain `a + b` has no value when one of them has none. */
const sumOf = (...ids: string[]): string => `SUM([${ids.map((id) => `FILL(${id}, 0)`).join(', ')}])`;

/**
 * Returns an expression for a metric that is not reported while it is zero, aligned to a metric that is always
 * reported. FILL alone returns nothing for a metric without any data, which is the case these alarms must detect.
 */
const zeroWhenSilent = (id: string, alwaysReported: string): string => `MAX([${id}, 0 * ${alwaysReported}])`;

/** Share of the limit that a crowd of watchers rarely reaches, because CloudFront answers most of them. */
const FLOODED_SHARE = 0.7;

const SUM = { statistic: 'Sum', period: FIVE_MINUTES };

/** The sweep runs every five minutes, takes up to four and is counted at its end, so each period contains one. */
const TEN_MINUTES = Duration.minutes(10);

function mapEach<Value, Result>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

function endedBadly(machine: IStateMachine): IMetric {
  return new MathExpression({
    label: 'failed, timed out or aborted',
    expression: sumOf('failed', 'timedOut', 'aborted'),
    usingMetrics: {
      failed: machine.metricFailed(SUM),
      timedOut: machine.metricTimedOut(SUM),
      aborted: machine.metricAborted(SUM),
    },
    period: FIVE_MINUTES,
  });
}
