import type { MediaContext } from '../media/media-context.ts';

// AWS does not say how long deleted MediaLive resources stay describable. A day is longer than any workflow here.
const TOMBSTONE_MS = 24 * 60 * 60 * 1000;
/** Per kind. Every change saves the whole state, so it must not grow with deleted resources. */
const TOMBSTONES_MAX = 200;

/** Drops old tombstones of MediaLive resources, which no caller can still poll. Does not commit. */
export function forgetTombstones(context: MediaContext): void {
  const oldestMs = context.clock.now() - TOMBSTONE_MS;
  const { channels, inputs, inputSecurityGroups } = context.state;
  for (const records of [channels, inputs, inputSecurityGroups] as Record<string, Tombstone>[]) {
    const deleted = Object.entries(records)
      .filter(([, { deletedAtMs }]) => deletedAtMs !== undefined)
      .toSorted(([, one], [, other]) => other.deletedAtMs! - one.deletedAtMs!);
    for (const [index, [id, record]] of deleted.entries()) {
      if (index < TOMBSTONES_MAX && record.deletedAtMs! > oldestMs) continue;
      delete records[id];
      delete context.state.tags[record.arn];
    }
  }
}

interface Tombstone {
  arn: string;
  deletedAtMs?: number;
}
