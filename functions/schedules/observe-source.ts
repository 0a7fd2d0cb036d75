import {
  getContentQuality,
  getEngineAnalysis,
  toQuality,
  UNKNOWN_QUALITY,
  type ContentQuality,
} from '../aws/content-quality.ts';
import { describeSourceMedia, isFlowUp, type FlowView, type SourceMedia } from '../aws/flow.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { getSourceMetrics, type SourceMetrics } from '../aws/flow-metrics.ts';
import type { MetricsWindow } from '../aws/flow-series.ts';
import { getListenerMetrics, isOnBackup, withEarlierSightings, type ListenerMetrics } from '../aws/listener-metrics.ts';
import { getSourceObservation, putSourceObservation, type SourceObservation } from '../aws/source-table.ts';
import { sourceEvents } from '../domain/destination-events.ts';
import { followRate } from '../domain/frame-rate.ts';
import type { SourceSeen } from '../domain/incident-signals.ts';
import { flowStoppedLine, SOURCE_OWNER, sourceLineOf, switchLineOf } from '../domain/source-timeline.ts';
import { feedWarnings, sourceWarnings } from '../domain/source-warnings.ts';
import { usualBitrate } from '../domain/usual-bitrate.ts';
import { publishQuietly } from '../notify/publish-event.ts';
import type { MonitorDeps } from './monitor-deps.ts';

/** Reads and stores the source's metrics, of which there are none while the flow does not run. */
export async function observeSource(
  deps: MonitorDeps,
  window: MetricsWindow,
  flow: FlowView | null,
): Promise<SourceSeen> {
  if (!flow || !isFlowUp(flow)) {
    await noteFlowStopped(deps, window.now);
    return { isFlowUp: false };
  }
  const [metrics, before, listeners] = await Promise.all([
    getSourceMetrics(deps, window),
    getSourceObservation(deps),
    getListenerMetrics(deps, flow, window),
  ]);
  const observedAt = window.now.toISOString();
  const lostSince = metrics.connected === false ? (before?.lostSince ?? lostAt(metrics, window)) : null;
  const elapsedSeconds = before ? (window.now.getTime() - Date.parse(before.observedAt)) / 1000 : 0;
  const observation: SourceObservation = {
    ...metrics,
    observedAt,
    lostSince,
    ...seenOfListeners(listeners, before),
    usualBitrateBps: usualBitrate(before?.usualBitrateBps ?? null, metrics.bitrateBps, elapsedSeconds),
    ...(await examineFeed(deps, metrics, before, window.now)),
    ...(metrics.connected === false
      ? UNKNOWN_QUALITY
      : await examineContent(deps, window, before, metrics.connectedSince)),
  };
  const written = await putSourceObservation(deps, observation);
  // The replaced observation decides, so only one of several concurrent monitors records the change.
  const entry = written && sourceLineOf(written.replaced, observation);
  if (entry) await putTimelineEntry(deps, SOURCE_OWNER, entry, 0);
  const change = written && switchLineOf(written.replaced, observation);
  if (change) await putTimelineEntry(deps, SOURCE_OWNER, change, 1);
  if (written) {
    const connection = { connected: metrics.connected ?? null, observedAt };
    await publishQuietly(deps, sourceEvents(written.replaced, connection));
  }
  return { isFlowUp: true, ...observation };
}

/** What is not known now stays as it was: a missing figure proves no change. */
function seenOfListeners(
  listeners: ListenerMetrics[],
  before: SourceObservation | null,
): Pick<SourceObservation, 'listeners' | 'onBackup'> {
  if (listeners.length === 0) return {};
  return {
    listeners: withEarlierSightings(listeners, before?.listeners),
    onBackup: isOnBackup(listeners) ?? before?.onBackup ?? null,
  };
}

/** Reads what is wrong with picture and sound; the former answer while it is not due and nothing is wrong. */
async function examineContent(
  deps: MonitorDeps,
  window: MetricsWindow,
  before: SourceObservation | null,
  connectedSince: string | null,
): Promise<ContentQuality & Pick<SourceObservation, 'contentAt'>> {
  const ageMs = before?.contentAt === undefined ? Infinity : window.now.getTime() - Date.parse(before.contentAt);
  const isWrong = before?.black || before?.frozen || before?.silent;
  if (!isWrong && ageMs >= 0 && ageMs < deps.contentEverySeconds * 1000) {
    const { contentAt, black = null, frozen = null, silent = null } = before!;
    return { ...UNKNOWN_QUALITY, contentAt, black, frozen, silent };
  }
  const quality = keepBeginnings(await readQuality(deps, window, connectedSince), before);
  return { ...quality, contentAt: window.now.toISOString() };
}

