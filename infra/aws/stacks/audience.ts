import { join } from 'node:path';
import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { HttpMethod, HttpRoute, HttpRouteKey, type HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Architecture, Code, type Function, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { WATCH_FOLDER } from '../../local/host/watch-folder.ts';
import type { Configuration } from '../configuration.ts';
import { AUDIENCE_FUNCTION } from '../functions.ts';
import { createNodeFunction } from '../node-function.ts';
import { createAudienceSite } from './audience-site.ts';
import { ANONYMOUS_ACCESS_LOG_FIELDS, createHttpApi } from './dashboard-api.ts';
import { createPreviewKeys } from './dashboard-preview-keys.ts';
import type { DataStack } from './data.ts';
import type { SourceStack } from './source.ts';

interface AudienceStackProps extends StackProps {
  configuration: Configuration & { audience: NonNullable<Configuration['audience']> };
  data: DataStack;
  source: SourceStack;
  /** Directory of the built dashboard and public pages. */
  directory: string;
}

/** Where Lambda puts the files of a layer. */
const LAYER_FOLDER = '/opt';

/**
 * Creates the public side: its own distribution, HTTP API and function. It shares nothing with the control plane
 * but the table and the buckets, of which its role reaches only what is public.
 *
 * The API is an HTTP API and not a function URL: CloudFront signs requests to a function URL without their body, so
 * browsers would have to send the hash of each message, and a function URL cannot limit requests per second. The API is
 * reachable on its own, so the distribution adds a secret to its requests, without which the function refuses them.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
 */
export class AudienceStack extends Stack {
  readonly httpApi: HttpApi;
  readonly function: Function;
  /** The host that watchers open. */
  readonly publicHost: string;

  constructor(scope: Construct, id: string, { configuration, data, source, directory, ...props }: AudienceStackProps) {
    super(scope, id, props);
    const { deploymentId, audience } = configuration;
    const name = `sluice-${deploymentId}-audience`;
    const logRetention = Number(configuration.logRetentionDays);
    const { httpApi } = createHttpApi(this, {
      name,
      description: 'Sluice public pages',
      accessLogName: `/sluice/${deploymentId}/audience-access`,
      logRetention,
      throttle: { rateLimit: audience.requestsPerSecond, burstLimit: audience.requestsPerSecond },
      accessLogFields: ANONYMOUS_ACCESS_LOG_FIELDS,
    });
    const edgeSecret = this.createEdgeSecret(name);
    const keys = createPreviewKeys(this, {
      name,
      purpose: 'private shows',
      version: audience.keysVersion,
      logRetention,
    });
    const distribution = createAudienceSite(this, {
      name,
      apiHost: `${httpApi.apiId}.execute-api.${this.region}.${this.urlSuffix}`,
      hlsUrl: source.hlsUrl,
      recordingBucketName: data.recordings.bucketName,
      cdnIdentifier: source.cdnIdentifier,
      edgeSecret,
      keyGroup: keys.keyGroup,
      audience,
    });
    this.httpApi = httpApi;
    this.publicHost = audience.domain?.name ?? distribution.distributionDomainName;
    this.function = createNodeFunction(this, {
      deploymentId,
      name: 'audience',
      definition: { ...AUDIENCE_FUNCTION, concurrency: audience.concurrency },
      variables: {
        TABLE_NAME: data.table.tableName,
        REPORT_BUCKET: data.reports.bucketName,
        RECORDING_BUCKET: data.recordings.bucketName,
        PUBLIC_HOST: this.publicHost,
        EDGE_SECRET_ARN: edgeSecret.secretArn,
        MEDIA_KEY_SECRET_ARN: keys.privateKey.secretArn,
        MEDIA_KEY_PAIR_ID: keys.keyPairId,
        CDN_IDENTIFIER_SECRET_ARN: source.cdnIdentifier.secretArn,
        HLS_URL: source.hlsUrl,
        PAGE_FILES: LAYER_FOLDER,
      },
      resources: {
        tableArn: data.table.tableArn,
        reportBucketArn: data.reports.bucketArn,
        recordingBucketArn: data.recordings.bucketArn,
        secretArns: [edgeSecret, keys.privateKey, source.cdnIdentifier].map(({ secretArn }: ISecret) => secretArn),
      },
      logRetention,
      layers: [this.createPageFiles(name, directory)],
      proofPrincipalArn: configuration.proof?.principalArn,
    });
    new HttpRoute(this, 'Route', {
      httpApi,
      routeKey: HttpRouteKey.with('/{proxy+}', HttpMethod.ANY),
      integration: new HttpLambdaIntegration('Audience', this.function),
    });
    new CfnOutput(this, 'WatchUrl', { value: `https://${this.publicHost}/watch`, description: 'The public catalogue' });
    if (audience.domain) {
      new CfnOutput(this, 'DistributionHost', {
        value: distribution.distributionDomainName,
        description: `CNAME target of ${audience.domain.name}`,
      });
    }
  }

  /** Creates the secret that the edge and the function share: it proves the way of a request, and signs segments. */
  private createEdgeSecret(name: string): Secret {
    return new Secret(this, 'EdgeSecret', {
      description: `Proves to the public side of ${name} that a request came through its distribution`,
      // In a header and in the code of the edge, so letters and digits only.
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** Creates the layer with script and style of the pages. CloudFront keeps them, so the function rarely sends them. */
  private createPageFiles(name: string, directory: string): LayerVersion {
    return new LayerVersion(this, 'PageFiles', {
      layerVersionName: `${name}-pages`,
      description: 'Script and style of the public pages',
      code: Code.fromAsset(join(directory, WATCH_FOLDER), { exclude: ['.sources'] }),
      compatibleRuntimes: [Runtime.NODEJS_24_X],
      compatibleArchitectures: [Architecture.ARM_64],
    });
  }
}
