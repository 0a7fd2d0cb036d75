import { putLike, putRating } from '../../aws/chat-votes-table.ts';
import { authorIdOf } from '../../domain/chat-identity.ts';
import { readReactionCounts } from '../../domain/chat-reactions.ts';
import type { Audience, AudienceContext } from '../audience-deps.ts';
import type { AudienceParts } from '../audience-parts.ts';
import { findChatToWrite, readFields, type FoundChat } from '../chat/find-chat.ts';
import { problem } from '../problem.ts';
import { canRate } from './chat-reading.ts';

const STARS_MAX = 5;
const RETRY_SECONDS = 60;

/** Reactions, the like and the rating of a show. What is stored is counts, and one vote of each cookie. */
export function registerChatVotes(audience: Audience, parts: AudienceParts): void {
  const { deps } = parts;

  audience.post('/audience/v1/shows/:id/chat/reactions', async (context) => {
    const found = await findChatToWrite(parts, context, context.req.param('id'));
    if (found instanceof Response) return found;
    const { chat, showId } = found;
    if (!found.canReact) return problem('chat_closed');
    const counts = readReactionCounts((await readFields(context))['counts']);
    if (!counts) return problem('fields_refused');
    const taken = chat.reactionLimit.take(showId, deps.nameCaller(context.env), counts);
    if (Object.keys(taken).length > 0) await chat.reactions.add(showId, taken);
    return context.body(null, 204);
  });

  audience.put('/audience/v1/shows/:id/chat/like', async (context) => {
    const found = await findChatToWrite(parts, context, context.req.param('id'));
    if (found instanceof Response) return found;
    if (!found.settings.hasReactions) return problem('chat_closed');
    const { isLiked } = await readFields(context);
    if (typeof isLiked !== 'boolean') return problem('fields_refused');
    const authorId = await identify(context, found);
    if (authorId === null) return problem('throttled', { 'retry-after': String(RETRY_SECONDS) });
    await putLike(deps, { showId: found.showId, authorId, isLiked, now: deps.now() });
    return context.json({ isLiked });
  });

  audience.put('/audience/v1/shows/:id/chat/rating', async (context) => {
    const found = await findChatToWrite(parts, context, context.req.param('id'));
    if (found instanceof Response) return found;
    if (!canRate(found)) return problem('chat_closed');
    const { stars } = await readFields(context);
    if (!Number.isInteger(stars) || Number(stars) < 1 || Number(stars) > STARS_MAX) return problem('fields_refused');
    const authorId = await identify(context, found);
    if (authorId === null) return problem('throttled', { 'retry-after': String(RETRY_SECONDS) });
    await putRating(deps, { showId: found.showId, authorId, stars: Number(stars), now: deps.now() });
    return context.json({ stars });
  });
}

/** Returns the author of a vote, who needs no name; null when the network got too many new cookies. */
async function identify(context: AudienceContext, { chat, showId }: FoundChat): Promise<string | null> {
  const known = chat.visitors.read(context, showId);
  if (known) return authorIdOf(showId, known);
  const created = await chat.visitors.create(context, showId);
  if (created) chat.visitors.send(context, showId, created);
  return created && authorIdOf(showId, created);
}
