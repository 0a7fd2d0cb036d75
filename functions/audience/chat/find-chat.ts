import { chatOpeningOf, type ChatOpening, type ChatSettings } from '../../domain/chat.ts';
import type { AudienceContext } from '../audience-deps.ts';
import type { AudienceParts } from '../audience-parts.ts';
import { findShow, type RequestedShow } from '../find-show.ts';
import { isFromOwnPage } from '../own-page.ts';
import { problem } from '../problem.ts';
import type { Chat } from './chat.ts';

/** The chat that a request is about. */
export interface FoundChat {
  chat: Chat;
  show: RequestedShow;
  showId: string;
  settings: ChatSettings;
  opening: ChatOpening;
  /** True while reactions count: in the same time around the show, also without a chat. */
  canReact: boolean;
}

/** Finds the chat of the show in the address. @returns the refusal when the request may not see the show */
export async function findChat(
  parts: AudienceParts,
  context: AudienceContext,
  slug: string,
): Promise<FoundChat | Response> {
  const { chat, deps } = parts;
  const show = chat && (await findShow(parts, context, slug));
  if (!chat || !show) return problem('not_found');
  const { showId } = show.record;
  const settings = await chat.reading.settings(showId);
  const now = deps.now();
  const opening = chatOpeningOf(show.record, settings, now);
  const canReact = settings.hasReactions && chatOpeningOf(show.record, { mode: 'open' }, now) === 'open';
  return { chat, show, showId, settings, opening, canReact };
}

/** The same for a request that writes: only from a page of this site. */
export function findChatToWrite(
  parts: AudienceParts,
  context: AudienceContext,
  slug: string,
): Promise<FoundChat | Response> {
  if (!isFromOwnPage(context, parts.deps)) return Promise.resolve(problem('forbidden'));
  return findChat(parts, context, slug);
}

/** Returns the fields of a JSON body; none for anything else. */
export async function readFields({ req }: AudienceContext): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await req.json();
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
