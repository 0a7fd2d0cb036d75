import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { CognitoOptions } from '../../functions/api/auth/authentication-cognito.ts';
import { createPreviewAccess, type PreviewAccess } from '../../functions/api/auth/preview-access.ts';

/**
 * Simulates a user pool: signs tokens with its own keys, publishes the keys, and answers the token and revocation
 * endpoints as a test configures. Tokens have Cognito's claims.
 */

const USER_POOL_ID = 'eu-west-1_aB3dE5fG7';
export const ISSUER = `https://cognito-idp.eu-west-1.amazonaws.com/${USER_POOL_ID}`;
export const GLOBAL_ISSUER = `https://issuer-cognito-idp.eu-west-1.amazonaws.com/${USER_POOL_ID}`;
export const SIGN_IN_URL = 'https://sluice-test.auth.eu-west-1.amazoncognito.com';
export const DASHBOARD_CLIENT = '1dashboardclient0000000000';
export const COMMAND_LINE_CLIENT = '3commandlineclient00000000';
const SCRIPT_CLIENT = '2scriptclient000000000000000';
export const SUBJECT = '02b5f4a4-1111-2222-3333-444455556666';
export const EMAIL = 'anna@example.com';
const KEY_ID = 'pool-key-1';

export type Claims = Record<string, unknown>;
interface SignOptions {
  header?: Claims;
  key?: KeyObject;
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Creates access to the preview with a new key pair. */
function makePreviewAccess(): PreviewAccess {
  const pem = makeKeys().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return createPreviewAccess({
    host: 'sluice.example.com',
    keyPairId: 'K2JCJMDEHXQW5F',
    readPrivateKey: async () => pem,
    now: () => new Date(),
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
}

/** Creates the RSA keys of a pool or of an attacker. */
export function makeKeys() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/** Signs any header and claims with RS256, whatever the header says. */
export function signWith(key: KeyObject, header: Claims, claims: Claims): string {
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key, 'base64url')}`;
}

/** Signs any header and claims with a shared secret. */
export function signWithSecret(secret: string, header: Claims, claims: Claims): string {
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

/** Creates a user pool. */
export function makeUserPool() {
  const { privateKey, publicKey } = makeKeys();
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' };
  const nowSeconds = Math.floor(Date.now() / 1000);
  const header = { kid: KEY_ID, alg: 'RS256' };
  const common = {
    sub: SUBJECT,
    iss: ISSUER,
    auth_time: nowSeconds,
    iat: nowSeconds,
    exp: nowSeconds + 3600,
    jti: 'j',
  };
  /** Received requests, and the answer of the token endpoint. */
  const state = {
    requests: [] as { url: string; form: Record<string, string> }[],
    answer: () => Response.json({ error: 'invalid_grant' }, { status: 400 }),
    keys: () => Response.json({ keys: [jwk] }),
  };
  const sign = (claims: Claims, options: SignOptions = {}) =>
    signWith(options.key ?? privateKey, options.header ?? header, claims);

  const personClaims = (groups?: unknown): Claims => ({
    ...common,
    token_use: 'access',
    client_id: DASHBOARD_CLIENT,
    scope: 'openid email',
    username: SUBJECT,
    version: 2,
    ...(groups === undefined ? {} : { 'cognito:groups': groups }),
  });
  const scriptClaims = (scope: unknown): Claims => ({
    ...common,
    sub: SCRIPT_CLIENT,
    token_use: 'access',
    client_id: SCRIPT_CLIENT,
    scope,
    version: 2,
  });
  const idClaims = (changes: Claims = {}): Claims => ({
    ...common,
    token_use: 'id',
    aud: DASHBOARD_CLIENT,
    email: EMAIL,
    email_verified: true,
    'cognito:groups': ['admin'],
    ...changes,
  });

  const options: CognitoOptions = {
    userPoolId: USER_POOL_ID,
    dashboardClientId: DASHBOARD_CLIENT,
    commandLineClientId: COMMAND_LINE_CLIENT,
    scriptClientIds: [SCRIPT_CLIENT],
    signInUrl: SIGN_IN_URL,
    preview: makePreviewAccess(),
    // A deployment in which no access token was created.
    accessTokens: { find: async () => null, resume: async () => null },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    fetch: async (input, init) => {
      const url = String(input);
      const form = init?.body instanceof URLSearchParams ? Object.fromEntries(init.body) : {};
      state.requests.push({ url, form });
      return url.endsWith('jwks.json') ? state.keys() : state.answer();
    },
  };

  return {
    state,
    options,
    jwk,
    header,
    privateKey,
    publicKey,
    nowSeconds,
    sign,
    personClaims,
    scriptClaims,
    idClaims,
    person: (groups?: unknown) => sign(personClaims(groups)),
    script: (scope: unknown) => sign(scriptClaims(scope)),
    /** The token endpoint's answer to a valid code. */
    grant: (groups: string[], changes: object = {}) =>
      Response.json({
        access_token: sign(personClaims(groups)),
        id_token: sign(idClaims()),
        refresh_token: 'refresh.token-1',
        expires_in: 3600,
        token_type: 'Bearer',
        ...changes,
      }),
  };
}

export type UserPool = ReturnType<typeof makeUserPool>;
