import { ulid } from 'ulid';
import { addReactionsToBucket } from '../../aws/chat-events-table.ts';
import { addToTotals } from '../../aws/chat-votes-table.ts';
import { createChatKey } from '../../domain/chat-identity.ts';
import { REACTION_NAMES } from '../../domain/chat-reactions.ts';
import type { AudienceDeps } from '../audience-deps.ts';
import { createChatReading, type ChatReading } from './chat-reading.ts';
import { createNetworks, type Networks } from './networks.ts';
import { createReactionBatches, type ReactionBatches } from './reaction-batches.ts';
import { createReactionLimit, type ReactionLimit } from './reaction-limit.ts';
import { createVisitors, type Visitors } from './visitors.ts';

/** What the routes of the chats share. All that lasts is in the table, because several processes may serve one chat. */
export interface Chat {
  reading: ChatReading;
  visitors: Visitors;
  networks: Networks;
  reactions: ReactionBatches;
  reactionLimit: ReactionLimit;
  /** Returns the id of a message or an event. Ids sort by time. */
  newId: () => string;
}

/** @param chatKey secret of the deployment */
export function createChat(deps: AudienceDeps, chatKey: Uint8Array): Chat {
  const key = createChatKey(chatKey);
  const networks = createNetworks(deps, key);
  return {
    reading: createChatReading(deps),
    visitors: createVisitors(deps, key, networks),
    networks,
    reactions: createReactionBatches(async (showId, sum) => {
      const reactions = REACTION_NAMES.reduce((count, name) => count + (sum[name] ?? 0), 0);
      await addReactionsToBucket(deps, showId, sum, deps.now());
      await addToTotals(deps, showId, { reactions });
    }),
    reactionLimit: createReactionLimit(deps),
    newId: () => ulid(deps.now().getTime()).toLowerCase(),
  };
}
