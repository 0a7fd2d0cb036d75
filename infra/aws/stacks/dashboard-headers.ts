import { HeadersFrameOption, HeadersReferrerPolicy, ResponseHeadersPolicy } from 'aws-cdk-lib/aws-cloudfront';
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { SECURITY_HEADERS, STRICT_TRANSPORT_SECURITY } from '../../../functions/api/security-headers.ts';

/**
 * CloudFront knows some headers by properties of their own and refuses them as custom ones; the others are custom. What
 * they say comes from the API, so that a page is held to the same rules wherever it is served.
 */
const OWN_PROPERTY = ['content-security-policy', 'x-content-type-options', 'x-frame-options', 'referrer-policy'];

/** The security headers of everything the distribution answers. */
export function createHeadersPolicy(scope: Construct, name: string): ResponseHeadersPolicy {
  return new ResponseHeadersPolicy(scope, 'SecurityHeaders', {
    responseHeadersPolicyName: name,
    comment: 'the same headers as the API sends',
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
      customHeaders: Object.entries(SECURITY_HEADERS)
        .filter(([header]) => !OWN_PROPERTY.includes(header))
        .map(([header, value]) => ({ header, value, override: true })),
    },
  });
}

function textOf(header: string): string {
  const value = SECURITY_HEADERS[header];
  if (value === undefined) throw new Error(`the API sends no ${header}: the dashboard needs it as well`);
  return value;
}
