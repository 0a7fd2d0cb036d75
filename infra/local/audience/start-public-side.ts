import type { ApiAudience } from '../../../functions/api/api-deps.ts';
import { audienceOriginOf } from '../host/origins.ts';
import type { Settings } from '../host/settings.ts';
import type { AudienceOpening } from './audience-messages.ts';
import {
  startAudienceSupervisor,
  type AudienceSupervisor,
  type AudienceSupervisorOptions,
} from './audience-supervisor.ts';

/** The running public side, and what the API says about it. */
type PublicSide = AudienceSupervisor & ApiAudience;

interface PublicSideOptions extends Pick<AudienceSupervisorOptions, 'logger'> {
  settings: Pick<Settings, 'audience'>;
  /** Built dashboard; undefined when another server has it. */
  dashboardDirectory: string | undefined;
}

/** Starts the process of the public side. Undefined while it is off. */
export function startPublicSide(
  { settings, dashboardDirectory, logger }: PublicSideOptions,
  access: Pick<AudienceOpening, 'aws' | 'cdnIdentifier' | 'deployment'>,
): PublicSide | undefined {
  const { audience } = settings;
  if (audience === null) return undefined;
  const { packageChannelId, recordingBucket, reportBucket, tableName } = access.deployment;
  // Named one by one, because the deployment has secrets too.
  const deployment = { packageChannelId, recordingBucket, reportBucket, tableName };
  const supervisor = startAudienceSupervisor({
    opening: { ...access, settings: audience, dashboardDirectory: dashboardDirectory ?? null, deployment },
    logger,
  });
  return { ...supervisor, originFor: (host) => audienceOriginOf(audience, host) };
}
