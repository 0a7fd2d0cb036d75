/**
 * Failures an operator can practise on one machine: what the place the API runs in offers for it. On AWS there is none,
 * and without one the API has no such routes.
 */

/** One failure that can be switched on, and what it teaches. */
interface RehearsalFault {
  /** `destination`: switched for one destination; `deployment`: for everything at once. */
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

/** A failure that is being practised. */
export interface PractisedFault {
  fault: RehearsalFaultName;
  /** Null for faults of the whole deployment. */
  destinationId: string | null;
}

export interface Rehearsal {
  active(): PractisedFault[];
  /** Switches one on or off. Switching what is so already changes nothing. */
  switch(fault: PractisedFault, isActive: boolean): Promise<void>;
}
