import { createHash } from 'node:crypto';
import type { Deployment } from './clients.ts';

/** Tag keys that name a resource's owner. Sluice never touches a resource without them. */
export const DEPLOYMENT_TAG = 'sluice:deployment';
export const DESTINATION_TAG = 'sluice:destination';

/** Index of the table over the history of all destinations. */
export const HISTORY_BY_DAY = 'HistoryByDay';

/** Partitions of the table whose items only the API may read and write, because they say who has access. */
export const ACCESS_PARTITIONS = { accessTokens: 'ACCESS-TOKENS', invitations: 'INVITATIONS' } as const;

/**
 * Log group to which MediaLive writes the logs of all channels.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/working-with-logs.html
 */
export const CHANNEL_LOG_GROUP = 'ElementalMediaLive';

/** Names of the output groups in a channel's encoder settings. MediaLive publishes `ActiveOutputs` per output group. */
export const OUTPUT_GROUP_NAMES = { rtmp: 'rtmp', package: 'package' } as const;
export type OutputGroupName = (typeof OUTPUT_GROUP_NAMES)[keyof typeof OUTPUT_GROUP_NAMES];

/** Returns the tags of every resource that is created for a destination. */
export function tagsOf(deployment: Pick<Deployment, 'deploymentId'>, destinationId: string): Record<string, string> {
  return { [DEPLOYMENT_TAG]: deployment.deploymentId, [DESTINATION_TAG]: destinationId };
}

/** Returns true when the tags name this destination of this deployment. */
export function isOurs(
  deployment: Pick<Deployment, 'deploymentId'>,
  destinationId: string,
  tags: Record<string, string> | undefined,
): boolean {
  return tags?.[DEPLOYMENT_TAG] === deployment.deploymentId && tags[DESTINATION_TAG] === destinationId;
}

/** Returns the destination that the tags name, or null when they are not this deployment's. */
export function destinationOfTags(
  deployment: Pick<Deployment, 'deploymentId'>,
  tags: Record<string, string>,
): string | null {
  return tags[DEPLOYMENT_TAG] === deployment.deploymentId ? (tags[DESTINATION_TAG] ?? null) : null;
}

/** Returns the name of the flow output that feeds the second pipeline of a destination's channel. */
export function backupOutputName(deployment: Pick<Deployment, 'deploymentId'>, destinationId: string): string {
  return `${resourceName(deployment, destinationId)}${BACKUP_SUFFIX}`;
}

const BACKUP_SUFFIX = '-backup';

/** Inverts `resourceName` and `backupOutputName`. Returns null when the name is not one of this deployment's. */
export function destinationOfName(deployment: Pick<Deployment, 'deploymentId'>, name: string): string | null {
  const prefix = resourceName(deployment, '');
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  const destinationId = rest.endsWith(BACKUP_SUFFIX) ? rest.slice(0, -BACKUP_SUFFIX.length) : rest;
  return /^(primary|dst_[0-9a-z]{26})$/.test(destinationId) ? destinationId : null;
}

/** Returns the deterministic name of a destination's input, channel and flow output, by which they are found again. */
export function resourceName(deployment: Pick<Deployment, 'deploymentId'>, destinationId: string): string {
  return `sluice-${deployment.deploymentId}-${destinationId}`;
}

/** Returns what the names of all secrets of SRT destinations begin with. Permissions are limited to it. */
export function secretNamePrefix({ deploymentId }: Pick<Deployment, 'deploymentId'>): string {
  return `sluice/${deploymentId}/srt/`;
}

/**
 * Returns the idempotency token of CreateInput and CreateChannel. The SDK's own token protects only its own retries; a
 * repeated step is a new call and must send the same token again.
 */
export function requestIdOf(
  deployment: Pick<Deployment, 'deploymentId'>,
  destinationId: string,
  generation: number,
  what: string,
): string {
  return createHash('sha256')
    .update(JSON.stringify([deployment.deploymentId, destinationId, generation, what]))
    .digest('hex')
    .slice(0, 40);
}

/** Returns the deployment's Region, taken from the flow's ARN. */
export function regionOf({ flowArn }: Pick<Deployment, 'flowArn'>): string {
  return flowArn.split(':')[3] ?? '';
}
