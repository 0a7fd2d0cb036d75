import { DescribeChannelCommand, ListOriginEndpointsCommand } from '@aws-sdk/client-mediapackage';
import { isNotFound } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';

/** The header that authenticates a CDN to MediaPackage, and the field of the secret that holds its value. */
export const CDN_IDENTIFIER_HEADER = 'X-MediaPackage-CDNIdentifier';
export const CDN_IDENTIFIER_FIELD = 'MediaPackageCDNIdentifier';

/** Returns true when the MediaPackage channel that the primary channel writes to exists. */
export async function packageChannelExists({
  clients,
  deployment,
}: AwsDeps<'mediaPackage', 'packageChannelId'>): Promise<boolean> {
  try {
    await clients.mediaPackage.send(new DescribeChannelCommand({ Id: deployment.packageChannelId }));
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Returns the URL of the HLS playlist, or null when the channel has no endpoint. */
export async function findHlsUrl({
  clients,
  deployment,
}: AwsDeps<'mediaPackage', 'packageChannelId'>): Promise<string | null> {
  const { OriginEndpoints: endpoints = [] } = await clients.mediaPackage.send(
    new ListOriginEndpointsCommand({ ChannelId: deployment.packageChannelId }),
  );
  return endpoints.find((endpoint) => endpoint.HlsPackage)?.Url ?? endpoints[0]?.Url ?? null;
}
