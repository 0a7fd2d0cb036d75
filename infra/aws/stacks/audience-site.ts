import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Fn, Stack, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  type KeyGroup,
  OriginRequestCookieBehavior,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginRequestQueryStringBehavior,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { setSecurityHeaders } from '../../../functions/audience/security-headers.ts';
import { ASSETS_PATH } from '../../../functions/audience/pages/layout.ts';
import { AUDIENCE_FOLDERS } from '../../../functions/aws/audience-access.ts';
import { CDN_IDENTIFIER_FIELD, CDN_IDENTIFIER_HEADER } from '../../../functions/aws/package-channel.ts';
import { EDGE_HEADER } from '../../../functions/domain/edge-header.ts';
import type { Configuration } from '../configuration.ts';
import { API_TIMEOUT } from './dashboard-api.ts';
import { createHeadersPolicy } from './dashboard-headers.ts';
import { PRICE_CLASSES, TLS_ONLY } from './dashboard-site.ts';

interface AudienceSiteProps {
  /** Name of the public side. CloudFront names are unique per account, not per Region. */
  name: string;
  /** Host of the HTTP API at API Gateway. */
  apiHost: string;
  /** URL of the HLS endpoint that MediaPackage serves: https://<host>/out/v1/<id>/<playlist>. */
  hlsUrl: string;
  recordingBucketName: string;
  /** Identifier that MediaPackage requires from its CDN in every request. */
  cdnIdentifier: ISecret;
  edgeSecret: ISecret;
  /** Keys that sign the cookies of private shows. */
  keyGroup: KeyGroup;
  audience: NonNullable<Configuration['audience']>;
}

/** Longer than the function asks for anything but the pages' own files. */
const CACHED_MAX = Duration.minutes(10);
/** Errors are never kept: a show that begins is there at once. */
const UNCACHED_ERRORS = [400, 403, 404, 405, 500, 502, 503, 504];

/**
 * Creates the distribution of the public side. It keeps what the function marks as public, asks MediaPackage and S3 for
 * segments without the function, and opens the segments of private shows only with signed cookies. It has no access log,
 * which would keep the addresses of watchers.
 */
