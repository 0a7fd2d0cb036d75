import type { AwsDeps } from '../../functions/aws/clients.ts';
import { getDestination, insertDestination } from '../../functions/aws/destination-table.ts';
import { encryptStreamKey } from '../../functions/aws/secrets.ts';
import type { Destination } from '../../functions/domain/destination.ts';
import { newDestination } from '../../functions/domain/new-destination.ts';
import { StreamKey } from '../../functions/domain/stream-key.ts';
import { handleStep } from '../../functions/workflow/handle-step.ts';
import type { StepInput } from '../../functions/workflow/run-step.ts';
import type { WorkflowDeps } from '../../functions/workflow/workflow-deps.ts';
import { systemClock } from '../../infra/local/host/clock.ts';
import { startLocalAws, type LocalAws } from '../../infra/local/endpoints/local-aws.ts';
import type { Durations } from '../../infra/local/endpoints/media/profiles.ts';
import type { Harvester } from '../../infra/local/endpoints/media/harvester.ts';
import type { LimitedKey } from '../../infra/local/endpoints/wire/limited-key.ts';
import { createIdleEngine, type MediaEngine } from '../../infra/local/engine/contract.ts';
import { provision } from '../../infra/local/provision.ts';
import { createWorkflowDeps, WORKFLOW_FUNCTION } from '../../infra/local/workflow-deps.ts';
import { makeProbe } from './make-probe.ts';
import { waitFor } from './wait-for.ts';

/** A key that no output may ever contain. */
export const CANARY_KEY = 'canary-7f3a-91bd-zq5x';

/** A whole deployment on local endpoints in memory, without media, with real SDK clients and state machines. */
export interface TestDeployment {
  aws: LocalAws;
  deps: WorkflowDeps & AwsDeps;
  /** Every line that the functions logged. */
  logLines: string[];
  /** Stores an idle destination with a loopback target. */
  addDestination(change?: Partial<Destination>): Promise<Destination>;
  /** Waits until the record satisfies the condition. */
  until(destinationId: string, what: string, condition: (record: Destination) => boolean): Promise<Destination>;
  untilGone(destinationId: string): Promise<void>;
  close(): Promise<void>;
}

interface TestDeploymentOptions {
  harvester?: Harvester;
  harvestDelaySeconds?: number;
  /** Whether a show's channels are paused until their planned second. */
  pausesOutputs?: boolean;
  engine?: MediaEngine;
  durations?: Partial<Durations>;
  quotas?: { channelQuota: number; pushInputQuota: number };
  /** Access keys with limits that the local AWS accepts. */
  limitedKeys?: LimitedKey[];
  /** Called before each step; a throw makes the step fail like a lost Lambda. */
  beforeStep?: (input: StepInput) => void | Promise<void>;
}

let counter = 0;

/** Starts a deployment. Close it after the test. */
export async function startTestDeployment(options: TestDeploymentOptions = {}): Promise<TestDeployment> {
  const aws = await startLocalAws({
    dataDirectory: null,
    port: 0,
    clock: systemClock,
    engine: options.engine ?? createIdleEngine(),
    profile: 'instant',
    ...(options.durations ? { durations: options.durations } : {}),
    ...(options.harvester ? { harvester: options.harvester } : {}),
    ...(options.limitedKeys && { limitedKeys: options.limitedKeys }),
  });
  const deployment = await provision({
    clients: aws.clients,
    isSrtEncrypted: false,
    settings: {
      analysis: true,
      srtPort: 9998,
      srtLatencyMs: 200,
      srtBackup: null,
      loopbackTargetsAllowed: true,
      privateHosts: [],
    },
    workflowFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${WORKFLOW_FUNCTION}`,
    fingerprintSecret: 'for tests only',
    quotas: options.quotas ?? { channelQuota: 20, pushInputQuota: 20 },
  });
  const logLines: string[] = [];
  const log = (message: string, details?: Record<string, unknown>) =>
    void logLines.push(JSON.stringify({ message, ...details }));
  const awsDeps: AwsDeps = { clients: aws.clients, deployment };
  const deps = {
    ...createWorkflowDeps(
      awsDeps,
      { info: log, warn: log, error: log },
      { harvestDelaySeconds: options.harvestDelaySeconds, pausesOutputs: options.pausesOutputs ?? false },
    ),
    preflight: { probe: makeProbe(), freshSeconds: 5 },
    resolveHost: async () => ['127.0.0.1'],
  };
  aws.lambda.register(WORKFLOW_FUNCTION, async (event) => {
    await options.beforeStep?.(event);
    return handleStep(deps, event);
  });
  return {
    aws,
    deps,
    logLines,
    async addDestination(change = {}) {
      counter += 1;
      const destinationId = change.destinationId ?? `dst_${String(counter).padStart(26, '0')}`;
      const chosen = {
        destinationId,
        name: `Destination ${counter}`,
        platform: 'custom',
        rtmpUrl: 'rtmp://127.0.0.1:1935/live',
        streamKeyCiphertext: await encryptStreamKey(deps, destinationId, StreamKey.from(CANARY_KEY)),
        preset: '720p30',
        standby: 'warm' as const,
      };
      const record = newDestination({ ...chosen, ...change }, new Date());
      await insertDestination(deps, record);
      return record;
    },
    until: (destinationId, what, condition) =>
      waitFor(what, async () => {
        const record = await getDestination(deps, destinationId);
        return record && condition(record) ? record : null;
      }),
    async untilGone(destinationId) {
      await waitFor(`${destinationId} to be gone`, async () => (await getDestination(deps, destinationId)) === null);
    },
    close: () => aws.close(),
  };
}
