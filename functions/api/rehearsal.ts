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
    label: 'The encoder is gone',
    description: 'What arrives from the encoder counts as nothing: channels wait for the source and go on costing.',
  },
  source_lossy: {
    scope: 'deployment',
    label: 'The line from the encoder is bad',
    description:
      'One packet in ten is lost on the way in. SRT sends it again in time: the packet loss stands out, the picture stays.',
  },
  aws_throttled: {
    scope: 'deployment',
    label: 'AWS throttles',
    description: 'Most calls to MediaConnect and MediaLive are refused with 429: steps take longer and must not fail.',
  },
  start_failed: {
    scope: 'deployment',
    label: 'Channels do not start',
    description:
      'A channel that is starting falls back to idle: the start ends in an error and leaves nothing running.',
  },
  key_refused: {
    scope: 'destination',
    label: 'The platform refuses the key',
    description: 'As after a key was reset on the platform: the channel runs, nothing is on air.',
  },
  platform_slow: {
    scope: 'destination',
    label: 'The platform is slow',
    description: 'It takes about half a megabit per second: frames are dropped.',
  },
  platform_frozen: {
    scope: 'destination',
    label: 'The platform takes nothing',
    description: 'The connection stands and no byte is taken: noticed within five seconds, reconnected after ten.',
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
