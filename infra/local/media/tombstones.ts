import type { MediaContext } from './media-context.ts';

// AWS does not say how long deleted MediaLive resources stay describable. A day is longer than any workflow here.
const TOMBSTONE_MS = 24 * 60 * 60 * 1000;

/** Drops deleted MediaLive resources nobody can still be waiting for. Does not commit. */
export function forgetTombstones(context: MediaContext): void {
  const oldestMs = context.clock.now() - TOMBSTONE_MS;
  const { channels, inputs, inputSecurityGroups } = context.state;
  for (const records of [channels, inputs, inputSecurityGroups] as Record<string, Tombstone>[]) {
    for (const [id, record] of Object.entries(records)) {
      if ((record.deletedAtMs ?? Infinity) > oldestMs) continue;
      delete records[id];
      delete context.state.tags[record.arn];
    }
  }
}

interface Tombstone {
  arn: string;
  deletedAtMs?: number;
}
