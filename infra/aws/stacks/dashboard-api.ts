import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpStage, LogGroupLogDestination, type ThrottleSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** Fields of the access log. No query, header or body: they can hold secrets. */
const ACCESS_LOG_FIELDS = {
  requestId: '$context.requestId',
  at: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  responseMs: '$context.responseLatency',
  integrationMs: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
};

/**
 * Limits requests per second over all callers. An open dashboard makes about two. The limit keeps a faulty script from
 * exhausting the account's function concurrency or MediaLive's 20 calls a second.
 */
const THROTTLE = { rateLimit: 50, burstLimit: 100 };

interface HttpApiLimits {
  /** By default that of the dashboard's API. */
  throttle?: ThrottleSettings;
  accessLogFields?: Record<string, string>;
}

/** The fields that say nothing about who asked for what. */
const { sourceIp: _sourceIp, path: _path, ...ANONYMOUS_ACCESS_LOG_FIELDS } = ACCESS_LOG_FIELDS;
export { ANONYMOUS_ACCESS_LOG_FIELDS };

/**
 * Creates the HTTP API without a route; a later stack adds one. So everything in front of the API (the
 * distribution, the sign-in addresses) can be created before it. CORS is not needed: dashboard and API share one
 * origin.
 */
export function createHttpApi(
  scope: Construct,
  props: { name: string; description: string; accessLogName: string; logRetention: RetentionDays } & HttpApiLimits,
): { httpApi: HttpApi; accessLog: LogGroup } {
  const httpApi = new HttpApi(scope, 'HttpApi', {
    apiName: props.name,
    description: props.description,
    createDefaultStage: false,
  });
  const accessLog = new LogGroup(scope, 'ApiAccessLog', {
    logGroupName: props.accessLogName,
    retention: props.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  new HttpStage(scope, 'DefaultStage', {
    httpApi,
    stageName: '$default',
    autoDeploy: true,
    detailedMetricsEnabled: true,
    throttle: props.throttle ?? THROTTLE,
    accessLogSettings: {
      destination: new LogGroupLogDestination(accessLog),
      format: AccessLogFormat.custom(JSON.stringify(props.accessLogFields ?? ACCESS_LOG_FIELDS)),
    },
  });
  return { httpApi, accessLog };
}

/** HTTP APIs time out with 503 after 30 seconds. CloudFront waits as long. */
export const API_TIMEOUT = Duration.seconds(30);
