import type { PauseStateScheduleActionSettings } from '@aws-sdk/client-medialive';
import type { ChannelReport, EngineReport, PipelineReport } from '../../engine/contract.ts';
import { command } from '../media/engine-commands.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { ChannelRecord } from '../media/media-state.ts';
import { refuseMembers, type Refuse } from './schedule-findings.ts';

/**
 * Schedule actions that pause a channel. A paused pipeline runs, is billed and sends nothing; here it does not connect
 * to its server either. AWS does not say whether a pause outlasts a stop of the channel: here it does, so that a caller
 * who forgets one notices. [medialive/latest/ug/x-actions-in-schedule-pause]
 */

const KEPT = ['Pipelines'];

/** Checks the settings of an action. One that names no pipeline unpauses all. */
export function checkPause(
  { settings: channelSettings }: ChannelRecord,
  { settings, at }: { settings: PauseStateScheduleActionSettings; at: string },
  refuse: Refuse,
): void {
  refuseMembers(settings, KEPT, at, refuse);
  const named = namedPipelines(settings);
  const isSingle = channelSettings.ChannelClass === 'SINGLE_PIPELINE';
  if (isSingle && named.includes('PIPELINE_1')) {
    refuse(`${at}/pipelines`, 'PIPELINE_1 does not exist in a channel of the class SINGLE_PIPELINE');
  } else if (!isSingle && new Set(named).size === 1) {
    refuse(
      `${at}/pipelines`,
      'pausing one of two pipelines is not supported by this local endpoint: name both, or none',
    );
  }
}

function namedPipelines({ Pipelines = [] }: PauseStateScheduleActionSettings): string[] {
  return Pipelines.flatMap(({ PipelineId }) => PipelineId ?? []);
}

/**
 * Pauses a channel, or unpauses it.
 * @param run starts a channel in the engine
 */
export function executePause(
  context: MediaContext,
  channel: ChannelRecord,
  settings: PauseStateScheduleActionSettings,
  run: (channel: ChannelRecord) => void,
): void {
  const isPaused = namedPipelines(settings).length > 0;
  if (isPaused === (channel.isPaused ?? false)) return;
  if (isPaused) channel.isPaused = true;
  else delete channel.isPaused;
  if (channel.state !== 'RUNNING') return;
  if (isPaused) command(context, channel.id, () => context.engine.stopChannel(channel.id));
  else run(channel);
}

/** Returns the report with the paused channels, which the engine does not have: they run and send nothing. */
export function withPausedChannels({ state }: MediaContext, report: EngineReport): EngineReport {
  const paused = Object.values(state.channels).filter((channel) => channel.isPaused && channel.state === 'RUNNING');
  if (paused.length === 0) return report;
  const ids = new Set(paused.map(({ id }) => id));
  const others = report.channels.filter(({ channelId }) => !ids.has(channelId));
  return { ...report, channels: [...others, ...paused.map((channel) => reportOf(channel, report.atMs))] };
}

function reportOf({ id, settings }: ChannelRecord, sinceMs: number): ChannelReport {
  const pipeline: PipelineReport = {
    state: 'connecting',
    sinceMs,
    ...{
      bitrateBps: 0,
      framesPerSecond: 0,
      framesSent: 0,
      unsentFrames: 0,
      reconnects: 0,
      bytesSent: 0,
      queuedBytes: 0,
    },
  };
  const isSingle = settings.ChannelClass === 'SINGLE_PIPELINE';
  return { ...pipeline, channelId: id, mode: 'none', droppedFrames: 0, ...(isSingle ? {} : { backup: pipeline }) };
}
