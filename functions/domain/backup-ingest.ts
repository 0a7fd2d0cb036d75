import type { Platform } from '../../presets/index.ts';
import type { ChannelClass, Destination } from './destination.ts';
import { parseIngestUrl } from './ingest-url.ts';

/**
 * The backup ingest: a second pipeline of the channel pushes the same stream to the platform's backup address, so that
 * the broadcast survives the loss of one line, server or pipeline.
 */

/** Returns the class of channel that a destination needs: two addresses need two pipelines. */
export function channelClassOf({ backupRtmpUrl }: Pick<Destination, 'backupRtmpUrl'>): ChannelClass {
  return backupRtmpUrl ? 'STANDARD' : 'SINGLE_PIPELINE';
}

/** Returns why a platform takes no backup ingest, or null when it takes one. */
export function backupRefusalOf(platform: Pick<Platform, 'name' | 'protocols' | 'takesBackup'>): string | null {
  if (platform.takesBackup) return null;
  if (platform.protocols.includes('srt')) {
    return 'an SRT destination has no channel with a second pipeline: add a second SRT destination for the backup';
  }
  return `${platform.name} takes one publisher per stream key, and a second one would disconnect the first: leave it off`;
}

/** One server with a stream key, to which a destination publishes. */
export interface PublishedPlace {
  platform: string;
  rtmpUrl: string;
  streamKeyFingerprint: string | null;
}

/** Returns where a destination publishes: to its main address, and to its backup address if it has one. */
export function publishedPlaces(
  record: Pick<
    Destination,
    'backupRtmpUrl' | 'backupStreamKeyFingerprint' | 'platform' | 'rtmpUrl' | 'streamKeyFingerprint'
  >,
): PublishedPlace[] {
  const { backupRtmpUrl, backupStreamKeyFingerprint, platform, rtmpUrl, streamKeyFingerprint } = record;
  const main = { platform, rtmpUrl, streamKeyFingerprint };
  if (!backupRtmpUrl) return [main];
  const fingerprint = backupStreamKeyFingerprint ?? streamKeyFingerprint;
  return [main, { platform, rtmpUrl: backupRtmpUrl, streamKeyFingerprint: fingerprint }];
}

/** Returns true when two URLs lead to the same application of the same server. */
export function isSameAddress(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => parseIngestUrl(text, { loopbackAllowed: true }));
  if (!left?.ok || !right?.ok) return one === other;
  return left.url.host === right.url.host && left.url.port === right.url.port && left.url.app === right.url.app;
}

/**
 * Returns true when two places get the same stream key. A platform has one key space behind all its URLs; a custom server
 * distinguishes streams by port and application.
 */
export function isSamePlace(one: PublishedPlace, other: PublishedPlace): boolean {
  if (one.streamKeyFingerprint === null || one.streamKeyFingerprint !== other.streamKeyFingerprint) return false;
  const [left, right] = [one, other].map(({ rtmpUrl }) => parseIngestUrl(rtmpUrl, { loopbackAllowed: true }));
  if (!left?.ok || !right?.ok || left.url.host !== right.url.host) return false;
  const isOwnServer = one.platform === 'custom' || other.platform === 'custom';
  return !isOwnServer || (left.url.port === right.url.port && left.url.app === right.url.app);
}
