import type { AudienceDeps } from './audience-deps.ts';
import { createChat, type Chat } from './chat/chat.ts';
import { createLiveStream, type LiveStream } from './live-stream.ts';
import { createShowCookies, type ShowCookies } from './show-cookies.ts';
import { createSharedViewings, createViewings, type Viewings } from './viewings.ts';
import { createVisibleShows, type VisibleShows } from './visible-shows.ts';
import { createWatchAccess, type WatchAccess } from './watch-access.ts';

/** What the routes of the public side share. */
export interface AudienceParts {
  deps: AudienceDeps;
  shows: VisibleShows;
  access: WatchAccess;
  viewings: Viewings;
  cookies: ShowCookies;
  /** Null where viewers cannot be given the picture. */
  stream: LiveStream | null;
  /** Null where the deployment has no key for the cookies of chats. */
  chat: Chat | null;
}

export function createParts(deps: AudienceDeps): AudienceParts {
  return {
    deps,
    shows: createVisibleShows(deps),
    access: createWatchAccess(deps),
    viewings: deps.cdn ? createSharedViewings() : createViewings(deps),
    cookies: createShowCookies(deps),
    stream: deps.live ? createLiveStream(deps.live, deps) : null,
    chat: deps.chatKey ? createChat(deps, deps.chatKey) : null,
  };
}
