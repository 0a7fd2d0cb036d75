import { observeDestinations, type MonitorDeps } from '../schedules/monitor.ts';

/** The part of an EventBridge event we look at. */
interface MediaEvent {
  source: string;
  'detail-type': string;
}

/**
 * Event types that say something may have changed. MediaConnect sends "Flow Source Metadata Changed" every 20 seconds
 * whatever happens; it is left out on purpose.
 */
const WAKING_TYPES = new Set([
  'MediaLive Channel State Change',
  'MediaLive Channel Alert',
  'MediaConnect Flow Status Change',
  'MediaConnect Source Health',
]);

/**
 * Takes an event of the media services as a reason to look, never as the truth: it may be late, doubled, out of order
 * or forged, so nothing in it is read but its type, and the look is the same one the monitor makes.
 */
export async function handleMediaEvent(deps: MonitorDeps, event: MediaEvent): Promise<void> {
  if (WAKING_TYPES.has(event['detail-type'])) await observeDestinations(deps);
}
