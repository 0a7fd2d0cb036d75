/**
 * Channel alerts, derived from the engine's reports. They are kept in memory, because AWS also numbers them from the
 * beginning at each start of a channel. A cleared alert stays listed for five minutes.
 */
import type { ChannelAlert, ListAlertsRequest, ListAlertsResponse } from '@aws-sdk/client-medialive';
import { findChannel } from './channel.ts';
import type { OutputProblem } from '../../../../functions/domain/output-problem.ts';
import type { ChannelReport, PipelineReport } from '../../engine/contract.ts';
import { describeProblem } from '../media/describe-problem.ts';
import { emit } from '../media/media-context.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { ChannelRecord, PipelineId } from '../media/media-state.ts';
import { pageOf } from '../media/paging.ts';
import { badRequest } from '../wire/aws-error.ts';

const CLEARED_LISTED_MS = 5 * 60 * 1000;

/**
 * A fed input must be silent for this long before it raises an alert, because every start begins with a moment of
 * silence.
 */
const INPUT_SILENT_MS = 1000;

/** A problem of a pipeline's output: AWS's alert type, and a message. */
interface Condition {
  pipelineId: PipelineId;
  type: string;
  message: string;
}

interface Alert extends Condition {
  id: string;
  setAtMs: number;
  clearedAtMs?: number;
}

/** Alerts of all channels. */
export interface Alerts {
  /**
   * Processes the engine's report on a running channel.
   * @param isFed whether a flow with a connected encoder feeds a pipeline's endpoint of the input
   */
  observe(channel: ChannelRecord, report: ChannelReport, isFed: (pipelineId: PipelineId) => boolean): void;
  /** Processes that a running channel is paused. */
  observePause(channel: ChannelRecord): void;
  /** Clears the set alerts of a channel that no longer runs. */
  clear(channel: ChannelRecord): void;
  /** Forgets the alerts of a channel's last run. */
  forget(channelId: string): void;
  list(channelId: string): Alert[];
  countSet(channelId: string, pipelineId: PipelineId): number;
}

/** Creates the alerts of all channels. */
export function createAlerts(context: MediaContext): Alerts {
  const byChannel = new Map<string, Alert[]>();
  const alertsOf = (channelId: string) => byChannel.get(channelId) ?? [];

  const settle = (channel: ChannelRecord, conditions: Condition[]) => {
    const nowMs = context.clock.now();
    const kept = alertsOf(channel.id).filter((alert) => nowMs - (alert.clearedAtMs ?? nowMs) < CLEARED_LISTED_MS);
    for (const alert of kept) {
      if (alert.clearedAtMs !== undefined) continue;
      const condition = conditions.find((other) => isSame(other, alert));
      if (condition !== undefined) {
        alert.message = condition.message;
        continue;
      }
      alert.clearedAtMs = nowMs;
      announce(context, channel, alert);
    }
    for (const condition of conditions) {
      if (kept.some((alert) => isSame(alert, condition) && alert.clearedAtMs === undefined)) continue;
      const alert: Alert = { id: String(nextId(kept)), ...condition, setAtMs: nowMs };
      kept.push(alert);
      announce(context, channel, alert);
    }
    byChannel.set(channel.id, kept);
  };

  return {
    observe(channel, report, isFed) {
      const nowMs = context.clock.now();
      const { backup } = report;
      settle(channel, [
        ...outputConditions('0', report, { isFed: isFed('0'), nowMs }),
        ...soundConditions(report, '0'),
        ...(backup ? outputConditions('1', backup, { isFed: isFed('1'), nowMs }) : []),
        ...(backup ? soundConditions(report, '1') : []),
      ]);
    },
    observePause: (channel) => settle(channel, pauseConditions(channel)),
    clear(channel) {
      if (byChannel.has(channel.id)) settle(channel, []);
    },
    forget: (channelId) => void byChannel.delete(channelId),
    list: alertsOf,
    countSet: (channelId, pipelineId) =>
      alertsOf(channelId).filter((alert) => alert.pipelineId === pipelineId && alert.clearedAtMs === undefined).length,
  };
}

