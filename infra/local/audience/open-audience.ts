import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createAudience } from '../../../functions/audience/app.ts';
import type { Audience, AudienceLogger, AudienceMeter } from '../../../functions/audience/audience-deps.ts';
import { readPageAssets } from '../../../functions/audience/page-assets.ts';
import { CDN_IDENTIFIER_HEADER, findHlsUrl } from '../../../functions/aws/package-channel.ts';
import { memoize } from '../../../functions/domain/memoize.ts';
import { isLoopbackHost } from '../host/loopback-hosts.ts';
import { WATCH_FOLDER } from '../host/watch-folder.ts';
import type { AudienceSettings } from '../host/settings.ts';
import { createAudienceClients } from './audience-clients.ts';
import { createMediaKey } from './media-key.ts';
import type { AudienceOpening } from './audience-messages.ts';
import { createWatcherNames } from './watcher-names.ts';

/** Where the live stream is rarely changes; without one, the next request looks again. */
const STREAM_KEPT_MS = 5_000;

/** Creates the public side of one machine: the code that AWS would run, with clients for the local AWS. */
export function openAudience(
  { settings, dashboardDirectory, aws, deployment, cdnIdentifier, chatKey }: AudienceOpening,
  { logger, meter }: { logger: AudienceLogger; meter?: AudienceMeter },
): Audience {
  const { origin, viewersMax } = settings;
  const { mediaPackage, ...clients } = createAudienceClients(aws);
  const now = () => new Date();
  const stream = memoize({ milliseconds: STREAM_KEPT_MS, now, isKept: (url) => url !== null }, () =>
    findHlsUrl({ clients: { mediaPackage }, deployment }),
  );
  return createAudience({
    clients,
    deployment,
    now,
    newSecret: () => randomBytes(18).toString('base64url'),
    logger,
    ...(meter && { meter }),
    assets: dashboardDirectory === null ? null : readPageAssets(join(dashboardDirectory, WATCH_FOLDER)),
    live: {
      async fetch(path) {
        const url = await stream.get();
        if (url === null) return new Response(null, { status: 404 });
        const headers = { [CDN_IDENTIFIER_HEADER]: cdnIdentifier };
        return fetch(aws.endpoint + new URL(path, url).pathname, { headers });
      },
    },
    mediaKey: createMediaKey(),
    chatKey: Buffer.from(chatKey, 'hex'),
    viewersMax,
    nameCaller: createWatcherNames({ isBehindProxy: origin !== null }),
    ...(origin !== null && { origin }),
    https: origin?.startsWith('https:') ?? false,
    ...hostRule(settings),
  });
}

/**
 * Refuses requests under other names: a DNS name for this machine would let a foreign page read answers as its own. On an
 * address that is not loopback, and without a public one, the operator chose to be reachable under any name.
 */
function hostRule({ host, origin }: AudienceSettings): { isHostAllowed?: (host: string) => boolean } {
  if (origin !== null) {
    const { hostname } = new URL(origin);
    return { isHostAllowed: (name) => name === hostname || isLoopbackHost(name) };
  }
  return isLoopbackHost(host) ? { isHostAllowed: isLoopbackHost } : {};
}
