import {
  createChannel,
  findChannel,
  listChannels,
  observeChannel,
  updateChannel,
  updateChannelClass,
  type ChannelView,
} from '../aws/channel.ts';
import { awsErrorKind } from '../aws/aws-errors.ts';
import { classOf, type ChannelTarget } from '../aws/channel-request.ts';
import { createInput, findInput, listInputs, observeInput, type InputView } from '../aws/input.ts';
import { packageChannelExists } from '../aws/package-channel.ts';
import { isUp } from '../domain/channel-state.ts';
import type { HeldResources } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { parseIngestUrl } from '../domain/ingest-url.ts';
import { checkResolvedAddresses } from '../domain/public-address.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import {
  configurationHash,
  logLevelOf,
  resolveChannelTarget,
  resolveEncodings,
  resolveSourceLoss,
} from './channel-target.ts';
import { requireFlow } from './require-flow.ts';
import { recordHeld, requireInFlight, resourceMissing, settleWithin, type StepContext } from './step-context.ts';
import { NotSettled } from './workflow-errors.ts';

/**
 * The steps that create resources. Each reads before it acts, adopts what exists (by recorded id, tag or deterministic
 * name), and reports success only when AWS shows the resource in the required state.
 */

/**
 * Creates or adopts a push input and returns the addresses of its endpoints. The input is recorded together with the
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
  return { input: toHeldInput(inputId, ready) };
}

/** Returns what the record keeps of an input. @throws {NotSettled} while it has no endpoint */
export function toHeldInput(inputId: string, view: InputView | null): NonNullable<HeldResources['input']> {
  const { address, backupAddress, port } = view ?? {};
  if (!address || !port) throw new NotSettled(`input ${inputId} has no endpoint yet`);
  return { inputId, address, ...(backupAddress ? { backupAddress } : {}), port };
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
  const { encodings, sound, recorded: settings } = await resolveEncodings(deps, record);
  const logLevel = logLevelOf(record, deps.now());
  const sourceLoss = await resolveSourceLoss(deps, record);
  const hash = configurationHash(deps, record, { inputId: input.inputId, encodings, sound, logLevel, sourceLoss });
  const making = { destinationId: record.destinationId, inputId: input.inputId, logLevel };

  const recorded = record.held.channel ? await observeChannel(deps, record.held.channel.channelId) : null;
  let channel = recorded ?? (await findChannel(deps, record.destinationId));
  if (channel?.state === 'DELETING') throw new NotSettled('the former channel is still being deleted');
  // An adopted channel has unknown settings, so update it.
  let channelHash = recorded ? record.held.channel!.configurationHash : 'unknown';
  if (!channel) {
    const target = await resolveChannelTarget(deps, record, { encodings, sound, sourceLoss });
    await requireInFlight(context);
    channel = await unlessBusy(() => createChannel(deps, { ...making, generation, target }), 'the input');
    channelHash = hash;
  }
  const { channelId, channelArn } = channel;
  const held = (configuration: string, { channelClass }: ChannelView) => ({
    input,
    channel: {
      channelId,
      channelArn,
      configurationHash: configuration,
      holds: sourceLoss.kind === 'slate',
      ...settings,
      ...(channelClass === 'STANDARD' ? { channelClass } : {}),
    },
  });
  await recordHeld(context, held(channelHash, channel));

  let ready = await waitForIdle(context, channelId, recorded ?? undefined);
  if (isUp(ready.state)) return held(channelHash, ready);
  if (channelHash !== hash) {
    const target = await resolveChannelTarget(deps, record, { encodings, sound, sourceLoss });
    ready = await ensureClass(context, ready, target);
    await unlessBusy(() => updateChannel(deps, channelId, { ...making, target }), 'the channel');
    await recordHeld(context, held(hash, ready));
    ready = await waitForIdle(context, channelId);
  }
  if (ready.state !== 'UPDATE_FAILED') return held(hash, ready);
  // The channel's settings are unknown now, so the next start updates it again.
  await recordHeld(context, held('unknown', ready));
  throw new AppError('aws_refused', {
    detail: `MediaLive could not apply the settings to channel ${channelId}`,
    remedy: 'check URL and preset, then start it again',
  });
}

/** Gives an idle channel the class that its target needs. UpdateChannel cannot change it. */
async function ensureClass(context: StepContext, channel: ChannelView, target: ChannelTarget): Promise<ChannelView> {
  const { channelClass, channelId } = channel;
  if (channelClass === classOf(target)) return channel;
  await unlessBusy(() => updateChannelClass(context.deps, channelId, target), 'the channel');
  return waitForIdle(context, channelId);
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
  await requireUrl(deps, record.rtmpUrl, '');
  if (record.backupRtmpUrl) await requireUrl(deps, record.backupRtmpUrl, 'backup ingest: ');
}

async function requireUrl(deps: StepContext['deps'], rtmpUrl: string, about: string): Promise<void> {
  const rules = { loopbackAllowed: deps.deployment.loopbackTargetsAllowed };
  const parsed = parseIngestUrl(rtmpUrl, rules);
  if (!parsed.ok) throw new AppError('url_not_allowed', { detail: about + parsed.message, remedy: parsed.remedy });
  const resolved = checkResolvedAddresses(await deps.resolveHost(parsed.url.host), rules);
  if (resolved.ok) return;
  throw new AppError('url_not_allowed', { detail: about + resolved.message, remedy: resolved.remedy });
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
