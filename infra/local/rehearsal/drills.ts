import type { SimulatedFault } from '../../../functions/api/rehearsal.ts';
import type { DrillSeen } from '../../../functions/domain/incident-signals.ts';

/** The signals that each simulated failure causes, by which incidents are marked as drills. */
const SIGNALS: Record<SimulatedFault['fault'], readonly string[]> = {
  source_lost: ['lost', 'deliversNothing', 'frameRatePercent', 'reconnects'],
  source_lossy: ['packetLossPercent', 'bitratePercent'],
  aws_throttled: ['operationFailed'],
  start_failed: ['operationFailed', 'primaryMissing'],
  key_refused: ['keyRejected', 'deliversNothing', 'reconnects'],
  platform_slow: ['lostFrames', 'frameRatePercent', 'deliversNothing', 'reconnects'],
  platform_frozen: ['deliversNothing', 'lostFrames', 'frameRatePercent', 'reconnects'],
};

/** Returns what the monitor must know of the failures that are being simulated. */
export function drillsOf(active: readonly SimulatedFault[]): DrillSeen[] {
  return active.map(({ fault, destinationId }) => ({ signals: SIGNALS[fault], destinationId }));
}
