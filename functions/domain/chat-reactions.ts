/** Reactions, likes and ratings: counted, never stored with who sent them but for the one vote of a cookie. Pure. */

/** The emojis that may be sent, by the names under which they are counted. */
export const REACTIONS = { heart: '❤️', clap: '👏', laugh: '😂', wow: '😮', fire: '🔥', party: '🎉' } as const;
export type Reaction = keyof typeof REACTIONS;
export const REACTION_NAMES = Object.keys(REACTIONS) as Reaction[];

/** Presses of one page within one request; a page sends every two seconds at most. */
export const REACTIONS_PER_REQUEST_MAX = 20;

export type ReactionCounts = Partial<Record<Reaction, number>>;

/** Totals of a show. */
export interface ChatTotals {
  messages: number;
  reactions: number;
  likes: number;
  /** How many gave one to five stars, in that order. */
  ratings: [number, number, number, number, number];
}

export const NO_TOTALS: ChatTotals = { messages: 0, reactions: 0, likes: 0, ratings: [0, 0, 0, 0, 0] };

/** Returns the mean of the stars, rounded to one digit; null without a rating. */
export function meanRating({ ratings }: Pick<ChatTotals, 'ratings'>): number | null {
  const count = ratings.reduce((sum, each) => sum + each, 0);
  if (count === 0) return null;
  const stars = ratings.reduce((sum, each, index) => sum + each * (index + 1), 0);
  return Math.round((stars / count) * 10) / 10;
}

/**
 * Returns the reactions of a request, as far as they count. Above the limit the rest is dropped.
 * @returns null for anything that is not counts of known reactions
 */
export function readReactionCounts(value: unknown): ReactionCounts | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const counts: ReactionCounts = {};
  let left = REACTIONS_PER_REQUEST_MAX;
  for (const [name, count] of Object.entries(value)) {
    if (!isReaction(name) || !Number.isSafeInteger(count) || count < 0) return null;
    const taken = Math.min(count as number, left);
    left -= taken;
    if (taken > 0) counts[name] = taken;
  }
  return counts;
}

function isReaction(name: string): name is Reaction {
  return Object.hasOwn(REACTIONS, name);
}

/** Adds counts to a sum. */
export function addReactions(sum: ReactionCounts, counts: ReactionCounts): void {
  for (const name of REACTION_NAMES) {
    const count = counts[name] ?? 0;
    if (count > 0) sum[name] = (sum[name] ?? 0) + count;
  }
}
