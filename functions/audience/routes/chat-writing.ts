import { claimName, countRequest, takeTurn } from '../../aws/chat-author-table.ts';
import { publishChatEvent } from '../../aws/chat-events-table.ts';
import { findBlock } from '../../aws/chat-moderation-table.ts';
import { putChatMessage } from '../../aws/chat-table.ts';
import { addToTotals } from '../../aws/chat-votes-table.ts';
import { toPublicMessage, type ChatMessage, type ChatSettings } from '../../domain/chat.ts';
import { authorIdOf } from '../../domain/chat-identity.ts';
import { hasLink } from '../../domain/chat-links.ts';
import { cleanChatName, cleanChatText, lookOfName } from '../../domain/chat-text.ts';
import { findRefusedWord } from '../../domain/chat-words.ts';
import type { Audience } from '../audience-deps.ts';
import type { AudienceParts } from '../audience-parts.ts';
import { findChatToWrite, readFields } from '../chat/find-chat.ts';
import { problem, type ProblemCode } from '../problem.ts';

/** Messages of one network in a minute. Behind one there may be a school; a raid comes from few networks. */
const MESSAGES_PER_MINUTE = 60;
const RETRY_SECONDS = 60;

/** Writing in the chat of a show: choose a name, then send messages. */
export function registerChatWriting(audience: Audience, parts: AudienceParts): void {
  const { deps } = parts;

  audience.put('/audience/v1/shows/:id/chat/name', async (context) => {
    const found = await findChatToWrite(parts, context, context.req.param('id'));
    if (found instanceof Response) return found;
    const { chat, showId, settings, opening } = found;
    if (opening !== 'open') return problem('chat_closed');
    const { name: raw } = await readFields(context);
    const cleaned = typeof raw === 'string' ? cleanChatName(raw) : null;
    if (!cleaned || 'fault' in cleaned || isRefused(cleaned.text, settings)) return problem('name_refused');
    const known = chat.visitors.read(context, showId) ?? (await chat.visitors.create(context, showId));
    if (!known) return problem('throttled', { 'retry-after': String(RETRY_SECONDS) });
    const now = deps.now();
    const identity = { id: known.id, name: cleaned.text, issuedAtMs: now.getTime() };
    const claim = { showId, look: lookOfName(cleaned.text), authorId: authorIdOf(showId, identity), now };
    if (!(await claimName(deps, claim))) return problem('name_taken');
    chat.visitors.send(context, showId, identity);
    return context.json({ name: cleaned.text });
  });

  audience.post('/audience/v1/shows/:id/chat/messages', async (context) => {
    const found = await findChatToWrite(parts, context, context.req.param('id'));
    if (found instanceof Response) return found;
    const { chat, showId, settings, opening } = found;
    if (opening !== 'open') return problem('chat_closed');
    const identity = chat.visitors.read(context, showId);
    if (!identity || identity.name === null) return problem('name_needed');
    const text = readText((await readFields(context))['text'], settings);
    if ('refusal' in text) return problem(text.refusal);
    const { name } = identity;
    // A word may have been refused after the name was chosen.
    if (isRefused(name, settings)) return problem('name_refused');

    const now = deps.now();
    const authorId = authorIdOf(showId, identity);
    const { today, yesterday } = await chat.networks.hashesOf(deps.nameCaller(context.env), showId);
    const targets = [
      { scope: 'author', target: authorId },
      { scope: 'network', target: today },
      { scope: 'network', target: yesterday },
    ] as const;
    if (await findBlock(deps, showId, targets, now)) return problem('blocked');
    const turn = await takeTurn(deps, { showId, authorId, slowMs: settings.slowModeSeconds * 1000, now });
    if ('waitMs' in turn) return problem('slow_mode', { 'retry-after': String(Math.ceil(turn.waitMs / 1000)) });
    const limit = { showId, what: 'message', network: today, perMinute: MESSAGES_PER_MINUTE, now } as const;
    if (!(await countRequest(deps, limit))) return problem('throttled', { 'retry-after': String(RETRY_SECONDS) });

    const isHeld = settings.isFirstHeld && !turn.isApproved;
    const message: ChatMessage = {
      ...{ messageId: chat.newId(), state: isHeld ? 'held' : 'visible' },
      ...{ authorId, name, text: text.text, at: now.toISOString(), addressHash: today },
    };
    await putChatMessage(deps, showId, message);
    if (!isHeld) {
      const published = toPublicMessage(message);
      await publishChatEvent({ ...deps, newEventId: chat.newId }, showId, { kind: 'message', message: published });
      await addToTotals(deps, showId, { messages: 1 });
    }
    return context.json({ message: toPublicMessage(message), isHeld }, 201);
  });
}

function readText(raw: unknown, settings: ChatSettings): { text: string } | { refusal: ProblemCode } {
  const cleaned = typeof raw === 'string' ? cleanChatText(raw) : null;
  if (!cleaned || 'fault' in cleaned) return { refusal: 'text_refused' };
  if (!settings.hasLinks && hasLink(cleaned.text)) return { refusal: 'link_refused' };
  return findRefusedWord(cleaned.text, settings.wordsRefused) === null ? cleaned : { refusal: 'word_refused' };
}

function isRefused(name: string, { hasLinks, wordsRefused }: ChatSettings): boolean {
  return (!hasLinks && hasLink(name)) || findRefusedWord(name, wordsRefused) !== null;
}
