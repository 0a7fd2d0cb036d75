import { lookup } from 'node:dns/promises';
import type { AwsDeps } from '../../functions/aws/clients.ts';
import type { Logger, WorkflowDeps } from '../../functions/workflow/workflow-deps.ts';

/** Name of the function the state machines call. */
export const WORKFLOW_FUNCTION = 'sluice-workflow';

/** Addresses of a host name; none when it does not resolve (whoever connects will say so). */
export async function resolveHost(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}

/** What the workflow steps need, with this machine's own clock. */
export function makeWorkflowDeps(aws: AwsDeps, logger: Logger): WorkflowDeps {
  return {
    ...aws,
    now: () => new Date(),
    sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
    resolveHost,
    logger,
  };
}
