import {
  createChannel,
  findChannel,
  listChannels,
  observeChannel,
  updateChannel,
  type ChannelView,
} from '../aws/channel.ts';
import { awsErrorKind } from '../aws/aws-errors.ts';
import {
  addFlowOutput,
  findFlowOutput,
  FLOW_OUTPUTS_MAX,
  leadsTo,
  observeFlow,
  removeFlowOutput,
  type FlowView,
  type OutputTarget,
} from '../aws/flow.ts';
import { createInput, findInput, listInputs, observeInput } from '../aws/input.ts';
import { ensureEgressAllowed } from '../aws/input-security-group.ts';
import { packageChannelExists } from '../aws/package-channel.ts';
import { isUp } from '../domain/channel-state.ts';
import type { HeldResources, HeldRun } from '../domain/destination.ts';
import { kindOf } from '../domain/destination-kind.ts';
import { AppError } from '../domain/errors.ts';
import { parseIngestUrl } from '../domain/ingest-url.ts';
import { checkResolvedAddresses } from '../domain/public-address.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import {
  configurationHash,
  logLevelOf,
  resolveChannelTarget,
  resolveEncodings,
  sourceLossOf,
} from './channel-target.ts';
import { requireFlow } from './require-flow.ts';
import { resolveSrtTarget } from './srt-output.ts';
import { recordHeld, resourceMissing, settleWithin, unlessFlowBusy, type StepContext } from './step-context.ts';
import { NotSettled } from './workflow-errors.ts';

/**
 * The steps that create resources. Each reads before it acts, adopts what exists (by recorded id, tag or deterministic
 * name), and reports success only when AWS shows the resource in the required state.
 */

/**
 * Creates or adopts a push input and returns the address of its first endpoint. The input is recorded together with the
 * channel; until then its tags identify it.
 */
export async function ensureInput(context: StepContext): Promise<Partial<HeldResources>> {
  const { deps, record, generation } = context;
  // First of all: an input and a channel that wait for a stopped flow would each cost an idle fee.
  if (record.operation?.kind === 'start') await requireFlow(context);
  const recorded = record.held.input ? await observeInput(deps, record.held.input.inputId) : null;
  let input = recorded && recorded.state !== 'DELETING' ? recorded : await findInput(deps, record.destinationId);
  if (input?.state === 'DELETING') throw new NotSettled('the former input is still being deleted');
  if (!input) {
    await requireQuota(context);
    input = await createInput(deps, { destinationId: record.destinationId, generation });
  }
  const { inputId } = input;
  const ready = await settleWithin(
    context,
    () => observeInput(deps, inputId),
    (view) => view?.state === 'DETACHED' || view?.state === 'ATTACHED',
    `input ${inputId}`,
    input === recorded ? recorded : undefined,
  );
  const { address, port } = ready ?? {};
  if (!address || !port) throw new NotSettled(`input ${inputId} has no endpoint yet`);
  return { input: { inputId, address, port } };
}

/** Refuses before anything is created when the account's quota leaves no room. */
async function requireQuota({ deps, record }: StepContext): Promise<void> {
  const [inputs, channels] = await Promise.all([listInputs(deps), listChannels(deps)]);
  const { channelQuota, pushInputQuota } = deps.deployment;
  const needsChannel = record.held.channel === undefined;
  const pushInputs = inputs.filter(({ isPush }) => isPush);
  const full =
    pushInputs.length >= pushInputQuota
      ? `push inputs (${pushInputs.length} of ${pushInputQuota} in use)`
      : needsChannel && channels.length >= channelQuota
        ? `channels (${channels.length} of ${channelQuota} in use)`
        : null;
  if (!full) return;
  throw new AppError('quota_exceeded', {
    detail: `the account's quota of MediaLive ${full} is reached`,
    remedy: 'delete a destination, make idle ones cold, or request a higher quota in Service Quotas',
  });
}

/** Creates or adopts the channel and gives it the destination's current settings. It may already be running. */
export async function ensureChannel(context: StepContext): Promise<Partial<HeldResources>> {
  const { deps, record, generation } = context;
  const { input } = record.held;
  if (!input) throw resourceMissing('the input is not known');
  await requireTarget(context);
  const { encodings, recorded: settings } = await resolveEncodings(deps, record);
  const logLevel = logLevelOf(record, deps.now());
  const sourceLoss = sourceLossOf(record);
  const hash = configurationHash(deps, record, { inputId: input.inputId, encodings, logLevel, sourceLoss });
  const making = { destinationId: record.destinationId, inputId: input.inputId, logLevel };

  const recorded = record.held.channel ? await observeChannel(deps, record.held.channel.channelId) : null;
  let channel = recorded ?? (await findChannel(deps, record.destinationId));
  if (channel?.state === 'DELETING') throw new NotSettled('the former channel is still being deleted');
  // An adopted channel has unknown settings, so update it.
  let channelHash = recorded ? record.held.channel!.configurationHash : 'unknown';
  if (!channel) {
    const target = await resolveChannelTarget(deps, record, { encodings, sourceLoss });
    channel = await unlessBusy(() => createChannel(deps, { ...making, generation, target }), 'the input');
    channelHash = hash;
  }
  const { channelId, channelArn } = channel;
  const held = (configuration: string) => ({
    input,
    channel: {
      channelId,
      channelArn,
      configurationHash: configuration,
      holds: sourceLoss.kind === 'slate',
      ...settings,
    },
  });
  await recordHeld(context, held(channelHash));

  let ready = await waitForIdle(context, channelId, recorded ?? undefined);
  if (isUp(ready.state)) return held(channelHash);
  if (channelHash !== hash) {
    const target = await resolveChannelTarget(deps, record, { encodings, sourceLoss });
    await unlessBusy(() => updateChannel(deps, channelId, { ...making, target }), 'the channel');
    await recordHeld(context, held(hash));
    ready = await waitForIdle(context, channelId);
  }
  if (ready.state !== 'UPDATE_FAILED') return held(hash);
  // The channel's settings are unknown now, so the next start updates it again.
  await recordHeld(context, held('unknown'));
  throw new AppError('aws_refused', {
    detail: `MediaLive could not apply the settings to channel ${channelId}`,
    remedy: 'check URL and preset, then start it again',
  });
}

