import {
  type Alarm,
  AlarmStatusWidget,
  type CfnDashboard,
  Dashboard,
  GraphWidget,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { figure } from './observability-figures.ts';
import { FIVE_MINUTES, ONE_MINUTE, packageMetric, sourceMetric, type Watched } from './observability-watched.ts';

const HALF = 12;
const WHOLE = 24;

/** Creates one page for the operator of a show, ordered along the path of the signal. */
export function createDashboard(
  scope: Construct,
  { name, region, watched, alarms }: { name: string; region: string; watched: Watched; alarms: readonly Alarm[] },
): Dashboard {
  const dashboard = new Dashboard(scope, 'Dashboard', { dashboardName: name });
  // The stack's tags reach every resource in it, and CloudFormation refuses tags on a dashboard.
  (dashboard.node.defaultChild as CfnDashboard).addPropertyDeletionOverride('Tags');
  dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: WHOLE, height: 6 }));
  dashboard.addWidgets(...sourceWidgets(watched));
  dashboard.addWidgets(...destinationWidgets(watched, region));
  dashboard.addWidgets(...previewWidgets(watched));
  dashboard.addWidgets(...controlPlaneWidgets(watched));
  dashboard.addWidgets(...costWidgets(watched, name));
  return dashboard;
}

function sourceWidgets(watched: Watched): GraphWidget[] {
  return [
    new GraphWidget({
      title: 'Source: connected, bitrate',
      width: HALF,
      left: [sourceMetric(watched, 'SourceBitRate', 'Average')],
      leftYAxis: { label: 'bit/s', min: 0, showUnits: false },
      right: [sourceMetric(watched, 'SourceConnected', 'Minimum')],
      rightYAxis: { min: 0, max: 1, showUnits: false },
    }),
    new GraphWidget({
      title: 'Source: packets recovered and lost, round trip and jitter',
      width: HALF,
      left: [
        sourceMetric(watched, 'SourceRecoveredPackets', 'Sum'),
        sourceMetric(watched, 'SourceNotRecoveredPackets', 'Sum'),
      ],
      leftYAxis: { label: 'packets per minute', min: 0, showUnits: false },
      right: [
        sourceMetric(watched, 'SourceRoundTripTime', 'Average'),
        sourceMetric(watched, 'SourceJitter', 'Average'),
      ],
      rightYAxis: { label: 'ms', min: 0, showUnits: false },
    }),
  ];
}

/**
 * Finds channels by search, because they come and go. A search cannot filter by tag, so it shows all channels of the
 * Region.
 */
function destinationWidgets({ deploymentId }: Watched, region: string): GraphWidget[] {
  const search = (metric: string, dimensions: string, statistic: string) =>
    new MathExpression({
      expression: `SEARCH('{AWS/MediaLive,${dimensions}} MetricName="${metric}"', '${statistic}', 60)`,
      label: metric,
      usingMetrics: {},
      period: ONE_MINUTE,
      searchRegion: region,
    });
  return [
    new GraphWidget({
      title: 'Destinations: on air, waiting for the source, down, alerts',
      width: HALF,
      left: (['DestinationsOnAir', 'DestinationsWaiting', 'DestinationsDown', 'ChannelAlerts'] as const).map((name) =>
        figure(deploymentId, name, { statistic: 'Maximum', period: ONE_MINUTE }),
      ),
      leftYAxis: { min: 0, showUnits: false },
    }),
    new GraphWidget({
      title: 'Channels of the Region: active outputs, dropped frames',
      width: HALF,
      // MediaLive reports outputs by output group only. [medialive/latest/ug/eml-metrics-output-metrics]
      left: [search('ActiveOutputs', 'ChannelId,OutputGroupName,Pipeline', 'Minimum')],
      leftYAxis: { min: 0, showUnits: false },
      right: [search('DroppedFrames', 'ChannelId,Pipeline', 'Sum')],
      rightYAxis: { min: 0, showUnits: false },
    }),
  ];
}

function previewWidgets(watched: Watched): GraphWidget[] {
  return [
    new GraphWidget({
      title: 'Preview: received and sent by MediaPackage',
      width: WHOLE,
      left: [packageMetric(watched, 'IngressBytes', FIVE_MINUTES), packageMetric(watched, 'EgressBytes', FIVE_MINUTES)],
      leftYAxis: { label: 'bytes in five minutes', min: 0, showUnits: false },
    }),
  ];
}

function controlPlaneWidgets({ api, stateMachines }: Watched): GraphWidget[] {
  const sum = { statistic: 'Sum', period: FIVE_MINUTES };
  const machines = Object.entries(stateMachines);
  return [
    new GraphWidget({
      title: 'Workflows: started and failed',
      width: HALF,
      left: machines.map(([label, machine]) => machine.metricStarted({ ...sum, label })),
      right: machines.map(([label, machine]) => machine.metricFailed({ ...sum, label: `${label} failed` })),
    }),
    new GraphWidget({
      title: 'API: requests, errors, 95th percentile',
      width: HALF,
      left: [api.metricCount(sum), api.metricClientError(sum), api.metricServerError(sum)],
      right: [api.metricLatency({ ...sum, statistic: 'p95' })],
      rightYAxis: { label: 'ms', min: 0, showUnits: false },
    }),
  ];
}

function costWidgets({ deploymentId }: Watched, name: string): (GraphWidget | TextWidget)[] {
  return [
    new GraphWidget({
      title: 'Hourly cost: running destinations, unused resources',
      width: HALF,
      left: (['RunningDestinations', 'Orphans'] as const).map((each) =>
        figure(deploymentId, each, { statistic: 'Maximum', period: FIVE_MINUTES }),
      ),
      leftYAxis: { min: 0, showUnits: false },
    }),
    new TextWidget({
      width: HALF,
      height: 6,
      markdown: [
        '## Cost',
        'Every running destination costs by the hour, with or without an audience. The Sluice dashboard shows how much.',
        `Billed by AWS so far: budget **${name}-monthly** in [Billing](https://console.aws.amazon.com/costmanagement/home#/budgets), up to a day late.`,
      ].join('\n\n'),
    }),
  ];
}
