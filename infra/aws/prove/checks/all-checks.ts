import type { Check } from './check.ts';
import { cloudtrail } from './cloudtrail.ts';
import { costs } from './costs.ts';
import { deployed } from './deployed.ts';
import { flowOutputs } from './flow-outputs.ts';
import { flowRestart } from './flow-restart.ts';
import { forwardedHost } from './forwarded-host.ts';
import { inputQuota } from './input-quota.ts';
import { inputs } from './inputs.ts';
import { packageChannel } from './package-channel.ts';
import { rtmpChannel } from './rtmp-channel.ts';
import { sourceMetadata } from './source-metadata.ts';

/** The checks of a run, ordered by cost: free ones, then idle resources, then the flow, then a channel. */
export const FIRST_DAY_CHECKS: readonly Check[] = [
  deployed,
  forwardedHost,
  inputs,
  packageChannel,
  inputQuota,
  flowRestart,
  sourceMetadata,
  flowOutputs,
  rtmpChannel,
  cloudtrail,
];

/** The checks of `--costs`, for data that AWS has a day later. */
export const NEXT_DAY_CHECKS: readonly Check[] = [cloudtrail, costs];
