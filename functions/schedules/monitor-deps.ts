import type { AwsDeps } from '../aws/clients.ts';
import type { ChannelMetric } from '../aws/metrics.ts';
import type { PublishDeps } from '../notify/publish-event.ts';

/** What the stream monitor reads from, and how often. */
export interface MonitorDeps extends AwsDeps<
  'cloudWatch' | 'mediaConnect' | 'mediaLive' | 'sfn' | 'table',
  'declaredInput' | 'deliveryMachineArn' | 'flowArn' | 'isSourceAnalysed' | 'tableName'
> {
  now: () => Date;
  logger: PublishDeps['logger'];
  /** How far back metrics are read, and their period: minutes on AWS, seconds on one machine. */
  windowSeconds: number;
  periodSeconds: number;
  /** Metrics read on every run, and those read every `figuresEverySeconds`: CloudWatch bills each requested metric. */
  everyRun: readonly ChannelMetric[];
  figures: readonly ChannelMetric[];
  figuresEverySeconds: number;
  /** How often the feed's format is read, for which MediaConnect is asked once more. */
  mediaEverySeconds: number;
  /** How often the analysis of the content is read while nothing is wrong. An event of MediaConnect does not wait. */
  contentEverySeconds: number;
  /** True on one machine, whose media engine analyses what MediaConnect does not. */
  hasEngine: boolean;
  /** Beyond this much time between two observations of a run, its health in between is recorded as unknown. */
  unobservedAfterSeconds: number;
}