async function waitForIdle(context: StepContext, channelId: string, seen?: ChannelView): Promise<ChannelView> {
  return settleWithin(
    context,
    async () => requireNotFailed(await observeChannel(context.deps, channelId), channelId),
    (view) => view.state === 'IDLE' || view.state === 'UPDATE_FAILED' || isUp(view.state),
    `channel ${channelId}`,
    seen && requireNotFailed(seen, channelId),
  );
}

function requireNotFailed(view: ChannelView | null, channelId: string): ChannelView {
  // A new channel may not be visible yet; the deadline of the step limits the wait.
  if (!view) throw new NotSettled(`channel ${channelId} is not visible yet`);
  if (view.state === 'CREATE_FAILED') {
    throw new AppError('channel_create_failed', {
      detail: `MediaLive could not create channel ${channelId}`,
      remedy: 'start it again; if it repeats, check the channel in the MediaLive console',
    });
  }
  return view;
}

/**
 * Checks the target again, because a host name that was public when it was saved may now point into a private network.
 */
async function requireTarget({ deps, record }: StepContext): Promise<void> {
  if (isPrimary(record)) {
    if (await packageChannelExists(deps)) return;
    throw new AppError('resource_missing', {
      detail: `the MediaPackage channel ${deps.deployment.packageChannelId} does not exist`,
      remedy: 'deploy the media source again to create the MediaPackage channel',
    });
  }
  const rules = { loopbackAllowed: deps.deployment.loopbackTargetsAllowed };
  const parsed = parseIngestUrl(record.rtmpUrl, rules);
  if (!parsed.ok) throw new AppError('url_not_allowed', { detail: parsed.message, remedy: parsed.remedy });
  const resolved = checkResolvedAddresses(await deps.resolveHost(parsed.url.host), rules);
  if (!resolved.ok) throw new AppError('url_not_allowed', { detail: resolved.message, remedy: resolved.remedy });
}

/**
 * Adds the flow output that feeds the destination's input or calls its SRT receiver. Refuses while the flow is off,
 * before the channel costs.
 */
export async function ensureFlowOutput(context: StepContext): Promise<Partial<HeldResources>> {
  const { deps, record } = context;
  const target = await resolveOutputTarget(context);
  const flow = await requireFlow(context);
  if (target.kind === 'input' && flow.egressIp) await ensureEgressAllowed(deps, flow.egressIp);
  const existing = findFlowOutput(deps, flow, record.destinationId);
  if (existing && !leadsTo(existing, target)) {
    // The output feeds an input that no longer exists, or calls the receiver of before an edit.
    await unlessFlowBusy(context, flow, () => removeFlowOutput(deps, existing.flowOutputArn));
    throw new NotSettled('an outdated flow output is being removed');
  }
  if (!existing) {
    if (flow.outputs.length >= FLOW_OUTPUTS_MAX) throw flowFull();
    await addUnlessFull(context, flow, target);
  }
  const added = await settleWithin(
    context,
    async () => {
      const seen = await observeFlow(deps);
      return seen && findFlowOutput(deps, seen, record.destinationId);
    },
    (output) => output !== null,
    'the flow output',
    existing ?? undefined,
  );
  if (!added) throw new NotSettled('the flow output is not visible yet');
  const { flowOutputArn, flowOutputName } = added;
  const run = target.kind === 'srt' ? { run: toRun(context) } : {};
  return { flowOutput: { flowOutputArn, flowOutputName, ...run } };
}

async function resolveOutputTarget(context: StepContext): Promise<OutputTarget> {
  if (kindOf(context.record) === 'srt') return resolveSrtTarget(context);
  const { input } = context.record.held;
  if (!input) throw resourceMissing('the input is not known');
  return { kind: 'input', address: input.address, port: input.port };
}

/** Returns the run of an SRT destination, which goes with its output. One that is in progress keeps its start. */
function toRun({ deps, generation, record: { platform, preset, held } }: StepContext): HeldRun {
  const startedAt = held.flowOutput?.run?.startedAt ?? deps.now().toISOString();
  return { startedAt, generation, platform, preset };
}

async function addUnlessFull(context: StepContext, flow: FlowView, target: OutputTarget): Promise<void> {
  const { deps, record } = context;
  try {
    await unlessFlowBusy(context, flow, () => addFlowOutput(deps, record.destinationId, target));
  } catch (error) {
    // Another start took the last output after this step read the flow.
    throw awsErrorKind(error) === 'quota' ? flowFull() : error;
  }
}

function flowFull(): AppError {
  return new AppError('flow_full', {
    detail: `the flow has ${FLOW_OUTPUTS_MAX} outputs, which is AWS's fixed limit`,
    remedy: 'stop a destination that is not needed',
  });
}

/** Turns a conflict into NotSettled: the next attempt reads the resource again, until the step's deadline. */
async function unlessBusy<Result>(action: () => Promise<Result>, what: string): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (awsErrorKind(error) === 'conflict') throw new NotSettled(`${what} is changing its state`);
    throw error;
  }
}
