/** How long resources take to change state, in milliseconds. */
export interface Durations {
  flowStartMs: number;
  flowStopMs: number;
  flowDeleteMs: number;
  /** How long a running flow is UPDATING after a change of its outputs. */
  flowUpdateMs: number;
  inputCreateMs: number;
  /** From the channel's DELETED to its inputs' DETACHED. */
  inputDetachMs: number;
  inputDeleteMs: number;
  groupUpdateMs: number;
  /** From the last input's DELETED to its security group's IDLE. */
  groupIdleMs: number;
  channelCreateMs: number;
  channelUpdateMs: number;
  channelStartMs: number;
  /** How long DescribeChannel still shows IDLE after StartChannel was accepted. */
  channelStartShowsMs: number;
  channelStopMs: number;
  channelDeleteMs: number;
  /** From a running channel to its first segment on MediaPackage, which has no media from before. */
  firstSegmentMs: number;
  /** Pause before the next attempt to start a failed pipeline. */
  channelRecoverMs: number;
  /** How long a deleted secret's name cannot be used again. */
  secretDeleteMs: number;
  /** From a harvest job's acceptance to its end; copying may take longer. */
  harvestMs: number;
}

/** How many of each resource may exist at once; deleted ones do not count. */
export interface Quotas {
  flows: number;
  outputsPerFlow: number;
  pushInputs: number;
  pullInputs: number;
  inputSecurityGroups: number;
  channels: number;
  packageChannels: number;
  endpointsPerPackageChannel: number;
  /** Harvest jobs in progress. */
  harvestJobs: number;
}

/**
 * `instant` has no delays but stays asynchronous, for tests. `fast` is for people on one machine. `aws-like` uses
 * durations reported for AWS, for rehearsal.
 */
export type TimingProfile = 'instant' | 'fast' | 'aws-like';

const INSTANT: Durations = {
  flowStartMs: 0,
  flowStopMs: 0,
  flowDeleteMs: 0,
  flowUpdateMs: 0,
  inputCreateMs: 0,
  inputDetachMs: 0,
  inputDeleteMs: 0,
  groupUpdateMs: 0,
  groupIdleMs: 0,
  channelCreateMs: 0,
  channelUpdateMs: 0,
  channelStartMs: 0,
  channelStartShowsMs: 0,
  firstSegmentMs: 0,
  channelStopMs: 0,
  channelDeleteMs: 0,
  channelRecoverMs: 2000,
  secretDeleteMs: 0,
  harvestMs: 0,
};

/** State durations by profile. */
export const DURATIONS: Record<TimingProfile, Durations> = {
  instant: INSTANT,
  fast: {
    flowStartMs: 500,
    flowStopMs: 300,
    flowDeleteMs: 300,
    flowUpdateMs: 100,
    inputCreateMs: 200,
    inputDetachMs: 200,
    inputDeleteMs: 200,
    groupUpdateMs: 200,
    groupIdleMs: 200,
    channelCreateMs: 300,
    channelUpdateMs: 300,
    channelStartMs: 400,
    channelStartShowsMs: 50,
    firstSegmentMs: 2000,
    channelStopMs: 300,
    channelDeleteMs: 300,
    channelRecoverMs: 2000,
    secretDeleteMs: 300,
    harvestMs: 300,
  },
  // Creating a channel takes seconds, starting flow and channel about two minutes in total, detaching an input up to
  // seven minutes at worst: reports of openfun/marsha, aws-solutions/live-streaming-on-aws and others.
  'aws-like': {
    flowStartMs: 45_000,
    flowStopMs: 20_000,
    flowDeleteMs: 60_000,
    flowUpdateMs: 2000,
    inputCreateMs: 3000,
    inputDetachMs: 60_000,
    inputDeleteMs: 20_000,
    groupUpdateMs: 5000,
    groupIdleMs: 6000,
    channelCreateMs: 5000,
    channelUpdateMs: 5000,
    channelStartMs: 75_000,
    channelStartShowsMs: 4000,
    firstSegmentMs: 5000,
    channelStopMs: 30_000,
    channelDeleteMs: 15_000,
    channelRecoverMs: 20_000,
    secretDeleteMs: 5000,
    harvestMs: 30_000,
  },
};

/** Default quotas of a new AWS account (MediaLive user guide 2022, MediaConnect and MediaPackage quota pages). */
const AWS_QUOTAS: Quotas = {
  flows: 20,
  outputsPerFlow: 50,
  pushInputs: 5,
  pullInputs: 100,
  inputSecurityGroups: 5,
  channels: 5,
  packageChannels: 30,
  endpointsPerPackageChannel: 10,
  harvestJobs: 10,
};

const RAISED_QUOTAS: Quotas = { ...AWS_QUOTAS, pushInputs: 200, channels: 200 };

/** Quotas by profile: AWS's own in `aws-like`, MediaLive's raised elsewhere. */
export const QUOTAS: Record<TimingProfile, Quotas> = {
  instant: RAISED_QUOTAS,
  fast: RAISED_QUOTAS,
  'aws-like': AWS_QUOTAS,
};