/** Reads MediaConnect's analysis; the engine's where MediaConnect has none, as of a flow with many outputs. */
async function readQuality(
  deps: MonitorDeps,
  window: MetricsWindow,
  connectedSince: string | null,
): Promise<ContentQuality> {
  if (!deps.deployment.isSourceAnalysed) return UNKNOWN_QUALITY;
  const quality = await getContentQuality(deps, window, connectedSince);
  const isReported = quality.black !== null || quality.frozen !== null || quality.silent !== null;
  return isReported || !deps.hasEngine ? quality : toQuality(await getEngineAnalysis(deps, window.now), window.now);
}

/** A fault that began before the window, or was read later than it was seen first, keeps its first beginning. */
function keepBeginnings(quality: ContentQuality, before: SourceObservation | null): ContentQuality {
  const since = (fault: 'black' | 'frozen' | 'silent') => {
    const key = `${fault}Since` as const;
    return quality[fault] && before?.[fault] && before[key] ? before[key] : quality[key];
  };
  return { ...quality, blackSince: since('black'), frozenSince: since('frozen'), silentSince: since('silent') };
}

/** Returns by when the encoder was certainly gone: the end of the first period without it, or else the observation. */
function lostAt({ connectedSince }: SourceMetrics, { now, periodSeconds }: MetricsWindow): string {
  const endMs = connectedSince === null ? Infinity : Date.parse(connectedSince) + periodSeconds * 1000;
  return new Date(Math.min(endMs, now.getTime())).toISOString();
}

/** Records once that a flow that was observed runs no longer, so that its last state does not count any further. */
async function noteFlowStopped(deps: MonitorDeps, now: Date): Promise<void> {
  const last = await getSourceObservation(deps);
  if (!last || last.flowStoppedAt !== undefined) return;
  const flowStoppedAt = now.toISOString();
  const written = await putSourceObservation(deps, { ...last, flowStoppedAt });
  if (!written || written.replaced?.flowStoppedAt !== undefined) return;
  await putTimelineEntry(deps, SOURCE_OWNER, flowStoppedLine(flowStoppedAt), 0);
}

/** Reads whether the feed has sound and a format that destinations take; the former answer while it is not due. */
async function examineFeed(
  deps: MonitorDeps,
  { connected, connectedSince }: SourceMetrics,
  before: SourceObservation | null,
  now: Date,
): Promise<Pick<SourceObservation, 'mediaAt' | 'hasAudio' | 'sound' | 'formatProblem' | 'picture' | 'pictureAt'>> {
  const known = pictureOf(null, before, now);
  // Without figures yet, the format is the first that is known of a feed.
  if (connected === false) return known;
  const ageMs = before?.mediaAt === undefined ? Infinity : now.getTime() - Date.parse(before.mediaAt);
  if (ageMs >= 0 && ageMs < deps.mediaEverySeconds * 1000) {
    const { mediaAt, hasAudio, sound = null, formatProblem } = before!;
    return { mediaAt, hasAudio, sound, formatProblem, ...known };
  }
  const media = await describeSourceMedia(deps);
  const connectedSeconds = connectedSince === null ? null : (now.getTime() - Date.parse(connectedSince)) / 1000;
  const problems = [
    ...sourceWarnings(media?.video ?? null, deps.deployment.declaredInput),
    ...feedWarnings({ media, connectedSeconds, messages: [] }),
  ];
  return {
    mediaAt: now.toISOString(),
    hasAudio: media === null ? null : media.audio !== null,
    sound: media?.audio ? { channels: media.audio.channels, sampleRateHz: media.audio.sampleRateHz } : null,
    formatProblem: problems[0]?.detail ?? null,
    ...pictureOf(media, before, now),
  };
}

/** Returns the picture just read; without one, the last that is known. */
function pictureOf(
  media: SourceMedia | null,
  before: SourceObservation | null,
  now: Date,
): Pick<SourceObservation, 'picture' | 'pictureAt'> {
  const { width, height, framesPerSecond } = media?.video ?? {};
  const rate = followRate(framesPerSecond, before?.picture?.framesPerSecond);
  if (!width || !height || rate === null) {
    const { picture, pictureAt } = before ?? {};
    return { ...(picture && { picture }), ...(pictureAt && { pictureAt }) };
  }
  return { picture: { width, height, framesPerSecond: rate }, pictureAt: now.toISOString() };
}
