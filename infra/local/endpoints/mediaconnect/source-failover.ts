import type { FailoverConfig, UpdateFailoverConfig } from '@aws-sdk/client-mediaconnect';
import type { FailoverRecord } from '../media/media-state.ts';
import { badRequest } from '../wire/aws-error.ts';

/**
 * Reads a SourceFailoverConfig. Members that an update leaves out stay as they are; a SourcePriority without a
 * PrimarySource ends the preference. SRT knows only the mode FAILOVER, and RecoveryWindow belongs to MERGE.
 * @param before what an update changes
 * @throws {AwsError} BadRequestException
 * @see https://docs.aws.amazon.com/mediaconnect/latest/ug/source-failover.html
 */
export function toFailover(
  config: FailoverConfig | UpdateFailoverConfig | undefined,
  before?: FailoverRecord,
): FailoverRecord | undefined {
  if (config === undefined) return before;
  const { FailoverMode: mode, RecoveryWindow: window, SourcePriority: priority } = config;
  if (mode === 'MERGE') {
    throw badRequest('SourceFailoverConfig.FailoverMode must be FAILOVER: SRT sources cannot be merged');
  }
  if (window !== undefined) {
    throw badRequest('SourceFailoverConfig.RecoveryWindow belongs to the mode MERGE: leave it out');
  }
  const state = config.State ?? before?.state ?? 'DISABLED';
  // AWS does not document the mode of a configuration without one.
  if (state === 'ENABLED' && before?.state !== 'ENABLED' && mode !== 'FAILOVER') {
    throw badRequest('SourceFailoverConfig.FailoverMode must be FAILOVER for SRT sources');
  }
  const primarySource = priority === undefined ? before?.primarySource : priority.PrimarySource;
  return { state, ...(primarySource !== undefined && { primarySource }) };
}

/** Describes the failover as MediaConnect does. It never says which source is in use: only the metrics do. */
export function toFailoverConfig({ state, primarySource }: FailoverRecord): FailoverConfig {
  return {
    State: state,
    FailoverMode: 'FAILOVER',
    ...(primarySource !== undefined && { SourcePriority: { PrimarySource: primarySource } }),
  };
}
