import { BUCKET_MS, BUCKETS_KEPT_MS, closesAtMs } from '../../domain/chat-bucket.ts';
import { meanRating, REACTIONS } from '../../domain/chat-reactions.ts';
import type { Audience } from '../audience-deps.ts';
import type { AudienceParts } from '../audience-parts.ts';
import { findChat, type FoundChat } from '../chat/find-chat.ts';
import { cachePolicyOf } from '../find-show.ts';
import { problem } from '../problem.ts';

const BEGINNING_CACHED_SECONDS = 1;
/** Longer than readers ask for it, so that a CDN asks once. */
const BUCKET_CACHED_SECONDS = 600;
const BUCKET = /^\d{1,12}$/;

/** Reading the chat of a show: once the newest messages, and then bucket by bucket. All readers get the same bytes. */
export function registerChatReading(audience: Audience, parts: AudienceParts): void {
  const { deps } = parts;

  audience.get('/audience/v1/shows/:id/chat', async (context) => {
    const found = await findChat(parts, context, context.req.param('id'));
    if (found instanceof Response) return found;
    const { chat, show, showId, settings, opening } = found;
    context.header('cache-control', cachePolicyOf(show, BEGINNING_CACHED_SECONDS));
    const { messages, totals, nextBucket } = await chat.reading.beginning(showId);
    const { slowModeSeconds, isFirstHeld, hasLinks, hasReactions } = settings;
    return context.json({
      opening,
      ...{ slowModeSeconds, isFirstHeld, hasLinks },
      canReact: found.canReact,
      reactions: hasReactions ? REACTIONS : {},
      messages: opening === 'off' ? [] : messages,
      likes: hasReactions ? totals.likes : null,
      rating: hasReactions
        ? {
            mean: meanRating(totals),
            count: totals.ratings.reduce((sum, each) => sum + each, 0),
            isOpen: canRate(found),
          }
        : null,
      nextBucket,
      nextInMs: Math.max(0, closesAtMs(nextBucket) - deps.now().getTime()),
      bucketMs: BUCKET_MS,
    });
  });

  audience.get('/audience/v1/shows/:id/chat/buckets/:bucket', async (context) => {
    const found = await findChat(parts, context, context.req.param('id'));
    if (found instanceof Response) return found;
    const text = context.req.param('bucket');
    if (!BUCKET.test(text)) return problem('not_found');
    const bucket = Number(text);
    const ageMs = deps.now().getTime() - closesAtMs(bucket);
    if (ageMs < 0) return problem('not_closed', { 'retry-after': '1' });
    if (ageMs > BUCKETS_KEPT_MS) return problem('gone');
    const content = await found.chat.reading.bucket(found.showId, bucket);
    const policy = cachePolicyOf(found.show, BUCKET_CACHED_SECONDS);
    context.header('cache-control', policy.startsWith('public') ? `${policy}, immutable` : policy);
    return context.json(content);
  });
}

/** A show is rated after it. */
export function canRate({ show, settings }: Pick<FoundChat, 'show' | 'settings'>): boolean {
  return settings.hasReactions && show.audience.phase === 'after';
}
