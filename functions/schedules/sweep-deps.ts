import type { WorkflowDeps } from '../workflow/workflow-deps.ts';

/** What the sweep and its parts work with. */
export interface SweepDeps extends Pick<WorkflowDeps, 'clients' | 'deployment' | 'now' | 'logger'> {
  /** Takes the lease from a former holder: right where that one is known to be dead, as after a restart. */
  takeOverLease?: boolean;
}
