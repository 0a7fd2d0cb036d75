/**
 * Encoder logs of the channels, as MediaLive writes them to CloudWatch Logs: one stream per channel and pipeline in the
 * group `ElementalMediaLive`, with one JSON object per line. The lines come from the engine's reports, so they contain
 * neither the target's URL nor its stream key. The newest lines of each stream are kept in memory.
 * [medialive/latest/ug/working-with-logs]
 */
import type { Clock } from '../../host/clock.ts';
import type { ChannelReport, PipelineReport } from '../../engine/contract.ts';
import type { ChannelRecord, PipelineId } from '../media/media-state.ts';

const LINES_KEPT = 500;
const STREAMS_KEPT = 200;
/** Dropped frames are logged once per this interval, not with every report. */
const DROPS_LOGGED_EVERY_MS = 10_000;

type Severity = 'E' | 'W' | 'I';

/** Severities that each log level admits. [medialive: log levels and verbosities] */
const SEVERITIES: Record<string, readonly Severity[]> = {
  ERROR: ['E'],
  WARNING: ['E', 'W'],
  INFO: ['E', 'W', 'I'],
  DEBUG: ['E', 'W', 'I'],
};

export interface LogLine {
  timestampMs: number;
  message: string;
}

export interface ChannelLogs {
  /** Logs what has changed since the last report. */
  observe(channel: ChannelRecord, report: ChannelReport | undefined): void;
  /** Returns the lines of a stream, oldest first; null when there is no such stream. */
  read(streamName: string): LogLine[] | null;
}

/** The state of a pipeline that was logged last. */
interface LoggedState {
  channelState: string;
  output: string;
  unsentFrames: number;
  dropsLoggedAtMs: number;
}

/** A pipeline, which has its own stream. */
interface Logged {
  channel: ChannelRecord;
  pipelineId: PipelineId;
}

/** Creates the logs of all channels. */
export function createChannelLogs(clock: Clock): ChannelLogs {
  const streams = new Map<string, LogLine[]>();
  const loggedStates = new Map<string, LoggedState>();

  function write({ channel, pipelineId }: Logged, severity: Severity, message: string): void {
    if (!SEVERITIES[channel.settings.LogLevel ?? 'DISABLED']?.includes(severity)) return;
    const streamName = streamNameOf(channel.arn, pipelineId);
    const lines = streams.get(streamName) ?? [];
    streams.set(streamName, lines);
    const facts = { encoder_pipeline: Number(pipelineId), severity, timestamp: isoMicroseconds(clock.now()) };
    const line = { ...facts, channel_arn: channel.arn };
    lines.push({ timestampMs: clock.now(), message: JSON.stringify({ ...line, logger_name: '', message }) });
    if (lines.length > LINES_KEPT) lines.shift();
    if (streams.size > STREAMS_KEPT) streams.delete(streams.keys().next().value!);
  }

  function observe(logged: Logged, report: PipelineReport | undefined): void {
    const { channel } = logged;
    const key = streamNameOf(channel.arn, logged.pipelineId);
    const before = loggedStates.get(key);
    const running = channel.state === 'RUNNING' ? report : undefined;
    const output = running ? describeOutput(running) : null;
    const now: LoggedState = {
      channelState: channel.state,
      output: output?.message ?? '',
      unsentFrames: running?.unsentFrames ?? 0,
      dropsLoggedAtMs: before?.dropsLoggedAtMs ?? 0,
    };
    if (before?.channelState !== channel.state) write(logged, 'I', `Channel is ${channel.state}`);
    if (output && before?.output !== output.message) write(logged, output.severity, output.message);
    const dropped = now.unsentFrames - (before?.unsentFrames ?? 0);
    if (dropped > 0 && clock.now() - now.dropsLoggedAtMs < DROPS_LOGGED_EVERY_MS) {
      now.unsentFrames = before!.unsentFrames;
    } else if (dropped > 0) {
      now.dropsLoggedAtMs = clock.now();
      write(logged, 'W', `Dropped ${dropped} frames: the far end reads too slowly`);
    }
    if (channel.state === 'DELETED') loggedStates.delete(key);
    else loggedStates.set(key, now);
  }

  return {
    observe(channel, report) {
      observe({ channel, pipelineId: '0' }, report);
      if (channel.settings.ChannelClass === 'STANDARD') observe({ channel, pipelineId: '1' }, report?.backup);
    },
    read: (streamName) => streams.get(streamName) ?? null,
  };
}

/** Returns the log stream of a channel's pipeline: `arn_aws_medialive_<region>_<account>_channel_<id>_0`. */
export function streamNameOf(channelArn: string, pipelineId: PipelineId = '0'): string {
  return `${channelArn.replaceAll(':', '_')}_${pipelineId}`;
}

const STATES: Record<ChannelReport['state'], { severity: Severity; text: string }> = {
  waiting_for_input: { severity: 'W', text: 'No input: waiting for the feed' },
  connecting: { severity: 'I', text: 'Connecting to the RTMP server' },
  publishing: { severity: 'I', text: 'Publishing' },
  reconnecting: { severity: 'W', text: 'Connection lost, connecting again' },
  rejected: { severity: 'E', text: 'Refused by the RTMP server' },
  stalled: { severity: 'W', text: 'The RTMP server does not accept data' },
};

function describeOutput({ state, problem }: PipelineReport): { severity: Severity; message: string } {
  const { severity, text } = STATES[state];
  if (!problem) return { severity, message: text };
  const times = problem.attempt === undefined ? '' : ` (attempt ${problem.attempt})`;
  // The channel still publishes, but with a problem.
  const shown = state === 'publishing' ? 'W' : severity;
  return { severity: shown, message: `${text}: ${problem.detail}${times}` };
}

/** MediaLive's lines carry six decimals and no zone. */
function isoMicroseconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000`;
}
