import type { AwsDeps } from '../aws/clients.ts';
import type { PublishDeps } from '../notify/publish-event.ts';
import type { Monitored } from './figures-due.ts';

/** What the stream monitor reads from, and how often. */
export interface MonitorDeps
  extends
    AwsDeps<
      'cloudWatch' | 'mediaConnect' | 'mediaLive' | 'sfn' | 'table',
      'declaredInput' | 'deliveryMachineArn' | 'flowArn' | 'isSourceAnalysed' | 'tableName'
    >,
    Monitored {
  now: () => Date;
  logger: PublishDeps['logger'];
  /** How far back metrics are read, and their period: minutes on AWS, seconds on one machine. */
  windowSeconds: number;
  periodSeconds: number;
}
