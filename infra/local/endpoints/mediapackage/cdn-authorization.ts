import type { Authorization } from '@aws-sdk/client-mediapackage';
import { isSame } from '../../../../functions/api/auth/compare-secrets.ts';
import { CDN_IDENTIFIER_FIELD, CDN_IDENTIFIER_HEADER } from '../../../../functions/aws/package-channel.ts';
import type { MediaContext } from '../media/media-context.ts';
import { unprocessable } from '../wire/aws-error.ts';

/**
 * MediaPackage's CDN authorization: an endpoint serves only requests that carry the identifier from a secret, so that
 * viewers cannot bypass the CDN.
 * @see https://docs.aws.amazon.com/mediapackage/latest/ug/cdn-auth.html
 */

const IDENTIFIER_LENGTH = { min: 8, max: 128 };

/**
 * Refuses an authorization that MediaPackage cannot use.
 * @throws {AwsError} UnprocessableEntityException when a member is not a valid ARN, or the secret contains no
 * identifier
 */
export function checkAuthorization(context: MediaContext, authorization: Authorization | undefined): void {
  if (authorization === undefined) return;
  const { CdnIdentifierSecret: secretArn = '', SecretsRoleArn: roleArn = '' } = authorization;
  if (!/^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:./.test(secretArn)) {
    throw unprocessable('Authorization.CdnIdentifierSecret must be the ARN of a secret');
  }
  if (!/^arn:[\w-]+:iam::\d{12}:role\/./.test(roleArn)) {
    throw unprocessable('Authorization.SecretsRoleArn must be the ARN of a role');
  }
  if (readIdentifier(context, secretArn) === null) {
    throw unprocessable(
      `the secret in Authorization must hold ${CDN_IDENTIFIER_FIELD} with ${IDENTIFIER_LENGTH.min} to ${IDENTIFIER_LENGTH.max} characters`,
    );
  }
}

/**
 * Returns whether a request may read an endpoint: always without authorization, else only with the right identifier.
 */
export function isAuthorized(
  context: MediaContext,
  authorization: Authorization | undefined,
  headers: Headers,
): boolean {
  if (authorization === undefined) return true;
  const identifier = readIdentifier(context, authorization.CdnIdentifierSecret ?? '');
  const given = headers.get(CDN_IDENTIFIER_HEADER);
  return identifier !== null && given !== null && isSame(given, identifier);
}

/** Reads the identifier; null if the secret does not exist or contains no identifier of a valid length. */
function readIdentifier(context: MediaContext, secretArn: string): string | null {
  const secret = context.hooks.resolveSecret?.(secretArn);
  if (secret === undefined) return null;
  let fields: unknown;
  try {
    fields = JSON.parse(secret);
  } catch {
    return null;
  }
  const identifier = (fields as Record<string, unknown> | null)?.[CDN_IDENTIFIER_FIELD];
  if (typeof identifier !== 'string') return null;
  const { min, max } = IDENTIFIER_LENGTH;
  return identifier.length >= min && identifier.length <= max ? identifier : null;
}
