/**
 * Partitions of the chats. All begin with `audience#`, so that IAM can limit the public side to them
 * (`dynamodb:LeadingKeys`).
 */
export const CHAT_PARTITIONS = {
  settings: 'audience#chat-settings',
  totals: 'audience#chat-totals',
  salts: 'audience#chat-salts',
  messages: (showId: string) => `audience#chat#${showId}`,
  events: (showId: string) => `audience#chat-events#${showId}`,
  authors: (showId: string) => `audience#chat-authors#${showId}`,
  blocks: (showId: string) => `audience#chat-blocks#${showId}`,
  rates: (showId: string) => `audience#chat-rates#${showId}`,
  votes: (showId: string) => `audience#chat-votes#${showId}`,
  log: (showId: string) => `audience#chat-log#${showId}`,
} as const;

/** Returns when the table deletes an item, in Unix seconds. */
export function expiresAfter(now: Date, keptMs: number): number {
  return Math.ceil((now.getTime() + keptMs) / 1000);
}
