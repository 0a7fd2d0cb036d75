import { awsErrorKind } from '../../../../functions/aws/aws-errors.ts';
import { observeChannel, startChannel, stopChannel } from '../../../../functions/aws/channel.ts';
import { describeError } from '../finding.ts';
import {
  createProofChannel,
  createProofFlowOutput,
  createProofInput,
  proofTags,
  type CheckContext,
} from '../proof-context.ts';
import { OutOfTime, arrived, patiently, pause, pending, waitFor } from '../waiting.ts';
import { rtmpChannelSettings } from './channel-settings.ts';
import type { Check } from './check.ts';
import { ensureFlowActive, untilChannelIs, untilDetached } from './media-polls.ts';
import { observeRun } from './rtmp-observation.ts';

/**
 * Longest time from StartChannel until DescribeChannel shows the start; see `readsLagMs` in
 * `functions/workflow.lambda.ts`.
 */
const SHOWS_WITHIN_MS = 30_000;
const SHOWS_LIMIT_MS = 60_000;
const SHOWS_EVERY_MS = 250;
const RUNS_WITHIN_MS = 10 * 60_000;
const STOPS_WITHIN_MS = 5 * 60_000;

/** Runs one destination's channel with a made-up key for up to ten minutes: the only channel that a proof starts. */
export const rtmpChannel: Check = {
  checkId: 'rtmp-channel',
  title: 'running one RTMP channel with a made-up key for up to ten minutes',
  limits: { minutesMax: 32, needsFlow: true, channelMinutes: 25, idleChannels: 1, idleInputs: 1 },
  async run(context) {
    await ensureFlowActive(context);
    const { inputId } = await createProofInput(context, context.deps.clients, {
      suffix: 'rtmp',
      tags: proofTags(context),
    });
    const { address, port } = await untilDetached(context, inputId);
    await createProofFlowOutput(context, context.deps.clients, 'rtmp', { address: address ?? '', port: port ?? 0 });
    const settings = rtmpChannelSettings(context, 'rtmp', inputId);
    const { channelId } = await createProofChannel(context, context.as('workflow'), 'rtmp', settings);
    const channel = await untilChannelIs(context, channelId, 'IDLE', 3 * 60_000);
    const refusals = [await switchChannel(context, channelId, startChannel)];
    await timeFirstSight(context, channelId);
    const isRunning = await timeStart(context, channelId);
    if (isRunning) await observeRun(context, { channel, settings });
    refusals.push(await switchChannel(context, channelId, stopChannel));
    const refused = refusals.filter((refusal) => refusal !== null);
    if (refused.length > 0) context.decide('AWS-22', 'does not hold', ...refused);
    else context.decide('AWS-22', 'holds', 'StartChannel and StopChannel were accepted');
    await untilChannelIs(context, channelId, 'IDLE', STOPS_WITHIN_MS);
  },
};

/**
 * Starts or stops the channel as the workflow does. @returns the denial if its role may not; the operator's clients
 * then did it
 */
async function switchChannel(
  context: CheckContext,
  channelId: string,
  act: typeof startChannel,
): Promise<string | null> {
  // A start has no token, so repeat it only if AWS certainly did not accept it.
  const send = (clients: Parameters<typeof startChannel>[0]['clients']) =>
    patiently(context, () => act({ clients, deployment: {} }, channelId), ['throttled']);
  try {
    await send(context.as('workflow'));
    return null;
  } catch (error) {
    if (awsErrorKind(error) !== 'denied') throw error;
    await send(context.deps.clients);
    return describeError(error);
  }
}

interface Sight {
  elapsedMs: number;
  /** Null if the start did not show at all. */
  state: string | null;
}

async function timeFirstSight(context: CheckContext, channelId: string): Promise<void> {
  const acceptedAtMs = context.now();
  const sight = await waitFor(
    context,
    `channel ${channelId} to show its start`,
    async () => {
      const view = await observeChannel({ ...context.deps, deployment: {} }, channelId);
      const elapsedMs = context.now() - acceptedAtMs;
      if (view !== null && view.state !== 'IDLE') return arrived<Sight>({ elapsedMs, state: view.state });
      return elapsedMs >= SHOWS_LIMIT_MS ? arrived<Sight>({ elapsedMs, state: null }) : pending('IDLE');
    },
    { limitMs: SHOWS_LIMIT_MS + SHOWS_EVERY_MS, everyMs: SHOWS_EVERY_MS },
  );
  const seconds = (sight.elapsedMs / 1000).toFixed(1);
  const seen = sight.state === null ? `still IDLE after ${seconds} s` : `${sight.state} after ${seconds} s`;
  const holds = sight.state !== null && sight.elapsedMs <= SHOWS_WITHIN_MS;
  context.decide('AWS-23', holds ? 'holds' : 'does not hold', `DescribeChannel showed the channel ${seen}`);
}

async function timeStart(context: CheckContext, channelId: string): Promise<boolean> {
  const beganAtMs = context.now();
  try {
    await untilChannelIs(context, channelId, 'RUNNING', RUNS_WITHIN_MS);
    const seconds = Math.round((context.now() - beganAtMs) / 1000);
    context.decide('AWS-24', 'holds', `the channel was RUNNING after ${seconds} s`);
    return true;
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    context.decide('AWS-24', 'does not hold', error.message);
    await pause(context, 0);
    return false;
  }
}
