import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { LOOPBACK_REDIRECTS } from '../../functions/api/auth/loopback-redirects.ts';
import { COMMAND_LINE_CLIENT, EMAIL, ISSUER, makeKeys, SUBJECT } from './user-pool.ts';

/**
 * A user pool for people: an OpenID provider that checks redirect, PKCE, codes and tokens by itself, with the paths and
 * claims of Cognito.
 */

/** Names what the access tokens are for, which makes them JSON Web Tokens. */
const API = 'urn:sluice:api';

/** What the person does on the sign-in page, and what the tokens say. Tests change it. */
interface Person {
  isWilling: boolean;
  groups: string[];
  accessTokenSeconds: number;
}

export async function startOpenIdProvider() {
  const person: Person = { isWilling: true, groups: ['operator'], accessTokenSeconds: 900 };
  /** Paths of the requests that were not sent by a browser. */
  const posted: string[] = [];
  const provider: Provider = new Provider(
    ISSUER,
    configurationOf(person, () => provider),
  );
  const answer = provider.callback();
  const server = createServer((request, response) => {
    if (request.method === 'POST') posted.push(String(request.url));
    if (!request.url?.startsWith('/interaction/')) return answer(request, response);
    const result = person.isWilling ? { login: { accountId: SUBJECT } } : { error: 'access_denied' };
    void provider.interactionFinished(request, response, result);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    person,
    posted,
    close: () => void server.close(() => server.closeAllConnections()),
  };
}

function configurationOf(person: Person, provider: () => Provider): object {
  const jwk = makeKeys().privateKey.export({ format: 'jwk' });
  return {
    clients: [
      {
        client_id: COMMAND_LINE_CLIENT,
        token_endpoint_auth_method: 'none',
        // The addresses of a native client would match with any port, those of Cognito do not.
        application_type: 'web',
        redirect_uris: LOOPBACK_REDIRECTS,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [{ ...jwk, kid: 'provider-key', alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['for tests only'] },
    routes: { authorization: '/oauth2/authorize', token: '/oauth2/token', revocation: '/oauth2/revoke', jwks: '/jwks' },
    pkce: { required: () => true },
    scopes: ['openid', 'email'],
    claims: { openid: ['sub', 'token_use'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    findAccount: async (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, token_use: 'id', email: EMAIL, email_verified: true }),
    }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    async loadExistingGrant({ oidc }: { oidc: { client: { clientId: string }; session: { accountId: string } } }) {
      const grant = new (provider().Grant)({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: async () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: '', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }),
      },
    },
    extraTokenClaims: (_context: unknown, { accountId }: { accountId: string }) => ({
      token_use: 'access',
      username: accountId,
      'cognito:groups': person.groups,
    }),
    issueRefreshToken: async () => true,
    expiresWithSession: async () => false,
    // As the client that the stacks create.
    rotateRefreshToken: false,
    ttl: {
      AccessToken: () => person.accessTokenSeconds,
      Grant: 3600,
      IdToken: 900,
      Interaction: 900,
      RefreshToken: 3600,
      Session: 3600,
    },
  };
}
