import { HeadersFrameOption, HeadersReferrerPolicy, ResponseHeadersPolicy } from 'aws-cdk-lib/aws-cloudfront';
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { STRICT_TRANSPORT_SECURITY } from '../../../functions/domain/security-headers.ts';

/**
 * Headers that CloudFront has properties for and refuses as custom headers. The values come from the API, so that a
 * page gets the same policy on one machine and on AWS.
 */
const OWN_PROPERTY = ['content-security-policy', 'x-content-type-options', 'x-frame-options', 'referrer-policy'];

/**
 * Creates the policy that adds security headers to every response of a behavior.
 * @param headers those that the code behind the distribution sends itself
 */
export function createHeadersPolicy(
  scope: Construct,
  name: string,
  headers: Record<string, string>,
): ResponseHeadersPolicy {
  const textOf = (header: string): string => {
    const value = headers[header];
    if (value === undefined) throw new Error(`the pages have no ${header}, which browsers need`);
    return value;
  };
  return new ResponseHeadersPolicy(scope, 'SecurityHeaders', {
    responseHeadersPolicyName: name,
    comment: 'The security headers that the code behind it sends',
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy: textOf('content-security-policy'), override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: textOf('x-frame-options') as HeadersFrameOption, override: true },
      referrerPolicy: { referrerPolicy: textOf('referrer-policy') as HeadersReferrerPolicy, override: true },
      strictTransportSecurity: {
        accessControlMaxAge: Duration.seconds(Number(/max-age=(\d+)/.exec(STRICT_TRANSPORT_SECURITY)![1])),
        includeSubdomains: /includeSubDomains/.test(STRICT_TRANSPORT_SECURITY),
        override: true,
      },
    },
    customHeadersBehavior: {
      customHeaders: Object.entries(headers)
        .filter(([header]) => !OWN_PROPERTY.includes(header))
        .map(([header, value]) => ({ header, value, override: true })),
    },
  });
}
