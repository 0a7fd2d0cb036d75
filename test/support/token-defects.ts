import { createSign } from 'node:crypto';
import {
  type Claims,
  DASHBOARD_CLIENT,
  ISSUER,
  makeKeys,
  signWith,
  signWithSecret,
  type UserPool,
} from './user-pool.ts';

/**
 * Defective access tokens by name: the attacks of RFC 8725, and defects that other libraries have accepted. Each would
 * be an admin's token if it were valid.
 */
export function makeTokenDefects(pool: UserPool): Record<string, string> {
  const { sign, header, jwk, nowSeconds, privateKey, publicKey } = pool;
  const admin = pool.personClaims(['admin']);
  const good = sign(admin);
  const [goodHeader, , goodSignature] = good.split('.') as [string, string, string];
  const attacker = makeKeys();
  const attackerJwk = { ...attacker.publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' };
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const without = (claims: Claims, name: string) =>
    Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
  const unsigned = (alg: string, signature = '') => `${part({ ...header, alg })}.${part(admin)}.${signature}`;
  const forged = (more: Claims) => signWith(attacker.privateKey, { ...header, ...more }, admin);
  const content512 = `${part({ ...header, alg: 'RS512' })}.${part(admin)}`;
  const otherPool = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_otherPool';
  return {
    'an empty token': '',
    'one word': 'garbage',
    'three words': 'a.b.c',
    'five parts, as a refresh token has': `${goodHeader}.${goodSignature}.${goodSignature}.${goodSignature}.${goodSignature}`,
    'no JSON inside': `${Buffer.from('{').toString('base64url')}.${part(admin)}.${goodSignature}`,
    'a list for claims': sign([] as unknown as Claims),
    'longer than any cookie': sign({ ...admin, padding: 'x'.repeat(4000) }),
    expired: sign({ ...admin, exp: nowSeconds - 1 }),
    'no expiry': sign(without(admin, 'exp')),
    'an expiry that is a text': sign({ ...admin, exp: String(nowSeconds + 3600) }),
    'an expiry that is null': sign({ ...admin, exp: null }),
    'not yet valid': sign({ ...admin, nbf: nowSeconds + 600 }),
    'alg none': unsigned('none'),
    'alg none with a signature': unsigned('none', goodSignature),
    'alg None': unsigned('None', goodSignature),
    'no alg': sign(admin, { header: { kid: header.kid } }),
    'alg null': sign(admin, { header: { ...header, alg: null } }),
    'HS256 signed with the public key': signWithSecret(pem, { ...header, alg: 'HS256' }, admin),
    'HS256 signed with the modulus': signWithSecret(String(jwk.n), { ...header, alg: 'HS256' }, admin),
    'HS256 that says RS256': signWithSecret(pem, header, admin),
    'RS512 by the right key': `${content512}.${createSign('RSA-SHA512').update(content512).sign(privateKey, 'base64url')}`,
    'ES256 for an RSA key': unsigned('ES256', goodSignature),
    'PS256 for an RSA key': unsigned('PS256', goodSignature),
    'no kid': sign(admin, { header: { alg: 'RS256' } }),
    'a kid that is a number': sign(admin, { header: { alg: 'RS256', kid: 1 } }),
    'an unknown kid': sign(admin, { header: { alg: 'RS256', kid: 'pool-key-9' } }),
    'a kid that is a path': forged({ kid: '../../../../../../dev/null' }),
    'a kid that is a URL': forged({ kid: 'https://evil.example/key' }),
    'a kid that is a query': forged({ kid: "x' UNION SELECT 'key" }),
    'a kid of every object': forged({ kid: '__proto__' }),
    'a key of its own': forged({}),
    'a jwk of its own': forged({ jwk: { ...attackerJwk, kid: header.kid } }),
    'a jwk and kid of its own': forged({ kid: 'mine', jwk: { ...attackerJwk, kid: 'mine' } }),
    'a jku of its own': forged({ kid: 'mine', jku: 'https://evil.example/.well-known/jwks.json' }),
    'an x5u of its own': forged({ x5u: 'https://evil.example/cert.pem' }),
    'an x5c of its own': forged({ x5c: ['MIIB'] }),
    'an iss of its own': signWith(attacker.privateKey, header, { ...admin, iss: 'https://evil.example' }),
    'claims that were changed': `${goodHeader}.${part({ ...admin, sub: 'someone-else' })}.${goodSignature}`,
    'half a signature': `${goodHeader}.${good.split('.')[1]}.${goodSignature.slice(0, 100)}`,
    'the signature of another token': `${goodHeader}.${good.split('.')[1]}.${sign(pool.idClaims()).split('.')[2]}`,
    'another client': sign({ ...admin, client_id: 'another' }),
    'no client': sign(without(admin, 'client_id')),
    'an audience where the client should be': sign({ ...without(admin, 'client_id'), aud: DASHBOARD_CLIENT }),
    'another issuer': sign({ ...admin, iss: otherPool }),
    'an issuer with more behind it': sign({ ...admin, iss: `${ISSUER}/` }),
    'no issuer': sign(without(admin, 'iss')),
    'another pool, which has the same kid': signWith(attacker.privateKey, header, { ...admin, iss: otherPool }),
    'an ID token': sign(pool.idClaims()),
    'an ID token that names a client': sign(pool.idClaims({ client_id: DASHBOARD_CLIENT })),
    'no token use': sign(without(admin, 'token_use')),
    'no subject': sign(without(admin, 'sub')),
  };
}
