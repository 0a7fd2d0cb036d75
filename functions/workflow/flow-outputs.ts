import { awsErrorKind } from '../aws/aws-errors.ts';
import {
  addFlowOutputs,
  findFlowOutputs,
  FLOW_OUTPUTS_MAX,
  leadsTo,
  observeFlow,
  removeFlowOutput,
  type FlowView,
  type FoundOutputs,
  type OutputTarget,
  type OutputTargets,
} from '../aws/flow.ts';
import { ensureEgressAllowed } from '../aws/input-security-group.ts';
import type { HeldResources, HeldRun } from '../domain/destination.ts';
import { kindOf } from '../domain/destination-kind.ts';
import { AppError } from '../domain/errors.ts';
import type { Released } from './release.ts';
import { requireFlow } from './require-flow.ts';
import { resolveSrtTarget } from './srt-output.ts';
import { resourceMissing, settleWithin, unlessFlowBusy, type StepContext } from './step-context.ts';
import { NotSettled } from './workflow-errors.ts';

/** The steps of the flow outputs: one per destination, and two for a STANDARD channel, one for each pipeline. */

/** The second one goes first, so that the main ingest is the last to lose its feed. */
const PLACES = ['backup', 'main'] as const;

/**
 * Adds the flow outputs that feed the destination's input or call its SRT receiver. Refuses while the flow is off,
 * before the channel costs.
 */
export async function ensureFlowOutput(context: StepContext): Promise<Partial<HeldResources>> {
  const { deps, record } = context;
  const targets = await resolveOutputTargets(context);
  const flow = await requireFlow(context);
  if (targets.main.kind === 'input' && flow.egressIp) await ensureEgressAllowed(deps, flow.egressIp);
  const existing = findFlowOutputs(deps, flow, record.destinationId);
  const outdated = PLACES.find((place) => isOutdated(existing[place], targets[place]));
  if (outdated) {
    // The output feeds an input that no longer exists, or calls the receiver of before an edit.
    await unlessFlowBusy(context, flow, () => removeFlowOutput(deps, existing[outdated]!.flowOutputArn));
    throw new NotSettled('an outdated flow output is being removed');
  }
  const missing = {
    main: existing.main ? null : targets.main,
    backup: existing.backup ? null : targets.backup,
  };
  if (missing.main || missing.backup) await addUnlessFull(context, flow, missing);
  const isComplete = (found: FoundOutputs | null) => !!found?.main && (targets.backup === null || !!found.backup);
  const added = await settleWithin(
    context,
    async () => {
      const seen = await observeFlow(deps);
      return seen && findFlowOutputs(deps, seen, record.destinationId);
    },
    isComplete,
    'the flow output',
    isComplete(existing) ? existing : undefined,
  );
  if (!added?.main) throw new NotSettled('the flow output is not visible yet');
  const { flowOutputArn, flowOutputName } = added.main;
  const run = targets.main.kind === 'srt' ? { run: toRun(context) } : {};
  const backup = added.backup ? { backup: toHeld(added.backup) } : {};
  return { flowOutput: { flowOutputArn, flowOutputName, ...backup, ...run } };
}

function toHeld({ flowOutputArn, flowOutputName }: NonNullable<FoundOutputs['main']>) {
  return { flowOutputArn, flowOutputName };
}

function isOutdated(existing: FoundOutputs['main'], target: OutputTarget | null): boolean {
  return existing !== null && (target === null || !leadsTo(existing, target));
}

/** Resolves what the outputs must be. The channel's class decides, because an edit may wait for the next start. */
async function resolveOutputTargets(context: StepContext): Promise<OutputTargets> {
  if (kindOf(context.record) === 'srt') return { main: await resolveSrtTarget(context), backup: null };
  const { channel, input } = context.record.held;
  if (!input) throw resourceMissing('the input is not known');
  const { address, backupAddress, port } = input;
  const main = { kind: 'input' as const, address, port };
  if (channel?.channelClass !== 'STANDARD') return { main, backup: null };
  if (!backupAddress) throw resourceMissing('the second endpoint of the input is not known');
  return { main, backup: { ...main, address: backupAddress } };
}

/** Returns the run of an SRT destination, which goes with its output. One that is in progress keeps its start. */
function toRun({ deps, generation, record: { platform, preset, held } }: StepContext): HeldRun {
  const startedAt = held.flowOutput?.run?.startedAt ?? deps.now().toISOString();
  return { startedAt, generation, platform, preset };
}

async function addUnlessFull(
  context: StepContext,
  flow: FlowView,
  missing: Record<keyof OutputTargets, OutputTarget | null>,
): Promise<void> {
  const { deps, record } = context;
  const count = PLACES.filter((place) => missing[place] !== null).length;
  if (flow.outputs.length + count > FLOW_OUTPUTS_MAX) throw flowFull(count);
  try {
    await unlessFlowBusy(context, flow, () => addFlowOutputs(deps, record.destinationId, missing));
  } catch (error) {
    // Another start took the last output after this step read the flow.
    throw awsErrorKind(error) === 'quota' ? flowFull(count) : error;
  }
}

function flowFull(count: number): AppError {
  const needs = count > 1 ? `, and a backup ingest needs ${count} of them` : '';
  return new AppError('flow_full', {
    detail: `the flow has no room: AWS's fixed limit is ${FLOW_OUTPUTS_MAX} outputs${needs}`,
    remedy: 'stop a destination that is not needed',
  });
}

/** Removes the destination's flow outputs. A missing flow has no outputs. */
export async function releaseFlowOutput(context: StepContext): Promise<Released> {
  const { deps, record } = context;
  const look = async () => observeFlow(deps);
  let flow = await look();
  for (const place of PLACES) {
    const output = flow && findFlowOutputs(deps, flow, record.destinationId)[place];
    if (!flow || !output) continue;
    await unlessFlowBusy(context, flow, () => removeFlowOutput(deps, output.flowOutputArn));
    const isGone = (seen: FlowView | null) => !seen || !findFlowOutputs(deps, seen, record.destinationId)[place];
    // MediaConnect refuses the removal of the next output while it removes this one.
    const isSettled = (seen: FlowView | null) => isGone(seen) && (place === 'main' || seen?.status !== 'UPDATING');
    flow = await settleWithin(context, look, isSettled, 'the flow output to go');
  }
  return { released: 'flowOutput' };
}
