import type { DestinationResource } from '../../../functions/api/schemas.ts';

/** A stopped destination as the API gives it, for tests. */
export function makeDestination(changes: Partial<DestinationResource> = {}): DestinationResource {
  const at = '2026-11-21T18:00:00.000Z';
  return {
    destinationId: 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc',
    name: 'Main YouTube',
    platform: 'youtube',
    rtmpUrl: 'rtmps://ingest.example/live2',
    streamKeySet: true,
    streamKeyLast4: 'zzzz',
    preset: '1080p30',
    standby: 'warm',
    primary: false,
    desired: 'idle',
    status: 'idle',
    health: {
      level: 'unknown',
      code: 'not_running',
      severity: 'none',
      detail: '',
      remedy: '',
      since: null,
      observedAt: null,
    },
    onAir: false,
    runningSince: null,
    bitrateBps: null,
    framesPerSecond: null,
    targetBitrateBps: 4_500_000,
    operation: null,
    lastError: null,
    mediaLiveChannelId: null,
    mediaConnectOutputArn: null,
    allowedActions: ['start', 'edit', 'delete'],
    refusedActions: { stop: 'it is not running' },
    pendingChanges: false,
    revision: 1,
    createdAt: at,
    lastModified: at,
    ...changes,
  };
}
