import type { AwsDeps } from '../aws/clients.ts';
import type { PrimaryMode } from '../domain/primary-mode.ts';
import type { OperationDeps } from '../workflow/workflow-deps.ts';

/** What the sweep and its parts work with. */
export interface SweepDeps
  extends
    AwsDeps<
      'mediaConnect' | 'mediaLive' | 'sfn' | 'table',
      'deploymentId' | 'flowArn' | 'inputSecurityGroupId' | 'stateMachineArns' | 'tableName'
    >,
    Pick<OperationDeps, 'now' | 'logger'> {
  /**
   * Encodings of the primary, comma separated, and when it runs unless that was changed through the API; left out, the
   * sweep creates no record of it.
   */
  primary?: { preset: string; mode: PrimaryMode };
  /** Takes the lease from a former holder: right where that one is known to be dead, as after a restart. */
  takeOverLease?: boolean;
}