/** Serves ListAlerts: the set alerts, unless `StateFilter` is `CLEARED` or `ALL`. */
export function listAlerts(context: MediaContext, alerts: Alerts, input: ListAlertsRequest): ListAlertsResponse {
  const channel = findChannel(context, input.ChannelId!);
  const filter = input.StateFilter ?? 'SET';
  if (!['SET', 'CLEARED', 'ALL'].includes(filter)) throw badRequest('stateFilter must be SET, CLEARED or ALL');
  const nowMs = context.clock.now();
  const matching = alerts
    .list(channel.id)
    .filter((alert) => nowMs - (alert.clearedAtMs ?? nowMs) < CLEARED_LISTED_MS)
    .filter((alert) => filter === 'ALL' || (alert.clearedAtMs === undefined) === (filter === 'SET'));
  const page = pageOf(matching, input);
  return { Alerts: page.items.map(toChannelAlert), NextToken: page.nextToken };
}

function toChannelAlert(alert: Alert): ChannelAlert {
  return {
    Id: alert.id,
    AlertType: alert.type,
    Message: alert.message,
    PipelineId: alert.pipelineId,
    State: alert.clearedAtMs === undefined ? 'SET' : 'CLEARED',
    SetTimestamp: new Date(alert.setAtMs),
    ClearedTimestamp: alert.clearedAtMs === undefined ? undefined : new Date(alert.clearedAtMs),
  };
}

const ALERT_TYPES: Partial<Record<OutputProblem, string>> = {
  certificate_invalid: 'Failed to Validate Certificate Chain When Publishing',
  not_accepting: 'Failed to Write to Output',
  platform_slow: 'Failed to Write to Output',
  encoder_slow: 'Failed to Write to Output',
  encoder_failed: 'Failed to Write to Output',
};

/** An alert is one of its pipeline and type. */
function isSame(one: Condition, other: Condition): boolean {
  return one.pipelineId === other.pipelineId && one.type === other.type;
}

/** [medialive/latest/ug/monitor-activity-types-alerts-channels: 6033] */
function pauseConditions({ settings }: ChannelRecord): Condition[] {
  const pipelines: PipelineId[] = settings.ChannelClass === 'SINGLE_PIPELINE' ? ['0'] : ['0', '1'];
  const message = 'the pipeline is paused by an action of the schedule';
  return pipelines.map((pipelineId) => ({ pipelineId, type: 'Pipeline is Paused', message }));
}

/** Both pipelines read the same sound. */
function soundConditions({ isSoundMissing }: ChannelReport, pipelineId: PipelineId): Condition[] {
  if (!isSoundMissing) return [];
  const message = 'the source has no audio that an audio selector of the channel chooses';
  return [{ pipelineId, type: 'Audio Not Detected', message }];
}

/** Returns at most one condition: an output that waits for input has no connection to report on. */
function outputConditions(
  pipelineId: PipelineId,
  report: PipelineReport,
  { isFed, nowMs }: { isFed: boolean; nowMs: number },
): Condition[] {
  const { problem } = report;
  if (problem !== undefined) {
    const type = ALERT_TYPES[problem.code] ?? 'Failed RTMP Connection';
    return [{ pipelineId, type, message: describeProblem(problem) }];
  }
  const isFilled = report.slate === 'input_loss';
  const isSilent = report.state === 'waiting_for_input' && nowMs - report.sinceMs >= INPUT_SILENT_MS;
  if ((report.state === 'waiting_for_input' || isFilled) && (!isFed || isSilent)) {
    const since = new Date(report.sinceMs).toISOString();
    const message = `no packets have reached the input since ${since}`;
    return [{ pipelineId, type: 'Stopped Receiving UDP Input', message }];
  }
  return [];
}

function nextId(alerts: Alert[]): number {
  return Math.max(0, ...alerts.map((alert) => Number(alert.id))) + 1;
}

function announce(context: MediaContext, channel: ChannelRecord, alert: Alert): void {
  emit(context, {
    source: 'aws.medialive',
    detailType: 'MediaLive Channel Alert',
    resources: [channel.arn],
    detail: {
      alarm_state: alert.clearedAtMs === undefined ? 'SET' : 'CLEARED',
      alarm_id: alert.id,
      alert_type: alert.type,
      pipeline: alert.pipelineId,
      channel_arn: channel.arn,
      message: alert.message,
    },
  });
}
