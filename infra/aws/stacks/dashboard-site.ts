import { join } from 'node:path';
import { Duration, Fn, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AccessLevel,
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  type KeyGroup,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  PriceClass,
  type ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { CDN_IDENTIFIER_FIELD, CDN_IDENTIFIER_HEADER } from '../../../functions/aws/package-channel.ts';
import type { Configuration } from '../configuration.ts';
import { API_TIMEOUT } from './dashboard-api.ts';

interface SiteProps {
  /** Name of the deployment. CloudFront names are unique per account, not per Region. */
  name: string;
  /** Host of the API at API Gateway. */
  apiHost: string;
  /** URL of the HLS endpoint that MediaPackage serves. */
  hlsUrl: string;
  /** Identifier that MediaPackage requires from its CDN in every request. */
  cdnIdentifier: ISecret;
  /** Keys that sign the preview's cookies. */
  previewKeys: KeyGroup;
  /** Changes with the keys, so that CloudFormation reads the identifier again when they are replaced. */
  previewKeysVersion: number;
  headersPolicy: ResponseHeadersPolicy;
  priceClass: Configuration['priceClass'];
  /** Undefined: the name CloudFront assigns. */
  domain: Configuration['domain'];
}

export const PRICE_CLASSES = {
  '100': PriceClass.PRICE_CLASS_100,
  '200': PriceClass.PRICE_CLASS_200,
  All: PriceClass.PRICE_CLASS_ALL,
} as const;

/** Access logs hold IP addresses of users, so they are kept only as long as an incident may need them. */
const ACCESS_LOG_DAYS = 90;

/**
 * Creates one origin for the browser: dashboard files from S3, `/api` and `/metrics` from API Gateway, and the preview's playlists and
 * segments from MediaPackage under MediaPackage's own path (`/out/v1/…`), so CORS and rewrites are unnecessary.
 */
export function createSite(scope: Construct, props: SiteProps): { distribution: Distribution; files: Bucket } {
  const logs = createLogBucket(scope);
  const toApi = api(scope, props);
  const files = new Bucket(scope, 'Files', {
    ...PRIVATE,
    serverAccessLogsBucket: logs,
    serverAccessLogsPrefix: 'files/',
  });
  const distribution = new Distribution(scope, 'Distribution', {
    comment: `${props.name} dashboard, preview keys ${props.previewKeysVersion}`,
    ...(props.domain && {
      domainNames: [props.domain.name],
      certificate: Certificate.fromCertificateArn(scope, 'Certificate', props.domain.certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    }),
    httpVersion: HttpVersion.HTTP2_AND_3,
    priceClass: PRICE_CLASSES[props.priceClass],
    defaultRootObject: 'index.html',
    enableLogging: true,
    logBucket: logs,
    logFilePrefix: 'distribution/',
    defaultBehavior: pages(scope, props, files),
    additionalBehaviors: { '/api/*': toApi, '/metrics': toApi, '/out/v1/*': preview(props) },
  });
  Validations.of(distribution).acknowledge({
    id: 'Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
    reason:
      'every path without an extension, the empty one included, is rewritten to the page before it reaches the bucket',
  });
  return { distribution, files };
}

const PRIVATE = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  // The contents can be rebuilt or have expired.
  removalPolicy: RemovalPolicy.DESTROY,
  autoDeleteObjects: true,
};

function createLogBucket(scope: Construct): Bucket {
  return new Bucket(scope, 'AccessLogs', {
    ...PRIVATE,
    // CloudFront delivers its log with an access control list.
    objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
    lifecycleRules: [{ expiration: Duration.days(ACCESS_LOG_DAYS) }],
  });
}

function pages(scope: Construct, { name, headersPolicy }: SiteProps, files: Bucket): BehaviorOptions {
  return {
    // With permission to list, S3 answers 404 for a missing file; without it, 403.
    origin: S3BucketOrigin.withOriginAccessControl(files, {
      originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
    }),
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    cachePolicy: CachePolicy.CACHING_OPTIMIZED,
    responseHeadersPolicy: headersPolicy,
    compress: true,
    functionAssociations: [onRequest(scope, 'PageRequest', `${name}-page-request`, 'dashboard-page-request.js')],
  };
}

function api(scope: Construct, { name, apiHost, headersPolicy }: SiteProps): BehaviorOptions {
  return {
    origin: new HttpOrigin(apiHost, { ...TLS_ONLY, readTimeout: API_TIMEOUT }),
    allowedMethods: AllowedMethods.ALLOW_ALL,
    // A redirect cannot protect a token already sent in clear text.
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    cachePolicy: CachePolicy.CACHING_DISABLED,
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    responseHeadersPolicy: headersPolicy,
    functionAssociations: [onRequest(scope, 'ApiRequest', `${name}-api-request`, 'dashboard-api-request.js')],
  };
}

/**
 * Uses AWS's cache policy for MediaPackage, which keeps playlists for a second and segments long. CloudFront accepts
 * only browsers with cookies signed by the API, and MediaPackage answers only requests with the identifier.
 */
function preview({ hlsUrl, cdnIdentifier, previewKeys, headersPolicy }: SiteProps): BehaviorOptions {
  return {
    // https://<host>/out/v1/<id>/index.m3u8
    origin: new HttpOrigin(Fn.select(2, Fn.split('/', hlsUrl)), {
      ...TLS_ONLY,
      // Resolved at deployment: the template holds a reference, the distribution's settings the value.
      customHeaders: {
        [CDN_IDENTIFIER_HEADER]: cdnIdentifier.secretValueFromJson(CDN_IDENTIFIER_FIELD).unsafeUnwrap(),
      },
    }),
    trustedKeyGroups: [previewKeys],
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    cachePolicy: CachePolicy.ELEMENTAL_MEDIA_PACKAGE,
    responseHeadersPolicy: headersPolicy,
    compress: true,
  };
}

/** Of an origin that CloudFront reads over TLS. */
export const TLS_ONLY = {
  protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
  originSslProtocols: [OriginSslPolicy.TLS_V1_2],
};

function onRequest(scope: Construct, id: string, functionName: string, file: string) {
  return {
    eventType: FunctionEventType.VIEWER_REQUEST,
    function: new EdgeFunction(scope, id, {
      functionName: `${functionName}-${Stack.of(scope).region}`,
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromFile({ filePath: join(import.meta.dirname, file) }),
    }),
  };
}

/**
 * Uploads the built dashboard to the bucket. BucketDeployment runs a function once per deployment; it keeps `cdk deploy
 * --all` the whole installation, with rollback. No invalidation is needed: hashed names never change, and other files
 * are always revalidated. Files of earlier builds stay, because open pages still load them.
 */
export function deployFiles(scope: Construct, files: Bucket, directory: string, logRetention: RetentionDays): void {
  const logGroup = new LogGroup(scope, 'DeploymentLog', {
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  // Excludes the stamp that tells local starts whether to rebuild, and the bundler's list of files.
  const sources = [Source.asset(directory, { exclude: ['.sources', '.vite'] })];
  const common = { sources, destinationBucket: files, logGroup, memoryLimit: 256 };
  const assets = new BucketDeployment(scope, 'HashedFiles', {
    ...common,
    exclude: ['*'],
    include: ['assets/*'],
    cacheControl: [CacheControl.fromString('public, max-age=31536000, immutable')],
    prune: false,
  });
  const pagesDeployment = new BucketDeployment(scope, 'OtherFiles', {
    ...common,
    exclude: ['assets/*'],
    cacheControl: [CacheControl.noCache()],
    prune: true,
  });
  // Upload a page only after everything it refers to.
  pagesDeployment.node.addDependency(assets);
}
