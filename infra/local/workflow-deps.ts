import type { AwsDeps } from '../../functions/aws/clients.ts';
import { START_SECONDS_DEFAULT } from '../../functions/domain/start-duration.ts';
import { AWS_START_INTERVAL_MS, STARTS_AT_ONCE_DEFAULT } from '../../functions/domain/start-pace.ts';
import type { PrimaryMode } from '../../functions/domain/primary-mode.ts';
import type { MailWay } from '../../functions/notify/mail.ts';
import { createIngestProbe } from '../../functions/connect/create-ingest-probe.ts';
import { resolveHost } from '../../functions/resolve-host.ts';
import type { Logger, PreflightWays, WorkflowDeps } from '../../functions/workflow/workflow-deps.ts';

/** The name of the function that the state machines call. */
export const WORKFLOW_FUNCTION = 'sluice-workflow';

/** How far reads may lag behind writes, and how long a destination's first start takes. */
type Pace = Pick<WorkflowDeps, 'readsLagMs' | 'startSeconds'> & { startIntervalMs: number };
const LOCAL_PACE: Pace = { readsLagMs: 1_000, startSeconds: 2, startIntervalMs: 0 };
export const AWS_LIKE_PACE: Pace = {
  readsLagMs: 30_000,
  startSeconds: START_SECONDS_DEFAULT,
  startIntervalMs: AWS_START_INTERVAL_MS,
};

/** The last segment of a recording is complete after the longest group of pictures. */
const HARVEST_DELAY_SECONDS = 5;

/** Age up to which an observation is fresh, so that two polls may fail. */
export const FRESH_SECONDS = 5;

/** Creates the dependencies of the workflow steps, including every AWS client, with the system clock. */
export function createWorkflowDeps(
  aws: AwsDeps,
  logger: Logger,
  {
    harvestDelaySeconds = HARVEST_DELAY_SECONDS,
    mail = { kind: 'outbox' },
    pausesOutputs = true,
    primaryMode = 'always',
    recordingDisk = () => null,
    compareClock,
    startsAtOnce = STARTS_AT_ONCE_DEFAULT,
    ...given
  }: Partial<Pace> & {
    harvestDelaySeconds?: number | undefined;
    mail?: MailWay;
    pausesOutputs?: boolean;
    primaryMode?: PrimaryMode;
    recordingDisk?: PreflightWays['recordingDisk'];
    compareClock?: PreflightWays['compareClock'];
    startsAtOnce?: number;
  } = {},
): WorkflowDeps & AwsDeps {
  const { startIntervalMs: intervalMs, ...pace } = { ...LOCAL_PACE, ...given };
  return {
    ...aws,
    now: () => new Date(),
    sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
    ...pace,
    startPace: { atOnceMax: startsAtOnce, intervalMs },
    harvestDelaySeconds,
    mail,
    pausesOutputs,
    primaryMode,
    preflight: {
      probe: createIngestProbe({ from: 'sender', loopbackAllowed: aws.deployment.loopbackTargetsAllowed }),
      freshSeconds: FRESH_SECONDS,
      recordingDisk,
      ...(compareClock && { compareClock }),
    },
    resolveHost,
    logger,
  };
}
