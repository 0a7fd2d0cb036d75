import type { ApiAudience } from '../../../functions/api/api-deps.ts';
import type { LimitedKey } from '../endpoints/wire/limited-key.ts';
import { audienceOriginOf } from '../host/origins.ts';
import { deriveLocalKey } from '../host/root-key.ts';
import type { Settings } from '../host/settings.ts';
import { RECORDING_BUCKET } from '../host/store/kept-files.ts';
import { REPORT_BUCKET, TABLE_NAME } from '../provision.ts';
import { createAudienceKey } from './audience-key.ts';
import type { AudienceOpening } from './audience-messages.ts';
import {
  startAudienceSupervisor,
  type AudienceSupervisor,
  type AudienceSupervisorOptions,
} from './audience-supervisor.ts';

/** The running public side, and what the API says about it. */
export type PublicSide = AudienceSupervisor & ApiAudience;

interface PublicSideOptions extends Pick<AudienceSupervisorOptions, 'logger'> {
  settings: Pick<Settings, 'audience' | 'dataDirectory'>;
  /** Built dashboard; undefined when another server has it. */
  dashboardDirectory: string | undefined;
}

/** What the public side must be given once the local AWS runs. */
interface PublicSideAccess extends Pick<AudienceOpening, 'cdnIdentifier' | 'deployment'> {
  /** Of the local AWS. */
  endpoint: string;
}

interface PreparedPublicSide {
  /** Keys that the local AWS must accept. */
  limitedKeys: LimitedKey[];
  /** Starts the process. Undefined while the public side is off. */
  start(access: PublicSideAccess): PublicSide | undefined;
}

/** Creates the access key of the public side, and what starts its process. */
export function preparePublicSide({ settings, dashboardDirectory, logger }: PublicSideOptions): PreparedPublicSide {
  const { audience, dataDirectory } = settings;
  if (audience === null) return { limitedKeys: [], start: () => undefined };
  const names = { tableName: TABLE_NAME, reportBucket: REPORT_BUCKET, recordingBucket: RECORDING_BUCKET };
  const key = createAudienceKey(names);
  return {
    limitedKeys: [key],
    start({ endpoint, cdnIdentifier, deployment: { packageChannelId } }) {
      const supervisor = startAudienceSupervisor({
        opening: {
          settings: audience,
          dashboardDirectory: dashboardDirectory ?? null,
          aws: { endpoint, accessKeyId: key.accessKeyId },
          // Named one by one, because the deployment has secrets too.
          deployment: { ...names, packageChannelId },
          cdnIdentifier,
          chatKey: deriveLocalKey(dataDirectory, 'chat cookies').toString('hex'),
        },
        logger,
      });
      return { ...supervisor, originFor: (host) => audienceOriginOf(audience, host) };
    },
  };
}
