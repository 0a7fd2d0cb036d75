import { observeGroupExecution, startGroupExecution } from '../aws/executions.ts';
import { listGroupStarts } from '../aws/group-start-table.ts';
import { startNextGroupExecution } from '../workflow/group-start-steps.ts';
import type { GroupStoreDeps } from '../workflow/run-group-start.ts';

/** Starts the execution of each group start that is not over and has none. */
export async function sweepGroupStarts(deps: GroupStoreDeps): Promise<void> {
  for (const groupStart of await listGroupStarts(deps)) {
    if (groupStart.endedAt !== null) continue;
    const state = await observeGroupExecution(deps, groupStart);
    if (state === 'running') continue;
    const { groupStartId, executionRevision } = groupStart;
    deps.logger.info('sweep resumes a group start', { groupStartId });
    if (state === 'missing') await startGroupExecution(deps, groupStart);
    else await startNextGroupExecution(deps, groupStartId, executionRevision);
  }
}
