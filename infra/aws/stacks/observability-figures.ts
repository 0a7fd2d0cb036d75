import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import {
  COUNTED_LINES,
  type MonitorOutcome,
  type SweepOutcome,
} from '../../../functions/schedules/counted-log-lines.ts';

/**
 * Metrics that CloudWatch derives from log lines. A metric filter is free, needs no code in the functions and leaves
 * the line readable; embedded metrics would add a metrics library to each function.
 */

export interface CountedLogs {
  monitor: ILogGroup;
  sweep: ILogGroup;
  /** The access log of the HTTP API. */
  api: ILogGroup;
}

export type Figure =
  | 'RunningDestinations'
  | 'DestinationsOnAir'
  | 'DestinationsWaiting'
  | 'ChannelAlerts'
  | 'DestinationsDown'
  | 'Looks'
  | 'Sweeps'
  | 'Orphans'
  | 'ReleasesHalted'
  | 'SweepFailures'
  | 'EgressRepairs'
  | 'ApiThrottled';

interface Filter {
  log: keyof CountedLogs | readonly (keyof CountedLogs)[];
  pattern: string;
  /** `$.field` of the line, or `1` to count lines. */
  value: string;
}

const lineOf = (message: string): string => `$.message = "${message}"`;
const observed = (field: keyof MonitorOutcome): Filter => ({
  log: 'monitor',
  pattern: `{ ${lineOf(COUNTED_LINES.observed)} }`,
  value: `$.${field}`,
});
const swept = (field: keyof SweepOutcome, condition: string, value: string): Filter => ({
  log: 'sweep',
  pattern: `{ ${lineOf(COUNTED_LINES.swept)} && $.${field} ${condition} }`,
  value,
});

const FILTERS: Record<Figure, Filter> = {
  RunningDestinations: observed('running'),
  DestinationsOnAir: observed('onAir'),
  DestinationsWaiting: observed('waiting'),
  ChannelAlerts: observed('alerts'),
  DestinationsDown: observed('down'),
  Looks: { ...observed('running'), value: '1' },
  Sweeps: swept('ran', 'IS TRUE', '1'),
  Orphans: swept('ran', 'IS TRUE', '$.orphans'),
  ReleasesHalted: swept('halted', 'IS TRUE', '1'),
  SweepFailures: {
    log: 'sweep',
    pattern: `{ ${[COUNTED_LINES.destinationNotSwept, COUNTED_LINES.egressNotRepaired, COUNTED_LINES.orphanNotReleased].map(lineOf).join(' || ')} }`,
    value: '1',
  },
  EgressRepairs: { log: ['sweep', 'monitor'], pattern: `{ ${lineOf(COUNTED_LINES.egressRepaired)} }`, value: '1' },
  ApiThrottled: { log: 'api', pattern: '{ $.status = "429" }', value: '1' },
};

/** The namespace separates the deployments of an account, because a metric from log lines has no dimensions. */
const namespaceOf = (deploymentId: string): string => `Sluice/${deploymentId}`;

/** Creates the metric filters. */
export function createFigures(scope: Construct, deploymentId: string, logs: CountedLogs): void {
  for (const [name, { log, pattern, value }] of Object.entries(FILTERS)) {
    for (const each of [log].flat()) {
      new MetricFilter(scope, [log].flat().length > 1 ? `${name}-${each}` : name, {
        logGroup: logs[each],
        filterPattern: FilterPattern.literal(pattern),
        metricNamespace: namespaceOf(deploymentId),
        metricName: name,
        metricValue: value,
      });
    }
  }
}

/** Returns one of these metrics, for an alarm or a graph. */
export function figure(deploymentId: string, name: Figure, options: MetricOptions): Metric {
  return new Metric({ namespace: namespaceOf(deploymentId), metricName: name, ...options });
}