export function createAudienceSite(scope: Construct, props: AudienceSiteProps): Distribution {
  const { name, audience } = props;
  const toFunction = behaviorsOfFunction(scope, props);
  const segments = behaviorsOfSegments(scope, props);
  const trustedKeyGroups = [props.keyGroup];
  const distribution = new Distribution(scope, 'Distribution', {
    comment: `${name} public pages, keys ${audience.keysVersion}`,
    ...(audience.domain && {
      domainNames: [audience.domain.name],
      certificate: Certificate.fromCertificateArn(scope, 'Certificate', audience.domain.certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    }),
    httpVersion: HttpVersion.HTTP2_AND_3,
    priceClass: PRICE_CLASSES[audience.priceClass],
    webAclId: audience.webAclArn,
    // The host alone is the catalogue.
    defaultRootObject: 'watch',
    enableLogging: false,
    errorResponses: UNCACHED_ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    defaultBehavior: toFunction.pages,
    // In this order: a playlist is not a segment.
    additionalBehaviors: {
      [`${ASSETS_PATH}/*`]: toFunction.assets,
      '/audience/v1/shows/*/chat/buckets/*': toFunction.shared,
      '/audience/hls/*.m3u8': toFunction.shared,
      '/audience/private/*.m3u8': toFunction.shared,
      '/audience/hls/*': segments.live,
      '/audience/recordings/*': segments.recordings,
      '/audience/private/*/live/*': { ...segments.live, trustedKeyGroups },
      '/audience/private/*/recording/*': { ...segments.recordings, trustedKeyGroups },
    },
  });
  return distribution;
}

/** Behaviors whose answers come from the function. None has a cookie in the key: what depends on one is not public. */
function behaviorsOfFunction(scope: Construct, { name, apiHost, edgeSecret }: AudienceSiteProps) {
  const region = Stack.of(scope).region;
  const policy = (id: string, queryStringBehavior: CacheQueryStringBehavior) =>
    new CachePolicy(scope, id, {
      cachePolicyName: `${name}-${id.toLowerCase()}-${region}`,
      comment: 'Keeps what the public side marks as public, as long as it says',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: CACHED_MAX,
      cookieBehavior: CacheCookieBehavior.none(),
      headerBehavior: CacheHeaderBehavior.none(),
      queryStringBehavior,
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    });
  const common = {
    // Resolved at deployment: the template holds a reference, the distribution's settings the value.
    origin: new HttpOrigin(apiHost, {
      ...TLS_ONLY,
      readTimeout: API_TIMEOUT,
      customHeaders: { [EDGE_HEADER]: edgeSecret.secretValue.unsafeUnwrap() },
    }),
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    originRequestPolicy: new OriginRequestPolicy(scope, 'ToFunction', {
      originRequestPolicyName: `${name}-to-function-${region}`,
      comment: 'Cookies, the page a request comes from, and who sends it',
      cookieBehavior: OriginRequestCookieBehavior.all(),
      headerBehavior: OriginRequestHeaderBehavior.allowList(
        'Accept',
        'CloudFront-Viewer-Address',
        'Content-Type',
        'Origin',
        'Sec-Fetch-Site',
      ),
      queryStringBehavior: OriginRequestQueryStringBehavior.all(),
    }),
    // The function sends all headers itself: an embed has others than a page.
    compress: true,
  };
  return {
    pages: {
      ...common,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: policy('Pages', CacheQueryStringBehavior.all()),
    },
    /** Answers that all watchers share whatever the address says after its path. */
    shared: {
      ...common,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: policy('Shared', CacheQueryStringBehavior.none()),
    },
    assets: {
      ...common,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
    },
  } satisfies Record<string, BehaviorOptions>;
}

/** Behaviors of segments. A function at the edge checks that the public side has signed the address. */
function behaviorsOfSegments(scope: Construct, props: AudienceSiteProps) {
  const { name, hlsUrl, cdnIdentifier, edgeSecret, audience } = props;
  const region = Stack.of(scope).region;
  const code = readFileSync(join(import.meta.dirname, 'audience-segment-request.js'), 'utf8');
  const common = {
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    cachePolicy: new CachePolicy(scope, 'Segments', {
      cachePolicyName: `${name}-segments-${region}`,
      comment: 'Segments never change; m distinguishes those before and after a restart of the stream',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.hours(1),
      maxTtl: Duration.days(1),
      cookieBehavior: CacheCookieBehavior.none(),
      headerBehavior: CacheHeaderBehavior.none(),
      queryStringBehavior: CacheQueryStringBehavior.allowList('m'),
    }),
    responseHeadersPolicy: createHeadersPolicy(scope, `${name}-${region}`, segmentHeaders()),
    functionAssociations: [
      {
        eventType: FunctionEventType.VIEWER_REQUEST,
        function: new EdgeFunction(scope, 'SegmentRequest', {
          functionName: `${name}-segments-${region}`,
          // Changes with the keys, so that CloudFormation reads the secret again.
          comment: `Checks signatures, keys ${audience.keysVersion}`,
          runtime: FunctionRuntime.JS_2_0,
          code: FunctionCode.fromInline(code.replace('<KEY>', edgeSecret.secretValue.unsafeUnwrap())),
        }),
      },
    ],
  };
  const partOfUrl = (index: number) => Fn.select(index, Fn.split('/', hlsUrl));
  const live = new HttpOrigin(partOfUrl(2), {
    ...TLS_ONLY,
    originPath: Fn.join('/', ['', ...[3, 4, 5].map(partOfUrl)]),
    customHeaders: {
      [CDN_IDENTIFIER_HEADER]: cdnIdentifier.secretValueFromJson(CDN_IDENTIFIER_FIELD).unsafeUnwrap(),
    },
  });
  return {
    live: { ...common, origin: live },
    recordings: { ...common, origin: recordingOrigin(scope, props) },
  } satisfies Record<string, BehaviorOptions>;
}

/** Names the bucket instead of taking it, because its policy would refer to this stack, which refers to the bucket. */
function recordingOrigin(scope: Construct, { recordingBucketName }: AudienceSiteProps) {
  const bucket = Bucket.fromBucketAttributes(scope, 'RecordingBucket', {
    bucketName: recordingBucketName,
    region: Stack.of(scope).region,
  });
  Validations.of(scope).acknowledge({
    id: 'Annotation::@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac',
    reason: 'the data stack adds the permission to the policy of its bucket',
  });
  return S3BucketOrigin.withOriginAccessControl(bucket, {
    originPath: `/${AUDIENCE_FOLDERS.recordingBucket.replace(/\/$/, '')}`,
  });
}

/** The public side's own headers, without those of one answer. */
function segmentHeaders(): Record<string, string> {
  const headers = new Headers();
  setSecurityHeaders(headers, { requestId: '', framedBy: undefined, https: true });
  const ofOneAnswer = ['x-request-id', 'cache-control', 'strict-transport-security'];
  return Object.fromEntries([...headers].filter(([header]) => !ofOneAnswer.includes(header)));
}
