import type { AwsDeps } from '../../functions/aws/clients.ts';
import type { MailWay } from '../../functions/notify/mail.ts';
import { resolveHost } from '../../functions/resolve-host.ts';
import type { Logger, WorkflowDeps } from '../../functions/workflow/workflow-deps.ts';

/** The name of the function that the state machines call. */
export const WORKFLOW_FUNCTION = 'sluice-workflow';

/** How far reads may lag behind writes: seconds at AWS's pace, hardly at all at local pace. */
export const READS_LAG_MS = 1_000;
export const READS_LAG_AWS_LIKE_MS = 30_000;

/** The last segment of a recording is complete after the longest group of pictures. */
const HARVEST_DELAY_SECONDS = 5;

/** Creates the dependencies of the workflow steps, including every AWS client, with the system clock. */
export function createWorkflowDeps(
  aws: AwsDeps,
  logger: Logger,
  {
    readsLagMs = READS_LAG_MS,
    harvestDelaySeconds = HARVEST_DELAY_SECONDS,
    mail = { kind: 'outbox' },
  }: { readsLagMs?: number; harvestDelaySeconds?: number | undefined; mail?: MailWay } = {},
): WorkflowDeps & AwsDeps {
  return {
    ...aws,
    now: () => new Date(),
    sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
    readsLagMs,
    harvestDelaySeconds,
    mail,
    resolveHost,
    logger,
  };
}
