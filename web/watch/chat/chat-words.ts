import type { ChatOpening } from '../../../functions/domain/chat.ts';

/** What the chat says to its reader: what happened, then what to do. */

const REFUSALS: Record<string, string> = {
  blocked: 'A moderator has stopped your messages in this chat.',
  busy: 'The chat is busy. Try again in a few seconds.',
  chat_closed: 'The chat is closed.',
  fields_refused: 'That could not be sent. Reload the page.',
  internal: 'That could not be sent. Try again in a moment.',
  link_refused: 'Links are off in this chat. Remove the address; after a full stop, put a space.',
  name_needed: 'Choose a name first.',
  name_refused: 'This name cannot be used. Choose another one, with a letter or a digit.',
  name_taken: 'Another person here has this name. Choose another one.',
  slow_mode: 'Slow mode is on. Your message is kept; send it when the time is over.',
  text_refused: 'This message cannot be sent. Write 1 to 500 characters.',
  throttled: 'Too many messages come from your network. Try again in a minute.',
  too_large: 'This message is too long. Write 1 to 500 characters.',
  unreachable: 'The server cannot be reached. Try again.',
  word_refused: 'This chat does not allow one of these words. Write it in other words.',
};

/** Returns the text of a refusal. */
export function refusalText(code: string): string {
  return REFUSALS[code] ?? REFUSALS['internal']!;
}

/** Said about a message that waits for approval. */
export const HELD_TEXT = 'A moderator will see your message before others do.';

/** Why people cannot write now. */
export const CLOSED_TEXTS: Record<Exclude<ChatOpening, 'open'>, string> = {
  off: 'The chat is off.',
  early: 'The chat opens half an hour before the show.',
  over: 'The chat is over.',
};
