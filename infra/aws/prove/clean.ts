import { awsErrorKind } from '../../../functions/aws/aws-errors.ts';
import { deleteChannel, listChannels, stopChannel } from '../../../functions/aws/channel.ts';
import { observeFlow, removeFlowOutput, startFlow, stopFlow } from '../../../functions/aws/flow.ts';
import { deleteInput, listInputs } from '../../../functions/aws/input.ts';
import { resourceName } from '../../../functions/aws/names.ts';
import { assertNever } from '../../../functions/domain/assert-never.ts';
import { isAtRest, isUp } from '../../../functions/domain/channel-state.ts';
import { CLEAN_UP_MINUTES_MAX } from './cost-bound.ts';
import { describeError, redact } from './finding.ts';
import type { FoundDeployment } from './found-deployment.ts';
import type { Journal } from './journal.ts';
import type { ProofDeps } from './proof-deps.ts';
import { PROOF_TAG, proofName } from './proof-context.ts';
import { patiently, pause, type Patience } from './waiting.ts';

/**
 * Removes what a proof created, and nothing else: channels and inputs by the proof's tag, flow outputs by the run's
 * name, because outputs have no tags. It uses the operator's credentials, so a missing permission of a deployed role
 * leaves nothing behind.
 */

type ProofThing = 'channel' | 'input' | 'flow output' | 'flow';

/** A resource of a proof that still exists. */
export interface Leftover {
  resource: ProofThing;
  resourceId: string;
  state: string;
  runId: string;
  /** Why AWS refused the removal; null while it is in progress. */
  refusal: string | null;
}

interface CleanInput extends Patience {
  deps: ProofDeps;
  found: Pick<FoundDeployment, 'region' | 'deployment'>;
}

/** Lists what any proof of this deployment, or only one run, left behind. */
export async function listLeftovers(
  { deps: { clients }, found: { deployment }, ...patience }: CleanInput,
  runId?: string,
): Promise<Leftover[]> {
  const deps = { clients, deployment };
  const [channels, inputs, flow] = await patiently(patience, () =>
    Promise.all([listChannels(deps), listInputs(deps), observeFlow(deps)]),
  );
  const prefix = resourceName(deployment, 'proof-');
  const tagged = [
    ...channels.map(({ channelId, ...view }) => ({ resource: 'channel' as const, resourceId: channelId, ...view })),
    ...inputs.map(({ inputId, ...view }) => ({ resource: 'input' as const, resourceId: inputId, ...view })),
  ].flatMap(({ resource, resourceId, state, name, tags }) => {
    const owner = tags[PROOF_TAG];
    // The name contains the deployment id, which identifies an input created without the deployment's tag.
    if (owner === undefined || !name.startsWith(prefix)) return [];
    return [{ resource, resourceId, state, runId: owner, refusal: null }];
  });
  const outputs = (flow?.outputs ?? []).flatMap(({ flowOutputArn, flowOutputName }) => {
    const owner = /^proof-(\d{8}-\d{6})-/.exec(flowOutputName.slice(resourceName(deployment, '').length))?.[1];
    if (owner === undefined || !flowOutputName.startsWith(resourceName(deployment, proofName(owner, '')))) return [];
    return [
      { resource: 'flow output' as const, resourceId: flowOutputArn, state: flow!.status, runId: owner, refusal: null },
    ];
  });
  return [...outputs, ...tagged].filter((left) => runId === undefined || left.runId === runId);
}

const POLL_EVERY_MS = 5_000;

/**
 * Removes everything of one run, or of every run, and waits until it is gone. Safe to repeat.
 * @returns what still exists after ten minutes, with the reason; empty if nothing does
 */
export async function cleanUp(input: CleanInput, runId?: string): Promise<Leftover[]> {
  const untilMs = input.now() + CLEAN_UP_MINUTES_MAX * 60_000;
  for (;;) {
    const left = await listLeftovers(input, runId);
    if (left.length === 0) return [];
    for (const each of left) each.refusal = await takeOneStepDown(input, each);
    const isStuck = left.every(({ refusal }) => refusal !== null);
    if (isStuck || input.now() >= untilMs) return left;
    await pause(input, POLL_EVERY_MS);
  }
}

/** Starts the next removal step of a resource. @returns AWS's denial, or null if the removal is in progress */
async function takeOneStepDown(
  { deps: { clients }, found: { deployment } }: CleanInput,
  { resource, resourceId, state, runId }: Leftover,
): Promise<string | null> {
  const deps = { clients, deployment };
  try {
    switch (resource) {
      case 'flow output':
        await removeFlowOutput(deps, resourceId);
        return null;
      case 'input':
        if (state === 'DETACHED') await deleteInput(deps, resourceId);
        return null;
      case 'channel':
        if (isUp(state)) await stopChannel(deps, resourceId);
        else if (isAtRest(state)) await deleteChannel(deps, resourceId);
        return null;
      case 'flow':
        // The proof restores the flow and never removes it.
        return null;
      default:
        return assertNever(resource, 'resource of the proof');
    }
  } catch (error) {
    // Any other error means a change in progress or is transient; the next poll shows it.
    return awsErrorKind(error) === 'denied' ? redact(describeError(error), runId) : null;
  }
}

/**
 * Restores the state in which the run found the flow.
 * @returns the flow if that failed; null if it is restored or needed no change
 */
export async function restoreFlow(input: CleanInput, { entries }: Journal, runId: string): Promise<Leftover | null> {
  const before = entries.find((entry) => entry.entry === 'flow-found');
  if (before === undefined) return null;
  const { deps, found, ...patience } = input;
  const flowDeps = { clients: deps.clients, deployment: found.deployment };
  const untilMs = input.now() + CLEAN_UP_MINUTES_MAX * 60_000;
  for (;;) {
    const flow = await patiently(patience, () => observeFlow(flowDeps));
    if (flow === null || flow.status === before.status) return null;
    let refusal: string | null = null;
    try {
      if (before.status === 'STANDBY' && ['ACTIVE', 'ERROR'].includes(flow.status)) await stopFlow(flowDeps);
      if (before.status === 'ACTIVE' && ['STANDBY', 'ERROR'].includes(flow.status)) await startFlow(flowDeps);
    } catch (error) {
      if (awsErrorKind(error) === 'denied') refusal = redact(describeError(error), runId);
    }
    if (refusal !== null || input.now() >= untilMs) {
      return { resource: 'flow', resourceId: flow.flowArn, state: flow.status, runId, refusal };
    }
    await pause(input, POLL_EVERY_MS);
  }
}

const CONSOLE_PLACES: Record<ProofThing, string> = {
  channel: 'MediaLive, Channels: stop it, then delete it',
  input: 'MediaLive, Inputs: delete it when it is detached',
  'flow output': 'MediaConnect, Flows, the flow, Outputs: remove it',
  flow: 'MediaConnect, Flows: stop or start it',
};

/** Formats one line for each remaining resource that may cost: what, why, and where to remove it manually. */
export function formatLeftovers(left: readonly Leftover[], region: string): string[] {
  return left.map(
    ({ resource, resourceId, state, refusal }) =>
      `STILL THERE: ${resource} ${resourceId} (${state})${refusal === null ? '' : `, because AWS answered ${refusal}`}. ` +
      `AWS console, Region ${region}: ${CONSOLE_PLACES[resource]}`,
  );
}
