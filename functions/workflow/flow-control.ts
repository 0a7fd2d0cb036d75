import { awsErrorKind } from '../aws/aws-errors.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { startFlow, stopFlow } from '../aws/flow.ts';
import { AppError } from '../domain/errors.ts';

export type FlowAction = 'start' | 'stop';

/** What starting and stopping the flow needs. */
export interface FlowControlDeps extends AwsDeps<'mediaConnect', 'flowArn'> {
  sleep: (delayMs: number) => Promise<void>;
}

const SEND = { start: startFlow, stop: stopFlow };
/** Flow states in which the flow is as requested, or about to be. */
const DONE: Record<FlowAction, readonly string[]> = {
  start: ['ACTIVE', 'UPDATING', 'STARTING'],
  stop: ['STANDBY', 'STOPPING'],
};
/** Flow states in which the API calls AWS. AWS does not document whether it stops a STARTING or UPDATING flow. */
const POSSIBLE: Record<FlowAction, readonly string[]> = {
  start: ['STANDBY', 'ERROR'],
  stop: ['ACTIVE', 'UPDATING', 'STARTING', 'ERROR'],
};

/** Remedies for the other flow states. */
const REMEDIES: Record<string, string> = {
  STARTING: 'try again when the source is active; a start takes up to a minute',
  STOPPING: 'try again when the source has stopped',
  UPDATING: 'try again in a moment; the flow is adding or removing an output',
  DELETING: 'deploy the media source again',
};
/** States that end on their own. */
const PASSING = ['STARTING', 'STOPPING', 'UPDATING'];
const RETRY_AFTER_SECONDS = 5;

/** Returns true for a status in which the flow is as requested, or about to be. */
export function isAsRequested(action: FlowAction, status: string): boolean {
  return DONE[action].includes(status);
}

/** Delays between retries. A change of the flow's outputs takes a few seconds. */
const REPEATED_AFTER_MS = [200, 400, 800, 1_000, 1_000];

/**
 * Starts or stops the flow in any state, for the API and the run sheets of shows alike.
 * @param readStatus reads MediaConnect's status of the flow, as it is at the call
 * @returns `done` when the flow is already as requested or on its way
 * @throws {AppError} `illegal_transition` when MediaConnect refuses the request in the flow's state
 */
export async function controlFlow(
  deps: FlowControlDeps,
  action: FlowAction,
  readStatus: () => Promise<string>,
): Promise<'done' | 'requested'> {
  for (const delayMs of [0, ...REPEATED_AFTER_MS]) {
    if (delayMs > 0) await deps.sleep(delayMs);
    const status = await readStatus();
    if (isAsRequested(action, status)) return 'done';
    if (!POSSIBLE[action].includes(status)) throw notPossible(action, status);
    try {
      await SEND[action](deps);
      return 'requested';
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const now = await readStatus();
      // Another caller may have requested the same between the two reads.
      if (isAsRequested(action, now)) return 'done';
      // An update takes seconds and may have begun or ended between the two reads.
      if (status !== 'UPDATING' && now !== 'UPDATING' && now === status) throw notPossible(action, now);
    }
  }
  throw notPossible(action, await readStatus());
}

/** MediaConnect has no conflict error: it answers a request in the wrong state with BadRequestException. */
function isRefusal(error: unknown): boolean {
  const kind = awsErrorKind(error);
  return kind === 'invalid' || kind === 'conflict';
}

function notPossible(action: FlowAction, status: string): AppError {
  const possible = action === 'start' ? 'STANDBY or ERROR' : 'ACTIVE or ERROR';
  const remedy = REMEDIES[status] ?? 'check the flow in the MediaConnect console, then try again';
  return new AppError('illegal_transition', {
    detail: `the flow is ${status}, and MediaConnect refused to ${action} it; ${action} is possible when the flow is ${possible}`,
    remedy,
    ...(PASSING.includes(status) ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {}),
  });
}
