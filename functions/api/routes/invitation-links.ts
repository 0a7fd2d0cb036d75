import { createRoute } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { createGuessLimit } from '../auth/guess-limit.ts';
import { callerOf } from '../caller.ts';
import { openInvitation, redeemInvitation } from '../redeem-invitation.ts';
import { SessionResource } from '../schemas/session.ts';
import { answers, NoQuery, openProblems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { InvitationPreview, InvitationSecret } from '../schemas/people.ts';
import { invitedElsewhere } from './invitations.ts';
import { presentSession, setCookies } from './session.ts';

const tags = ['People'];
/** Ten different wrong links in a minute are guesses. */
const GUESSES_MAX = 10;

const preview = createRoute({
  method: 'post',
  path: '/api/invitations/preview',
  tags,
  summary: 'Read what a link invites to',
  description: 'Changes nothing, and needs no sign-in.',
  request: { query: NoQuery, body: takes(InvitationSecret) },
  responses: {
    200: answers(InvitationPreview, 'The invitation'),
    ...openProblems(...WRITE_PROBLEMS, 404, 409, 429, 503),
  },
});

const redeem = createRoute({
  method: 'post',
  path: '/api/invitations/redeem',
  tags,
  summary: 'Accept an invitation in this browser',
  description: 'Works once, and signs this browser in as the person. A session that it had before ends.',
  request: { query: NoQuery, body: takes(InvitationSecret) },
  responses: { 200: answers(SessionResource, 'Signed in'), ...openProblems(...WRITE_PROBLEMS, 404, 409, 429, 503) },
});

/** For the typed client. */
export type InvitationLinksRoutes = typeof preview | typeof redeem;

/** Invitations, as the invited person sees them. */
export function registerInvitationLinks(api: Api, deps: ApiDeps): void {
  const { authentication, now } = deps;
  const limit = createGuessLimit({ now, guessesMax: GUESSES_MAX });

  /** Runs what a link asks for, and counts a link that does not exist as a guess of the caller. */
  async function withLink<Result>(
    context: ApiContext,
    secret: string,
    run: (deps: ApiDeps, secret: string) => Promise<Result | null>,
  ): Promise<Result> {
    const from = callerOf(context, deps)();
    const waitSeconds = limit.waitSeconds(from);
    if (waitSeconds > 0) throw tooManyGuesses(waitSeconds);
    const result = await run(deps, secret);
    if (result !== null) return result;
    limit.count(from, secret);
    throw unknownLink();
  }

  api.openapi(preview, async (context) => {
    if (!authentication.openSessionOf) throw invitedElsewhere();
    const { createdBy, expiresAt, name, role } = await withLink(
      context,
      context.req.valid('json').invitation,
      openInvitation,
    );
    return context.json({ name, role, createdBy, expiresAt }, 200);
  });

  api.openapi(redeem, async (context) => {
    if (!authentication.openSessionOf) throw invitedElsewhere();
    const digest = await withLink(context, context.req.valid('json').invitation, redeemInvitation);
    authentication.endSession?.(context.req.raw);
    const session = await authentication.openSessionOf(digest, context.req.raw);
    if (!session) throw unknownLink();
    setCookies(context, [session.cookie]);
    deps.logger.info('invitation accepted', { requestId: context.get('requestId'), principal: session.principal.id });
    return context.json(presentSession(session.principal, deps), 200);
  });
}

function unknownLink(): AppError {
  return new AppError('not_found', {
    detail: 'this invitation is incomplete, or from another installation',
    remedy: 'open the whole link, or ask for a new invitation',
  });
}

function tooManyGuesses(waitSeconds: number): AppError {
  return new AppError('throttled', {
    detail: 'this address sent too many different wrong invitations within a minute',
    remedy: `wait ${waitSeconds} seconds, then open the link again`,
    retryAfterSeconds: waitSeconds,
  });
}
