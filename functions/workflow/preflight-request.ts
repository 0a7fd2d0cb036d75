import type { AwsDeps } from '../aws/clients.ts';
import type { Destination } from '../domain/destination.ts';
import type { PreflightOccasion } from '../domain/preflight.ts';
import type { PlannedTime } from '../domain/preflight-ceiling.ts';
import type { Show } from '../domain/show.ts';
import type { WorkflowDeps } from './workflow-deps.ts';

/** What a preflight needs, and what is asked of it. */

export interface PreflightDeps
  extends
    Pick<WorkflowDeps, 'logger' | 'now' | 'preflight'>,
    AwsDeps<
      'mediaConnect' | 'table',
      | 'channelQuota'
      | 'flowArn'
      | 'hasBackupSource'
      | 'loopbackTargetsAllowed'
      | 'pricedInput'
      | 'pushInputQuota'
      | 'tableName'
    > {}

export interface PreflightRequest {
  requestedBy: string;
  occasion: PreflightOccasion;
  /** Read before; the primary is never among them. */
  chosen: readonly Destination[];
  /** Ids of the destinations that the show needs; all when left out. */
  required?: ReadonlySet<string>;
  /** The show that is checked; absent for chosen destinations. */
  show?: Show;
  /** When they are planned to run; null without a plan. */
  planned: PlannedTime | null;
  /** Longest time for the tests of all servers together. */
  testMs: number;
  /** Reads the blocks of the input security group; absent where MediaLive may not be read. */
  readAllowedBlocks?: () => Promise<string[]>;
}
