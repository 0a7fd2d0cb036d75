import { createSign, generateKeyPairSync } from 'node:crypto';

/** The tokens of a Cognito user pool: its published keys, and tokens signed with them. */
export interface UserPool {
  jwks: object;
  /** @param changes claims that differ from those of a valid token */
  signAccessToken(holder: { clientId: string; group: string }, changes?: object): string;
}

const KEY_ID = 'test-key';

/** Creates a user pool. @param userPoolId `<region>_<id>`, the issuer in its tokens */
export function makeUserPool(userPoolId: string): UserPool {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [region] = userPoolId.split('_');
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return {
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' }] },
    signAccessToken({ clientId, group }, changes = {}) {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const claims = {
        iss: `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`,
        sub: '5c0f1d2e-0000-4000-8000-000000000001',
        client_id: clientId,
        username: 'test-person',
        'cognito:groups': [group],
        token_use: 'access',
        scope: 'openid email',
        auth_time: nowSeconds,
        iat: nowSeconds,
        exp: nowSeconds + 3600,
        ...changes,
      };
      const signed = `${encode({ alg: 'RS256', kid: KEY_ID })}.${encode(claims)}`;
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
    },
  };
}
