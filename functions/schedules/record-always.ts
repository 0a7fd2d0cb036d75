import { ulid } from 'ulid';
import { getRecordingSettings } from '../aws/recording-table.ts';
import { PRIMARY_DESTINATION_ID, type Destination } from '../domain/destination.ts';
import type { SourceSeen } from '../domain/incident-signals.ts';
import { beginRecording, findRunning, isAtLimit, stopRecording, type RecordingDeps } from '../workflow/recordings.ts';

/** An encoder that reconnects within this time continues its recording. */
const RECONNECT_SECONDS = 60;
/** How far a beginning reaches back besides the time since the run before. */
const REACH_BACK_SECONDS = 4;

/**
 * The monitor's part in recordings: with the setting `always` it begins one when the source delivers and ends it when
 * the source has been gone for a while, at the moment it went.
 */
export async function recordAlways(
  deps: RecordingDeps & { everySeconds: number },
  source: SourceSeen,
  records: readonly Destination[],
): Promise<void> {
  const { mode, keepDays, limitBytes } = await getRecordingSettings(deps);
  // Spares the next read. Turning the setting off ends the recording, and the sweep ends one that was begun meanwhile.
  if (mode !== 'always') return;
  const now = deps.now();
  const running = await findRunning(deps, 'always');
  if (running) {
    const endedAt = endOf(source, now);
    if (endedAt) await stopRecording(deps, running.recordingId, { reason: 'source_lost', endedAt });
    return;
  }
  const primary = records.find(({ destinationId }) => destinationId === PRIMARY_DESTINATION_ID);
  if (!source.isFlowUp || !source.connected || primary?.status !== 'running') return;
  if (await isAtLimit(deps, { limitBytes })) return;
  const reachMs = (deps.everySeconds + REACH_BACK_SECONDS) * 1000;
  await beginRecording(deps, {
    recordingId: `rec_${ulid(now.getTime()).toLowerCase()}`,
    name: `Recording ${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    origin: 'always',
    askedAt: new Date(now.getTime() - reachMs).toISOString(),
    keepDays,
    createdBy: 'always',
  });
}

/** Returns when the source went; null while it may come back. */
function endOf({ isFlowUp, connected, lostSince }: SourceSeen, now: Date): Date | null {
  if (!isFlowUp) return now;
  if (connected !== false || !lostSince) return null;
  const lost = new Date(lostSince);
  return now.getTime() - lost.getTime() >= RECONNECT_SECONDS * 1000 ? lost : null;
}
