import { createHash } from 'node:crypto';
import type { Deployment } from './clients.ts';

/** Tag keys that say whose a resource is. A resource without them is not ours and is never touched. */
export const DEPLOYMENT_TAG = 'sluice:deployment';
const DESTINATION_TAG = 'sluice:destination';

/** The table's index over the history of all destinations. */
export const HISTORY_BY_DAY = 'HistoryByDay';

/** The log group that MediaLive writes all channels' encoder logs to. [medialive/latest/ug/working-with-logs] */
export const CHANNEL_LOG_GROUP = 'ElementalMediaLive';

/** Tags of everything a destination makes. */
export function tagsOf(deployment: Pick<Deployment, 'deploymentId'>, destinationId: string): Record<string, string> {
  return { [DEPLOYMENT_TAG]: deployment.deploymentId, [DESTINATION_TAG]: destinationId };
}

/** True when the tags say that the resource belongs to this destination of this deployment. */
export function isOurs(
  deployment: Pick<Deployment, 'deploymentId'>,
  destinationId: string,
  tags: Record<string, string> | undefined,
): boolean {
  return tags?.[DEPLOYMENT_TAG] === deployment.deploymentId && tags[DESTINATION_TAG] === destinationId;
}

/** The destination the tags name, or null when they are not this deployment's. */
export function destinationOfTags(
  deployment: Pick<Deployment, 'deploymentId'>,
  tags: Record<string, string>,
): string | null {
  return tags[DEPLOYMENT_TAG] === deployment.deploymentId ? (tags[DESTINATION_TAG] ?? null) : null;
}

/** The inverse of `resourceName`; null when the name is not of this deployment's making. */
export function destinationOfName(deployment: Pick<Deployment, 'deploymentId'>, name: string): string | null {
  const prefix = resourceName(deployment, '');
  const destinationId = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^(primary|dst_[0-9a-z]{26})$/.test(destinationId) ? destinationId : null;
}

/** Deterministic name of a destination's input, channel and flow output: the way to find them again. */
export function resourceName(deployment: Pick<Deployment, 'deploymentId'>, destinationId: string): string {
  return `sluice-${deployment.deploymentId}-${destinationId}`;
}

/**
 * Idempotency token of CreateInput and CreateChannel. The SDK's own token protects its own retries only; a repeated
 * step is a new call and needs the same token again.
 */
export function requestIdOf(
  deployment: Pick<Deployment, 'deploymentId'>,
  destinationId: string,
  generation: number,
  what: 'input' | 'channel',
): string {
  return createHash('sha256')
    .update(JSON.stringify([deployment.deploymentId, destinationId, generation, what]))
    .digest('hex')
    .slice(0, 40);
}

/** The Region the deployment is in, as its flow's ARN has it. */
export function regionOf({ flowArn }: Pick<Deployment, 'flowArn'>): string {
  return flowArn.split(':')[3] ?? '';
}
