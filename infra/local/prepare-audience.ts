import { randomBytes } from 'node:crypto';
import type { AudienceDeps, AudienceLogger } from '../../functions/audience/audience-deps.ts';
import type { AwsDeps } from '../../functions/aws/clients.ts';
import { findHlsUrl } from '../../functions/aws/package-channel.ts';
import { memoize } from '../../functions/domain/memoize.ts';
import { isLoopbackHost } from './host/loopback-hosts.ts';
import { nameCaller } from './host/name-caller.ts';
import { readPageAssets } from './host/page-assets.ts';
import { deriveLocalKey } from './host/root-key.ts';
import type { Settings } from './host/settings.ts';
import type { ProductCode } from './product-code.ts';

interface AudienceOptions {
  settings: Pick<Settings, 'audience' | 'dataDirectory' | 'host'>;
  /** Built dashboard, which includes the files of the watch page; undefined when another server has it. */
  dashboardDirectory: string | undefined;
  logger: AudienceLogger;
}

/** Where the live stream is rarely changes; without one, the next request looks again. */
const STREAM_KEPT_MS = 5_000;

/** Returns what creates the public side from code. What it needs besides is opened once. */
export function prepareAudience(
  { settings, dashboardDirectory, logger }: AudienceOptions,
  {
    hlsProxy,
    ...aws
  }: AwsDeps<'mediaPackage' | 's3' | 'table', 'packageChannelId' | 'recordingBucket' | 'reportBucket' | 'tableName'> & {
    hlsProxy: (path: string) => Promise<Response>;
  },
): (code: ProductCode) => ReturnType<ProductCode['createAudience']> {
  const { audience } = settings;
  if (audience === null) return (code) => code.createClosedAudience({ https: false });
  const now = () => new Date();
  const stream = memoize({ milliseconds: STREAM_KEPT_MS, now, isKept: (url) => url !== null }, () => findHlsUrl(aws));
  const deps: AudienceDeps = {
    ...aws,
    now,
    newSecret: () => randomBytes(18).toString('base64url'),
    logger,
    assets: dashboardDirectory === undefined ? null : readPageAssets(dashboardDirectory),
    live: {
      async fetch(path) {
        const url = await stream.get();
        return url === null ? new Response(null, { status: 404 }) : hlsProxy(new URL(path, url).pathname);
      },
    },
    chatKey: deriveLocalKey(settings.dataDirectory, 'chat cookies'),
    viewersMax: audience.viewersMax,
    nameCaller,
    https: false,
    ...(isLoopbackHost(settings.host) ? { isHostAllowed: isLoopbackHost } : {}),
  };
  return (code) => code.createAudience(deps);
}
