import { countRequest } from '../../aws/chat-author-table.ts';
import { getChatMessage } from '../../aws/chat-table.ts';
import { addFlagNote, countFlag } from '../../aws/flag-table.ts';
import { MESSAGE_ID } from '../../domain/chat.ts';
import { cleanChatText } from '../../domain/chat-text.ts';
import { flagIdOf, isFlagReason, type Flag, type FlagReason } from '../../domain/flag.ts';
import type { Audience, AudienceContext } from '../audience-deps.ts';
import type { AudienceParts } from '../audience-parts.ts';
import { findShow, type RequestedShow } from '../find-show.ts';
import { isFromOwnPage } from '../own-page.ts';
import { flaggedPage, flagPage } from '../pages/flag-page.ts';
import { missingPage } from '../pages/message-page.ts';
import { problem } from '../problem.ts';

/** Flags of one network in a minute. */
const FLAGS_PER_MINUTE = 10;
const RETRY_SECONDS = 60;
const MESSAGE_PARAMETER = 'message';

type Subject = { show: RequestedShow } & Pick<Flag, 'flagId' | 'showId' | 'messageId' | 'message'>;

/** Watchers flag a show, or a message of its chat. The form works without a script. */
export function registerFlags(audience: Audience, parts: AudienceParts): void {
  const { chat, deps } = parts;
  const missing = (context: AudienceContext) => context.html(missingPage(deps.assets), 404);

  async function findSubject(context: AudienceContext): Promise<Subject | null> {
    const show = chat && (await findShow(parts, context, context.req.param('slug') ?? ''));
    if (!show) return null;
    const { showId } = show.record;
    const messageId = context.req.query(MESSAGE_PARAMETER) ?? null;
    if (messageId === null) return { show, flagId: flagIdOf(showId, null), showId, messageId, message: null };
    const found = MESSAGE_ID.test(messageId) ? await getChatMessage(deps, showId, messageId) : null;
    // Watchers see none that waits for a moderator or was deleted.
    if (found?.state !== 'visible') return null;
    const { name, text } = found;
    return { show, flagId: flagIdOf(showId, messageId), showId, messageId, message: { name, text } };
  }

  audience.get('/watch/:slug/flag', async (context) => {
    const subject = await findSubject(context);
    if (!subject) return missing(context);
    context.header('cache-control', 'private, no-store');
    return context.html(flagPage(deps.assets, { show: subject.show.audience, message: subject.message }));
  });

  audience.post('/watch/:slug/flag', async (context) => {
    if (!isFromOwnPage(context, deps)) return problem('forbidden');
    const subject = await findSubject(context);
    if (!chat || !subject) return missing(context);
    context.header('cache-control', 'private, no-store');
    const wanted = await readForm(context);
    const { showId, show, message } = subject;
    if ('fault' in wanted)
      return context.html(flagPage(deps.assets, { show: show.audience, message, fault: wanted.fault }), 422);
    const now = deps.now();
    const { today: network } = await chat.networks.hashesOf(deps.nameCaller(context.env), showId);
    const limit = { showId, what: 'flag', network, perMinute: FLAGS_PER_MINUTE, now } as const;
    if (!(await countRequest(deps, limit))) return problem('throttled', { 'retry-after': String(RETRY_SECONDS) });
    const note = { ...wanted, at: now.toISOString() };
    if (await addFlagNote(deps, subject, network, note)) await countFlag(deps, subject, note);
    // The same answer again, so that it does not reveal what others have flagged.
    return context.html(flaggedPage(deps.assets, show.audience), 202);
  });
}

async function readForm({ req }: AudienceContext): Promise<{ reason: FlagReason; text: string } | { fault: string }> {
  const form = await req.parseBody().catch(() => ({}) as Record<string, unknown>);
  const { reason, text = '' } = form as Record<string, unknown>;
  if (!isFlagReason(reason)) return { fault: 'Choose a reason.' };
  if (typeof text !== 'string') return { fault: 'Write the note as text.' };
  if (text.trim() === '') return { reason, text: '' };
  const cleaned = cleanChatText(text);
  return 'fault' in cleaned
    ? { fault: 'Write at most 500 characters, without control characters.' }
    : { reason, text: cleaned.text };
}
