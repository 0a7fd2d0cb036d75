import type { Destination } from './destination.ts';

/** How often a stream key can be used. Apart from the checks of it, so that the lifecycle does not contain them. */

export const KEY_USES = ['reusable', 'once'] as const;
/** `once`: the platform issued the key for one broadcast. */
export type KeyUse = (typeof KEY_USES)[number];

/** Notes the first run with a key for one broadcast. @param at when the destination began to run */
export function withKeyUsed(record: Destination, at: string): Destination {
  const { configurationGeneration = -1, held, keyUsedAt, keyUse } = record;
  // A key that was replaced during the start is not the one that runs.
  const isOther = held.channelRun !== undefined && configurationGeneration >= held.channelRun.generation;
  return keyUse === 'once' && !keyUsedAt && !isOther ? { ...record, keyUsedAt: at } : record;
}
