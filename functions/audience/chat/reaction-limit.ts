import { bucketOf } from '../../domain/chat-bucket.ts';
import { REACTION_NAMES, REACTIONS_PER_REQUEST_MAX, type ReactionCounts } from '../../domain/chat-reactions.ts';

/** Bounds the reactions of one bucket: of each caller, so that one program does not speak for the crowd, and of all. */
export interface ReactionLimit {
  /** Returns as many of the reactions as still count. */
  take(showId: string, caller: string, counts: ReactionCounts): ReactionCounts;
}

/** A few people behind one address, each as fast as fingers are. */
const PER_CALLER_MAX = REACTIONS_PER_REQUEST_MAX * 3;
/** More are not distinguished on any page. */
const PER_SHOW_MAX = 2_000;
const COUNTERS_MAX = 10_000;

/** Counts are in the memory of one process and of one bucket. */
export function createReactionLimit({ now }: { now: () => Date }): ReactionLimit {
  let bucket = -1;
  const used = new Map<string, number>();

  return {
    take(showId, caller, counts) {
      const current = bucketOf(now().getTime());
      if (current !== bucket) {
        bucket = current;
        used.clear();
      }
      const [ofShow, ofCaller] = [`show ${showId}`, `caller ${showId} ${caller}`];
      // A flood of addresses within two seconds counts as one caller.
      const callerKey = used.has(ofCaller) || used.size < COUNTERS_MAX ? ofCaller : 'others';
      const taken: ReactionCounts = {};
      for (const name of REACTION_NAMES) {
        const left = Math.min(
          PER_CALLER_MAX - (used.get(callerKey) ?? 0),
          PER_SHOW_MAX - (used.get(ofShow) ?? 0),
          counts[name] ?? 0,
        );
        if (left <= 0) continue;
        taken[name] = left;
        for (const key of [callerKey, ofShow]) used.set(key, (used.get(key) ?? 0) + left);
      }
      return taken;
    },
  };
}
