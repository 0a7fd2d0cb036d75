import { getCookie, setCookie } from 'hono/cookie';
import { countRequest } from '../../aws/chat-author-table.ts';
import { IDENTITY_KEPT_MS, type ChatIdentity, type ChatKey } from '../../domain/chat-identity.ts';
import { audienceIdOf } from '../../domain/audience-show.ts';
import type { AudienceContext, AudienceDeps } from '../audience-deps.ts';
import type { Networks } from './networks.ts';

/** The cookie of people who write, react or rate. Reading needs none. */
export interface Visitors {
  /** Returns who sends a request; null without a valid cookie of this chat. */
  read(context: AudienceContext, showId: string): ChatIdentity | null;
  /** Returns a new identity; null when the network got too many of them within the minute. */
  create(context: AudienceContext, showId: string): Promise<ChatIdentity | null>;
  /** Sends an identity as a cookie. */
  send(context: AudienceContext, showId: string, identity: ChatIdentity): void;
}

/** The path of a chat is in the cookie's, so the name needs no show. */
const COOKIE = 'sluice-chat';
/** New identities of one network in a minute: a class that comes at once, but not a program that takes one per message. */
const IDENTITIES_PER_MINUTE = 30;

export function createVisitors(deps: AudienceDeps, key: ChatKey, networks: Networks): Visitors {
  return {
    read: (context, showId) => key.read(showId, getCookie(context, COOKIE), deps.now()),
    async create(context, showId) {
      const now = deps.now();
      const { today: network } = await networks.hashesOf(deps.nameCaller(context.env), showId);
      const limit = { showId, what: 'identity', network, perMinute: IDENTITIES_PER_MINUTE, now } as const;
      if (!(await countRequest(deps, limit))) return null;
      return { id: deps.newSecret(), name: null, issuedAtMs: now.getTime() };
    },
    send(context, showId, identity) {
      setCookie(context, COOKIE, key.sign(showId, identity), {
        httpOnly: true,
        path: `/audience/v1/shows/${audienceIdOf(showId)}/chat`,
        sameSite: 'Strict',
        secure: deps.https,
        maxAge: IDENTITY_KEPT_MS / 1000,
      });
    },
  };
}
