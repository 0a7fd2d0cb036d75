import { handleMediaEvent } from './events/media-event.ts';
import { makeLambdaDeps } from './lambda-deps.ts';
import { observeDestinations } from './schedules/monitor.ts';

/** Entry point of the stream monitor: on a schedule, and woken by events of the media services. */

// CloudWatch has one-minute figures of MediaLive within a few minutes at the latest.
const deps = { ...makeLambdaDeps('sluice-monitor', 3), windowSeconds: 300, periodSeconds: 60 };

export const handler = (event: { source?: string; 'detail-type'?: string }): Promise<void> =>
  event.source === 'aws.medialive' || event.source === 'aws.mediaconnect'
    ? handleMediaEvent(deps, { source: event.source, 'detail-type': event['detail-type'] ?? '' })
    : observeDestinations(deps);
