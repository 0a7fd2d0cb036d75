import { addReactions, type ReactionCounts } from '../../domain/chat-reactions.ts';

/**
 * Adds the reactions of many requests together before they are stored, so that a flood costs a few writes a second. A
 * request waits until its batch is stored: nothing is lost when the process is frozen or ends after the answer.
 */
export interface ReactionBatches {
  add(showId: string, counts: ReactionCounts): Promise<void>;
}

const BATCH_MS = 250;

/** @param store stores the sum of one batch */
export function createReactionBatches(store: (showId: string, sum: ReactionCounts) => Promise<void>): ReactionBatches {
  const open = new Map<string, { sum: ReactionCounts; stored: Promise<void> }>();

  function begin(showId: string): { sum: ReactionCounts; stored: Promise<void> } {
    const sum: ReactionCounts = {};
    const stored = new Promise<void>((resolve) => setTimeout(resolve, BATCH_MS)).then(() => {
      open.delete(showId);
      return store(showId, sum);
    });
    const batch = { sum, stored };
    open.set(showId, batch);
    return batch;
  }

  return {
    add(showId, counts) {
      const batch = open.get(showId) ?? begin(showId);
      addReactions(batch.sum, counts);
      return batch.stored;
    },
  };
}
