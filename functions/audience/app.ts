import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getPublicPages } from '../aws/public-pages-table.ts';
import { memoize } from '../domain/memoize.ts';
import { createAdmission, type Admission } from './admission.ts';
import type { Audience, AudienceContext, AudienceDeps, AudienceEnv } from './audience-deps.ts';
import { createParts } from './audience-parts.ts';
import { ASSETS_PATH } from './pages/layout.ts';
import { busyPage, closedPage, failurePage, missingPage } from './pages/message-page.ts';
import { problem, type ProblemCode } from './problem.ts';
import { registerAssets } from './routes/assets.ts';
import { registerChatReading } from './routes/chat-reading.ts';
import { registerChatVotes } from './routes/chat-votes.ts';
import { registerChatWriting } from './routes/chat-writing.ts';
import { registerFlags } from './routes/flags.ts';
import { registerMedia } from './routes/media.ts';
import { registerOembed } from './routes/oembed.ts';
import { registerPages } from './routes/pages.ts';
import { registerShowData } from './routes/show-data.ts';
import { setSecurityHeaders } from './security-headers.ts';

/** Pages and data, per minute and address. A page that waits for a show asks six times a minute. */
const PAGES = { atOnceMax: 64, perMinute: 1_200 };
/** Playlists and segments: each player asks for about one a second, and many players may be behind one address. */
const MEDIA = { atOnceMax: 256, perMinute: 12_000 };
/** Buckets of chats: each page asks every two seconds, and most answers come from memory. */
const CHAT_READS = { atOnceMax: 128, perMinute: 12_000 };
/** Messages and reactions, which the table stores. */
const CHAT_WRITES = { atOnceMax: 128, perMinute: 1_200 };
/** How old the answer may be whether the pages are open. */
const SWITCH_SHARED_MS = 2_000;
const CLOSED_RETRY_SECONDS = 60;
const BODY_BYTES_MAX = 16 * 1024;

const CHAT_PATH = /^\/audience\/v1\/shows\/[^/]+\/chat(\/|$)/;

/** The page of a refusal; any other is that of a missing show. */
const PAGE_OF: Partial<Record<ProblemCode, typeof missingPage>> = {
  busy: busyPage,
  closed: closedPage,
  throttled: busyPage,
  internal: failurePage,
};

/** Returns true for a path of the public side. The dashboard never serves one, also while the public side is off. */
export function isAudiencePath(pathname: string): boolean {
  return /^\/(watch|embed|oembed|audience)(\/|$)/.test(pathname);
}

/**
 * The public side: watch pages, catalogue, data and media for watchers. It has its own router, limits and headers. It
 * reads neither the dashboard's session nor any token, so being signed in there changes nothing here.
 */
export function createAudience(deps: AudienceDeps): Audience {
  const audience: Audience = new Hono<AudienceEnv>();
  const parts = createParts(deps);
  deps.meter?.watchedBy(parts.viewings.countAll);
  const publicPages = memoize({ milliseconds: SWITCH_SHARED_MS, now: deps.now }, () => getPublicPages(deps));
  const pages = createAdmission({ ...PAGES, now: deps.now });
  const media = createAdmission({ ...MEDIA, now: deps.now });
  const chatReads = createAdmission({ ...CHAT_READS, now: deps.now });
  const chatWrites = createAdmission({ ...CHAT_WRITES, now: deps.now });

  /** Each kind of request has its own room, so that a flood of one leaves the others theirs. */
  function admissionOf({ path, method }: { path: string; method: string }): Admission {
    if (/^\/audience\/(hls|private)\//.test(path)) return media;
    if (!CHAT_PATH.test(path)) return pages;
    return method === 'GET' ? chatReads : chatWrites;
  }

  audience.use(async (context, next) => {
    context.set('requestId', randomUUID());
    const answer = await admissionOf(context.req).run(deps.nameCaller(context.env), async () => {
      await next();
      return context.res;
    });
    if (!(answer instanceof Response)) context.res = await refuse(context, answer.reason, answer.retryAfterSeconds);
    context.res = new Response(context.res.body, context.res);
    setSecurityHeaders(context.res.headers, {
      requestId: context.get('requestId'),
      framedBy: context.get('framedBy'),
      https: deps.https,
    });
    deps.meter?.answered(context.res.status);
  });

  audience.use(async (context, next) => {
    const host = new URL(context.req.url).hostname;
    if (deps.isHostAllowed && !deps.isHostAllowed(host)) return problem('wrong_host');
    return next();
  });
  audience.use(async (context, next) => {
    const isClosed = !context.req.path.startsWith(ASSETS_PATH) && !(await publicPages.get()).isOpen;
    return isClosed ? refuse(context, 'closed', CLOSED_RETRY_SECONDS) : next();
  });
  audience.use(bodyLimit({ maxSize: BODY_BYTES_MAX, onError: () => problem('too_large') }));

  registerPages(audience, parts);
  registerShowData(audience, parts);
  registerOembed(audience, parts);
  registerMedia(audience, parts);
  registerChatReading(audience, parts);
  registerChatWriting(audience, parts);
  registerChatVotes(audience, parts);
  registerFlags(audience, parts);
  registerAssets(audience, parts);

  audience.notFound((context) => refuse(context, 'not_found'));
  audience.onError((error, context) => {
    deps.logger.error('a public request failed', { error: error.name, requestId: context.get('requestId') });
    return refuse(context, 'internal');
  });

  /** Refuses as the path's readers expect: people get a page, programs a problem. */
  async function refuse(context: AudienceContext, code: ProblemCode, retryAfterSeconds?: number): Promise<Response> {
    const headers: Record<string, string> = retryAfterSeconds ? { 'retry-after': String(retryAfterSeconds) } : {};
    const answer = problem(code, headers);
    if (!/^\/(watch|embed)(\/|$)/.test(context.req.path)) return answer;
    const render = PAGE_OF[code] ?? missingPage;
    return new Response(String(await render(deps.assets)), {
      status: answer.status,
      headers: { 'content-type': 'text/html; charset=UTF-8', ...headers },
    });
  }

  return audience;
}

/**
 * Stands in for the public side where it is not served: every path of it answers 404.
 * @param options.originFor says where it is, by the host of the request; absent while it is switched off
 */
export function createClosedAudience({
  https,
  originFor,
}: Pick<AudienceDeps, 'https'> & { originFor?: (host: string) => string }): Audience {
  const audience: Audience = new Hono<AudienceEnv>();
  audience.notFound(({ req }) => {
    const elsewhere = originFor && `the public pages are at ${originFor(new URL(req.url).hostname)}`;
    const answer = problem('not_found', {}, elsewhere);
    setSecurityHeaders(answer.headers, { requestId: randomUUID(), framedBy: undefined, https });
    return answer;
  });
  return audience;
}
