import type { AwsDeps } from '../aws/clients.ts';
import type { PrimaryMode } from '../domain/primary-mode.ts';
import type { IncidentDeps } from '../workflow/finish-incident.ts';

/** What the sweep and its parts need. */
export interface SweepDeps
  extends
    AwsDeps<
      'mediaConnect' | 'mediaLive' | 'secretsManager' | 'sfn' | 'table',
      | 'deliveryMachineArn'
      | 'deploymentId'
      | 'flowArn'
      | 'groupMachineArn'
      | 'incidentMachineArn'
      | 'inputSecurityGroupId'
      | 'recordingMachineArn'
      | 'showMachineArn'
      | 'stateMachineArns'
      | 'tableName'
    >,
    Pick<IncidentDeps, 'now' | 'logger' | 'notify'> {
  /** Waits briefly for a flow that is changing. */
  sleep: (delayMs: number) => Promise<void>;
  /**
   * The primary's encodings, comma separated, and its mode unless the API has changed it. When left out, the sweep
   * creates no primary.
   */
  primary?: { preset: string; mode: PrimaryMode };
  /** Takes the lease from its holder: correct only when that holder is known to be dead, as after a restart. */
  takeOverLease?: boolean;
}
