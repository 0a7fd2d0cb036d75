import type { AwsDeps } from '../aws/clients.ts';
import type { OperationDeps } from '../workflow/workflow-deps.ts';

/** What the sweep and its parts work with. */
export interface SweepDeps
  extends
    AwsDeps<
      'mediaConnect' | 'mediaLive' | 'sfn' | 'table',
      'deploymentId' | 'flowArn' | 'stateMachineArns' | 'tableName'
    >,
    Pick<OperationDeps, 'now' | 'logger'> {
  /** Encodings of the always-on channel, comma separated; left out, the sweep makes no record of it. */
  primaryPreset?: string;
  /** Takes the lease from a former holder: right where that one is known to be dead, as after a restart. */
  takeOverLease?: boolean;
}
