import type { AwsDeps } from '../../functions/aws/clients.ts';
import { resolveHost } from '../../functions/resolve-host.ts';
import type { Logger, WorkflowDeps } from '../../functions/workflow/workflow-deps.ts';

/** Name of the function the state machines call. */
export const WORKFLOW_FUNCTION = 'sluice-workflow';

/** Reads lag behind by seconds at AWS's pace, and hardly at all at this machine's own. */
export const READS_LAG_MS = 1_000;
export const READS_LAG_AWS_LIKE_MS = 30_000;

/** What the workflow steps need, and with it all of AWS for the others here, with this machine's own clock. */
export function makeWorkflowDeps(aws: AwsDeps, logger: Logger, readsLagMs = READS_LAG_MS): WorkflowDeps & AwsDeps {
  return {
    ...aws,
    now: () => new Date(),
    sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
    readsLagMs,
    resolveHost,
    logger,
  };
}
