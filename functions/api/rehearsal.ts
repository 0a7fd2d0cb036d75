/**
 * Drills: failures an operator can simulate on one machine. On AWS there are no drills, and the API lacks their routes.
 */

/** A failure to simulate, with its texts for the dashboard. */
interface RehearsalFault {
  /** `destination`: affects one destination; `deployment`: affects everything. */
  scope: 'deployment' | 'destination';
  label: string;
  description: string;
}

export const REHEARSAL_FAULTS = {
  source_lost: {
    scope: 'deployment',
    label: 'Source lost',
    description: 'Sluice ignores the encoder: channels wait for the source and are still billed.',
  },
  source_lossy: {
    scope: 'deployment',
    label: 'Bad uplink',
    description:
      'One packet in ten from the encoder is lost. SRT resends it in time: packet loss rises, the picture stays.',
  },
  aws_throttled: {
    scope: 'deployment',
    label: 'AWS throttles',
    description: 'Most calls to MediaConnect and MediaLive get 429: steps take longer but must not fail.',
  },
  start_failed: {
    scope: 'deployment',
    label: 'Channels do not start',
    description: 'A starting channel falls back to idle: the start fails and leaves nothing running.',
  },
  key_refused: {
    scope: 'destination',
    label: 'Stream key refused',
    description: 'As if the key was reset on the platform: the channel runs, but nothing is on air.',
  },
  platform_slow: {
    scope: 'destination',
    label: 'Slow platform',
    description: 'The platform accepts about 0.5 Mbps: frames are dropped.',
  },
  platform_frozen: {
    scope: 'destination',
    label: 'Frozen platform',
    description:
      'The connection stays open but the platform accepts no data: detected within 5 seconds, reconnected after 10.',
  },
} as const satisfies Record<string, RehearsalFault>;

export type RehearsalFaultName = keyof typeof REHEARSAL_FAULTS;

/** A failure that is being simulated. */
export interface SimulatedFault {
  fault: RehearsalFaultName;
  /** Null for failures of the whole deployment. */
  destinationId: string | null;
}

export interface Rehearsal {
  active(): SimulatedFault[];
  /** Switches a failure on or off. Idempotent. */
  switch(fault: SimulatedFault, isActive: boolean): Promise<void>;
}
