import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { SECURITY_HEADERS } from '../../../functions/api/http/security-headers.ts';
import type { Configuration } from '../configuration.ts';
import { createHttpApi } from './dashboard-api.ts';
import { createHeadersPolicy } from './dashboard-headers.ts';
import { createPreviewKeys, type PreviewKeys } from './dashboard-preview-keys.ts';
import { createSignIn, type ScriptRole } from './dashboard-sign-in.ts';
import { createSite, deployFiles } from './dashboard-site.ts';

interface DashboardStackProps extends StackProps {
  configuration: Configuration;
  userPool: IUserPool;
  /** Identifier of the resource server whose scopes are the roles. */
  resourceServer: string;
  /** URL of the HLS endpoint that MediaPackage serves: https://<host>/out/v1/<id>/<playlist>. */
  hlsUrl: string;
  /** Identifier that MediaPackage requires from its CDN in every request. */
  cdnIdentifier: ISecret;
  /** Directory of the built dashboard. */
  directory: string;
}

/**
 * Creates everything a browser connects to: distribution, dashboard files, sign-in and the front of the API. It comes
 * before the control plane, which adds the API's route and needs these addresses.
 */
export class DashboardStack extends Stack {
  readonly httpApi: HttpApi;
  readonly apiAccessLog: LogGroup;
  readonly distributionId: string;
  /** The host that users open. */
  readonly publicHost: string;
  /** Signs the cookies that let a browser load the preview. */
  readonly previewKeys: PreviewKeys;
  /** `https://` and that host. */
  readonly dashboardUrl: string;
  /** Base of the sign-in page's endpoints: `/oauth2/authorize`, `/oauth2/token`, `/logout`. */
  readonly signInUrl: string;
  readonly dashboardClientId: string;
  readonly commandLineClientId: string;
  readonly scriptClientIds: ReadonlyMap<ScriptRole, string>;

  constructor(scope: Construct, id: string, { configuration, ...props }: DashboardStackProps) {
    super(scope, id, props);
    const name = `sluice-${configuration.deploymentId}`;
    const logRetention = Number(configuration.logRetentionDays);
    const { httpApi, accessLog } = createHttpApi(this, {
      name,
      description: 'Sluice API; the control plane stack adds the route',
      accessLogName: `/sluice/${configuration.deploymentId}/api-access`,
      logRetention,
    });
    this.previewKeys = createPreviewKeys(this, {
      name,
      purpose: 'the HLS preview',
      version: configuration.previewKeysVersion,
      logRetention,
    });
    const { distribution, files } = createSite(this, {
      name,
      apiHost: `${httpApi.apiId}.execute-api.${this.region}.${this.urlSuffix}`,
      hlsUrl: props.hlsUrl,
      cdnIdentifier: props.cdnIdentifier,
      previewKeys: this.previewKeys.keyGroup,
      previewKeysVersion: configuration.previewKeysVersion,
      headersPolicy: createHeadersPolicy(this, `${name}-${this.region}`, SECURITY_HEADERS),
      priceClass: configuration.priceClass,
      domain: configuration.domain,
    });
    deployFiles(this, files, props.directory, logRetention);
    this.publicHost = configuration.domain?.name ?? distribution.distributionDomainName;
    this.dashboardUrl = `https://${this.publicHost}`;
    const signIn = createSignIn(this, {
      userPool: props.userPool,
      domainPrefix: `${name}-${this.account}`,
      dashboardUrl: this.dashboardUrl,
      resourceServer: props.resourceServer,
      scriptRoles: configuration.scriptRoles,
    });
    this.httpApi = httpApi;
    this.apiAccessLog = accessLog;
    this.distributionId = distribution.distributionId;
    this.signInUrl = signIn.signInUrl;
    this.dashboardClientId = signIn.dashboardClient.userPoolClientId;
    this.commandLineClientId = signIn.commandLineClient.userPoolClientId;
    this.scriptClientIds = new Map([...signIn.scriptClients].map(([role, client]) => [role, client.userPoolClientId]));
    this.describe(configuration, distribution.distributionDomainName);
  }

  private describe({ domain }: Configuration, distributionHost: string): void {
    new CfnOutput(this, 'DashboardUrl', { value: this.dashboardUrl, description: 'URL of the dashboard' });
    new CfnOutput(this, 'SignInUrl', { value: this.signInUrl, description: 'Base URL of the OAuth 2 endpoints' });
    for (const [role, clientId] of this.scriptClientIds) {
      new CfnOutput(this, `ScriptClientId${role}`, {
        value: clientId,
        description: `Client id for scripts with the role ${role}`,
      });
    }
    if (domain) {
      new CfnOutput(this, 'DistributionHost', {
        value: distributionHost,
        description: `CNAME target of ${domain.name}`,
      });
    }
  }
}
