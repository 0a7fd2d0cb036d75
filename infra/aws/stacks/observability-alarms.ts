import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
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
 * Every alarm there is, in the order a person would ask: is there a picture, does it arrive, does the control plane
 * work, what does it cost. Each has a heading of the same name in RUNBOOK.md, which a test holds us to.
 */

/** `page`: somebody must look now, also at night. `ticket`: within a working day. */
export type Severity = 'page' | 'ticket';

type Periods = readonly [breaking: number, of: number];

interface AlarmRule {
  /** Name of the alarm behind that of the deployment, and of its heading in RUNBOOK.md. */
  id: string;
  severity: Severity;
  /** What it means, for who reads the mail. */
  summary: string;
  threshold: (watched: Watched) => number;
  comparison: 'at least' | 'above' | 'below';
  /** Periods of the metric that must break the threshold, of how many that are looked at. */
  periods: Periods | ((watched: Watched) => Periods);
  /**
   * `fine` where no figure means that nothing happened. `rings` where figures come as long as something works: the alarm
   * then goes to INSUFFICIENT_DATA, and the same people are told of that transition as of an ALARM.
   */
  missing: 'fine' | 'rings';
  /** One alarm each; the key is added to the alarm's name, empty for the only one. */
  metrics: (watched: Watched) => Record<string, IMetric>;
}

