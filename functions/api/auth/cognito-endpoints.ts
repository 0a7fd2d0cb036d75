import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import type { Logger } from '../../workflow/workflow-deps.ts';
import { LOOPBACK_REDIRECTS } from './loopback-redirects.ts';

/**
 * Calls the OAuth 2.0 endpoints of a user pool's domain as a public client with PKCE.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html
 */

interface EndpointOptions {
  /** `https://` and the host of the pool’s domain. */
  signInUrl: string;
  clientId: string;
  fetch: typeof fetch;
  logger: Logger;
}

/** Tokens of a grant. A refresh returns no new refresh token unless the client rotates them. */
export type Grant = z.infer<typeof Grant>;
const Grant = z.object({
  access_token: z.string().min(1),
  id_token: z.string().optional(),
  refresh_token: z.string().optional(),
  expires_in: z.number().int().positive(),
});

const Refusal = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) });

export interface CognitoEndpoints {
  authorizeUrl(fields: { origin: string; state: string; codeChallenge: string }): string;
  logoutUrl(origin: string): string;
  /** @throws {AppError} `upstream_unavailable`; a refused code is null */
  exchangeCode(fields: { origin: string; code: string; codeVerifier: string }): Promise<Grant | null>;
  /** @throws {AppError} `upstream_unavailable`; a refused token is null */
  exchangeRefreshToken(refreshToken: string): Promise<Grant | null>;
  /** Revokes the token and the access tokens issued from it. Logs a failure and never throws. */
  revoke(refreshToken: string): Promise<void>;
}

/** Longer than Cognito takes and shorter than a browser waits; the Lambda function times out after 28 seconds. */
const ANSWER_WITHIN_MS = 8000;
const SCOPES = 'openid email';

/** Returns what the sluice command needs for a sign-in in the browser. None of it is secret. */
export function commandLineOf({ signInUrl, clientId }: Pick<EndpointOptions, 'signInUrl' | 'clientId'>) {
  const at = (path: string) => new URL(path, signInUrl).href;
  return {
    clientId,
    scope: SCOPES,
    authorizationUrl: at(PATHS.authorize),
    tokenUrl: at(PATHS.token),
    revocationUrl: at(PATHS.revoke),
    redirectUrls: LOOPBACK_REDIRECTS,
  };
}

const PATHS = { authorize: '/oauth2/authorize', token: '/oauth2/token', revoke: '/oauth2/revoke' } as const;

/** Creates the caller of one pool's endpoints for one client. */
export function createCognitoEndpoints({
  signInUrl,
  clientId,
  fetch: send,
  logger,
}: EndpointOptions): CognitoEndpoints {
  async function post(path: string, fields: Record<string, string>): Promise<Response> {
    let response: Response;
    try {
      response = await send(new URL(path, signInUrl), {
        method: 'POST',
        body: new URLSearchParams({ client_id: clientId, ...fields }),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
    } catch (cause) {
      throw unavailable({ cause });
    }
    if (response.status >= 500 || response.status === 429) throw unavailable({ internal: `status ${response.status}` });
    return response;
  }

  async function grant(fields: Record<string, string>): Promise<Grant | null> {
    const response = await post(PATHS.token, fields);
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) {
      const parsed = Grant.safeParse(body);
      if (parsed.success) return parsed.data;
    }
    const refusal = Refusal.safeParse(body);
    const reason = refusal.success ? refusal.data.error : `status ${response.status}`;
    // invalid_grant means a used code or token; any other error means a misconfigured client.
    logger.warn('the user pool issued no token', { grantType: fields['grant_type'], reason });
    return null;
  }

  return {
    authorizeUrl({ origin, state, codeChallenge }) {
      const url = new URL(PATHS.authorize, signInUrl);
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUriOf(origin),
        scope: SCOPES,
        state,
        code_challenge_method: 'S256',
        code_challenge: codeChallenge,
      }).toString();
      return url.href;
    },
    logoutUrl(origin) {
      const url = new URL('/logout', signInUrl);
      url.search = new URLSearchParams({ client_id: clientId, logout_uri: `${origin}/` }).toString();
      return url.href;
    },
    exchangeCode: ({ origin, code, codeVerifier }) =>
      grant({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUriOf(origin),
        code_verifier: codeVerifier,
      }),
    exchangeRefreshToken: (refreshToken) => grant({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    async revoke(refreshToken) {
      try {
        const { ok, status } = await post(PATHS.revoke, { token: refreshToken });
        if (!ok) logger.warn('a refresh token was not revoked', { status });
      } catch {
        logger.warn('a refresh token was not revoked', { status: null });
      }
    },
  };
}

function redirectUriOf(origin: string): string {
  return `${origin}/api/session/callback`;
}

function unavailable(parts: { internal?: string; cause?: unknown }): AppError {
  return new AppError('upstream_unavailable', {
    detail: 'the user pool does not answer',
    remedy: 'try again in a moment',
    retryAfterSeconds: 5,
    ...parts,
  });
}