const COMPARISONS = {
  'at least': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  above: ComparisonOperator.GREATER_THAN_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
} as const;
/**
 * A new alarm starts in INSUFFICIENT_DATA and enters it without a transition, so `missing` neither rings on a first
 * deployment nor on a replaced alarm. `breaching` would: it turns the same silence into an ALARM within minutes, before
 * the first schedule has come round and before anybody has confirmed the subscription.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
const MISSING = { fine: TreatMissingData.NOT_BREACHING, rings: TreatMissingData.MISSING } as const;

/** CloudWatch's own words for a rule's. */
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
    summary: 'Destinations are on air and the flow receives nothing: every audience sees a still or black picture.',
    // Only while something is on air: an encoder that is switched off after the show wakes nobody.
    threshold: () => 1,
    comparison: 'at least',
    periods: [2, 2],
    // MediaConnect's figures come up to three minutes late: a late one must not look like a lost source.
    missing: 'fine',
    metrics: (watched) => ({
      // The flow's own word, which does not depend on our code.
      flow: new MathExpression({
        label: 'on air without a source',
        expression: 'IF(FILL(onAir, REPEAT) > 0 AND connected < 1, 1, 0)',
        usingMetrics: {
          onAir: figure(watched.deploymentId, 'DestinationsOnAir', { statistic: 'Maximum', period: ONE_MINUTE }),
          connected: sourceMetric(watched, 'SourceConnected', 'Minimum'),
        },
        period: ONE_MINUTE,
      }),
      // A flow that is stopped reports nothing; its channels complain all the same.
      channels: figure(watched.deploymentId, 'DestinationsWaiting', { statistic: 'Maximum', period: ONE_MINUTE }),
    }),
  },
  {
    id: 'source-packet-loss',
    severity: 'page',
    summary: 'Packets are lost on the way from the encoder and not recovered: every audience sees blocks or freezes.',
    // A thousandth of a 5 Mbit/s feed is a broken picture every two seconds.
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
    summary: 'Round trip or jitter to the encoder is too long for the SRT latency: the next burst of loss will show.',
    // SRT needs about four round trips to ask for a packet again and get it.
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
    summary: 'At least one running destination reaches nobody and will not recover by itself.',
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
    summary: 'MediaLive has had alerts set on channels of this deployment for minutes.',
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
    summary: 'The flow sent from an address that channels do not take, so all of them were black until it was allowed.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [1, 1],
    missing: 'fine',
    metrics: ({ deploymentId }) => ({ '': figure(deploymentId, 'EgressRepairs', SUM) }),
  },
  {
    id: 'preview-not-delivered',
    severity: 'ticket',
    summary: 'The encoder is connected and MediaPackage receives nothing: the HLS preview shows no picture.',
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
    summary:
      'Nobody has looked at the destinations for minutes: what the dashboard shows is old, and alarms are blind.',
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
    summary:
      'A workflow ended without doing what was asked: a destination did not start, or did not stop and still costs.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [1, 1],
    missing: 'fine',
    metrics: ({ stateMachines }) =>
      mapEach(
        stateMachines,
        (machine) =>
          new MathExpression({
            label: 'failed, timed out or aborted',
            expression: sumOf('failed', 'timedOut', 'aborted'),
            usingMetrics: {
              failed: machine.metricFailed(SUM),
              timedOut: machine.metricTimedOut(SUM),
              aborted: machine.metricAborted(SUM),
            },
            period: FIVE_MINUTES,
          }),
      ),
  },
  {
    id: 'sweep-not-run',
    severity: 'page',
    summary:
      'No sweep has finished for a quarter of an hour: interrupted work is not taken up, forgotten channels cost.',
    threshold: () => 1,
    comparison: 'below',
    periods: [3, 3],
    missing: 'rings',
    metrics: ({ deploymentId }) => ({ '': figure(deploymentId, 'Sweeps', SUM) }),
  },
  {
    id: 'sweep-failed',
    severity: 'ticket',
    summary: 'The sweep cannot handle a destination or release a leftover, again and again.',
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
    summary: 'Resources in AWS belong to no destination, and the sweep has not got rid of them: they cost.',
    // Ten minutes of age and four steps down, one a sweep: what can go by itself is gone by then.
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
    summary: 'The sweep refuses to release so many leftovers at once: either records are missing or much is left over.',
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
      'Channels, the preview’s included, have run for hours without a connected encoder: they encode black and cost.',
    threshold: () => 1,
    comparison: 'at least',
    periods: ({ hoursWithoutSource }) => [hoursWithoutSource, hoursWithoutSource],
    missing: 'fine',
    metrics: (watched) => ({
      '': new MathExpression({
        label: 'running all hour, never connected',
        // A stopped flow reports nothing, and its channels cost all the same.
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
    summary:
      'MediaPackage sends far more than operators watch: somebody else plays the preview, and it costs by the GB.',
    threshold: ({ previewGbPerHour }) => previewGbPerHour * 1e9,
    comparison: 'above',
    periods: [1, 1],
    missing: 'fine',
    metrics: (watched) => ({ '': packageMetric(watched, 'EgressBytes', ONE_HOUR) }),
  },
  {
    id: 'api-failing',
    severity: 'page',
    summary: 'The API answers with server errors: destinations may not be controllable. What is on air stays on air.',
    threshold: () => 5,
    comparison: 'at least',
    periods: [1, 1],
    missing: 'fine',
    metrics: ({ api }) => ({ '': api.metricServerError(SUM) }),
  },
  {
    id: 'api-throttled',
    severity: 'ticket',
    summary: 'Callers of the API are turned away because there are too many requests.',
    threshold: () => 20,
    comparison: 'at least',
    periods: [2, 3],
    missing: 'fine',
    metrics: ({ deploymentId }) => ({ '': figure(deploymentId, 'ApiThrottled', SUM) }),
  },
  {
    id: 'function-errors',
    severity: 'ticket',
    summary: 'A function fails or runs out of time.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [2, 3],
    missing: 'fine',
    // The workflow function waits by failing (NotSettled); workflow-failed watches what comes of it. The cost report runs
    // once a day and its attempts lie within one span or two; when the last one fails, it leaves a dead letter.
    metrics: ({ functions: { workflow: _waits, 'cost-report': _leavesDeadLetter, ...others } }) =>
      mapEach(others, (each) => each.metricErrors(SUM)),
  },
  {
    id: 'function-throttled',
    severity: 'ticket',
    summary: 'A function is called more often than it may run at once.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [2, 3],
    missing: 'fine',
    metrics: ({ functions }) => mapEach(functions, (each) => each.metricThrottles(SUM)),
  },
  {
    id: 'dead-letters',
    severity: 'ticket',
    summary: 'Events or schedules could not be delivered, and wait in a dead-letter queue.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [1, 1],
    // A queue that holds a message keeps reporting; one that does not may stop.
    missing: 'fine',
    metrics: ({ deadLetterQueues }) =>
      mapEach(deadLetterQueues, (queue) =>
        queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: FIVE_MINUTES }),
      ),
  },
  {
    id: 'table-throttled',
    severity: 'ticket',
    summary: 'DynamoDB turns reads or writes of the table away.',
    threshold: () => 1,
    comparison: 'at least',
    periods: [2, 3],
    missing: 'fine',
    metrics: ({ table }) => ({
      '': new MathExpression({
        label: 'requests turned away',
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

/** Warnings of AWS's billing. They are no CloudWatch alarms, but mail like them and have headings like them. */
export const COST_WARNINGS = ['budget', 'budget-services', 'cost-anomaly'] as const;

/** The sum of figures that are reported only when they are not zero: a plain `a + b` is missing when one of them is. */
const sumOf = (...ids: string[]): string => `SUM([${ids.map((id) => `FILL(${id}, 0)`).join(', ')}])`;

/**
 * A figure that is not reported while it is zero, as a series of the length of another one that is always reported. FILL
 * alone returns nothing for a figure that was silent throughout, and that is the case these alarms are for.
 */
const zeroWhenSilent = (id: string, alwaysReported: string): string => `MAX([${id}, 0 * ${alwaysReported}])`;

const SUM = { statistic: 'Sum', period: FIVE_MINUTES };

/** A sweep comes every five minutes, takes up to four and is counted at its end: none of these spans is without one. */
const TEN_MINUTES = Duration.minutes(10);

function mapEach<Value, Result>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
