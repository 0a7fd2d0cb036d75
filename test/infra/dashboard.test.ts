import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCognitoEndpoints } from '../../functions/api/auth/cognito-endpoints.ts';
import { SECURITY_HEADERS, setSecurityHeaders } from '../../functions/api/http/security-headers.ts';
import { parseConfiguration } from '../../infra/aws/configuration.ts';
import { DashboardStack } from '../../infra/aws/stacks/dashboard.ts';
import { contextOf } from './synthesized.ts';

const STACKS = join(import.meta.dirname, '..', '..', 'infra', 'aws', 'stacks');
const env = { account: '111122223333', region: 'eu-central-1' };
const CONFIGURATION = {
  deploymentId: 'test',
  source: { allowedCidr: '198.51.100.0/24' },
  alarmEmail: 'operator@example.com',
  monthlyBudgetUsd: 100,
  scriptRoles: ['operator'],
};
const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b';

let directory: string;
let template: Template;
let withDomain: Template;
let rotated: Template;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-dashboard-'));
  mkdirSync(join(directory, 'assets'));
  writeFileSync(join(directory, 'index.html'), '<!doctype html>');
  writeFileSync(join(directory, 'assets', 'page-1a2b.js'), '');
  writeFileSync(join(directory, '.sources'), 'hash');
  const app = new App({ context: contextOf(), builtinCloudFormationValidation: false });
  const data = new Stack(app, 'Data', { env });
  const common = {
    env,
    userPool: new UserPool(data, 'UserPool'),
    resourceServer: 'sluice',
    hlsUrl: 'https://abc.mediapackage.eu-central-1.amazonaws.com/out/v1/0f1e/index.m3u8',
    cdnIdentifier: new Secret(data, 'CdnIdentifier'),
    directory,
  };
  const configuration = parseConfiguration(CONFIGURATION, 'test.json');
  const domain = { name: 'sluice.example.com', certificateArn: CERTIFICATE };
  const plain = new DashboardStack(app, 'Dashboard', { ...common, configuration });
  const named = new DashboardStack(app, 'Named', { ...common, configuration: { ...configuration, domain } });
  const later = new DashboardStack(app, 'Later', {
    ...common,
    configuration: { ...configuration, previewKeysVersion: 3 },
  });
  template = Template.fromStack(plain);
  rotated = Template.fromStack(later);
  withDomain = Template.fromStack(named);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Behavior {
  PathPattern?: string;
  TargetOriginId: string;
  [property: string]: unknown;
}

function distribution(of: Template = template) {
  const [found] = Object.values(of.findResources('AWS::CloudFront::Distribution'));
  return found!['Properties'].DistributionConfig as {
    CacheBehaviors: Behavior[];
    DefaultCacheBehavior: Behavior;
    Origins: { Id: string; [property: string]: unknown }[];
    [property: string]: unknown;
  };
}

function behavior(pathPattern: string): Behavior {
  return distribution().CacheBehaviors.find((each) => each.PathPattern === pathPattern)!;
}

function originOf({ TargetOriginId: id }: Behavior) {
  return distribution().Origins.find((origin) => origin.Id === id)!;
}

/** Runs a CloudFront Function like CloudFront: with separate globals, one call. */
function runEdgeFunction(file: string, request: object): { uri: string; headers: Record<string, { value: string }> } {
  const code = readFileSync(join(STACKS, file), 'utf8');
  return runInNewContext(`${code}; handler({ request: ${JSON.stringify(request)} })`) as never;
}

describe('each dashboard file', () => {
  it('is in a bucket that only CloudFront can read, over TLS only', () => {
    const buckets = Object.values(template.findResources('AWS::S3::Bucket'));
    expect(buckets).toHaveLength(2);
    for (const { Properties: bucket } of buckets) {
      expect(bucket.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(bucket.BucketEncryption).toBeDefined();
    }
    const policies = Object.values(template.findResources('AWS::S3::BucketPolicy'));
    for (const { Properties: policy } of policies) {
      expect(policy.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    }
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: 'cloudfront.amazonaws.com' },
            // Permission to list makes S3 answer 404 for a missing file.
            Action: ['s3:GetObject', 's3:ListBucket'],
            Condition: { StringEquals: { 'AWS:SourceArn': Match.anyValue() } },
          }),
        ]),
      },
    });
    expect(originOf(distribution().DefaultCacheBehavior)).toHaveProperty('OriginAccessControlId');
  });

  it('is cached forever if its name has a hash and revalidated if not', () => {
    const deployments = Object.values(template.findResources('Custom::CDKBucketDeployment')).map(
      ({ Properties }) => Properties,
    );
    expect(deployments).toEqual([
      expect.objectContaining({
        Include: ['assets/*'],
        Exclude: ['*'],
        Prune: false,
        SystemMetadata: { 'cache-control': 'public, max-age=31536000, immutable' },
      }),
      expect.objectContaining({ Exclude: ['assets/*'], Prune: true, SystemMetadata: { 'cache-control': 'no-cache' } }),
    ]);
  });

  it('with a hash in its name is uploaded before the page that refers to it', () => {
    const [[hashed], [, pages]] = Object.entries(template.findResources('Custom::CDKBucketDeployment')) as [
      [string, unknown],
      [string, { DependsOn: string[] }],
    ];
    expect(pages.DependsOn).toContain(hashed);
  });
});

describe('the CloudFront distribution', () => {
  it('serves HTTP/2 and 3, logs, and refuses clear text', () => {
    expect(distribution()).toMatchObject({
      HttpVersion: 'http2and3',
      IPV6Enabled: true,
      DefaultRootObject: 'index.html',
      PriceClass: 'PriceClass_100',
      Logging: { Prefix: 'distribution/' },
    });
    expect(distribution().DefaultCacheBehavior['ViewerProtocolPolicy']).toBe('redirect-to-https');
    for (const each of distribution().CacheBehaviors) expect(each['ViewerProtocolPolicy']).toBe('https-only');
  });

  it('never replaces an API error with a page', () => {
    expect(distribution()).not.toHaveProperty('CustomErrorResponses');
  });

  it('accepts a custom host name with TLS 1.2 or newer', () => {
    expect(distribution(withDomain)).toMatchObject({
      Aliases: ['sluice.example.com'],
      ViewerCertificate: { AcmCertificateArn: CERTIFICATE, MinimumProtocolVersion: 'TLSv1.2_2021' },
    });
    withDomain.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      CallbackURLs: ['https://sluice.example.com/api/session/callback'],
      LogoutURLs: ['https://sluice.example.com/'],
    });
  });

  it('passes every method to the API uncached, with all headers except Host', () => {
    const api = behavior('/api/*');
    expect(behavior('/metrics')).toEqual({ ...api, PathPattern: '/metrics' });
    expect(api).toMatchObject({
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
      // AWS's managed policies: CachingDisabled, AllViewerExceptHostHeader.
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
    });
    expect(originOf(api)).toMatchObject({
      CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
    });
  });

  it('fetches the preview from MediaPackage under the path in the API’s URL', () => {
    const preview = behavior('/out/v1/*');
    // AWS's managed policy Elemental-MediaPackage.
    expect(preview).toMatchObject({ CachePolicyId: '08627262-05a9-4f76-9ded-b50ca2e3a84f' });
    expect(preview['AllowedMethods']).toEqual(['GET', 'HEAD']);
    expect(originOf(preview)).toMatchObject({ DomainName: 'abc.mediapackage.eu-central-1.amazonaws.com' });
  });

  it('shows the preview only to browsers with cookies of this deployment', () => {
    const [[groupId, group] = []] = Object.entries(template.findResources('AWS::CloudFront::KeyGroup'));
    const [keyId] = Object.keys(template.findResources('AWS::CloudFront::PublicKey'));
    expect(behavior('/out/v1/*')['TrustedKeyGroups']).toEqual([{ Ref: groupId }]);
    expect(group!['Properties'].KeyGroupConfig.Items).toEqual([{ Ref: keyId }]);
    for (const each of [behavior('/api/*'), distribution().DefaultCacheBehavior]) {
      expect(each).not.toHaveProperty('TrustedKeyGroups');
    }
  });

  it('identifies itself to MediaPackage with a reference that CloudFormation resolves', () => {
    expect(originOf(behavior('/out/v1/*'))['OriginCustomHeaders']).toEqual([
      {
        HeaderName: 'X-MediaPackage-CDNIdentifier',
        HeaderValue: {
          'Fn::Join': [
            '',
            ['{{resolve:secretsmanager:', expect.anything(), ':SecretString:MediaPackageCDNIdentifier::}}'],
          ],
        },
      },
    ]);
    for (const each of [behavior('/api/*'), distribution().DefaultCacheBehavior]) {
      expect(originOf(each)).not.toHaveProperty('OriginCustomHeaders');
    }
  });

  it('keeps the preview’s private key only in a secret that one function fills', () => {
    const [secretId] = Object.keys(template.findResources('AWS::SecretsManager::Secret'));
    template.hasResourceProperties('AWS::CloudFront::PublicKey', {
      PublicKeyConfig: { EncodedKey: { 'Fn::GetAtt': [Match.anyValue(), 'PublicKey'] } },
    });
    template.hasResourceProperties('Custom::PreviewKeyPair', { SecretArn: { Ref: secretId } });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Action: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
            Resource: { Ref: secretId },
          },
        ]),
      },
    });
    expect(JSON.stringify(template.toJSON())).not.toContain('PRIVATE KEY');
    expect(JSON.stringify(template.toJSON().Outputs)).not.toContain(secretId);
  });

  it('accepts the previous key after a rotation and signs with the new one', () => {
    const keysOf = (of: Template) =>
      Object.keys(of.findResources('AWS::CloudFront::PublicKey')).map((id) => id.slice(0, 17));
    expect(keysOf(rotated).toSorted()).toEqual(['PreviewPublicKey2', 'PreviewPublicKey3']);
    const [group] = Object.values(rotated.findResources('AWS::CloudFront::KeyGroup'));
    expect(group!['Properties'].KeyGroupConfig.Items.map(({ Ref: id }: { Ref: string }) => id.slice(0, 17))).toEqual([
      'PreviewPublicKey3',
      'PreviewPublicKey2',
    ]);
    // CloudFormation updates the identifier only if the distribution changes.
    expect(distribution(rotated)['Comment']).not.toBe(distribution()['Comment']);
  });

  it('sends the API’s security headers with every response', () => {
    const [policy] = Object.values(template.findResources('AWS::CloudFront::ResponseHeadersPolicy'));
    const { SecurityHeadersConfig: own, CustomHeadersConfig: custom } =
      policy!['Properties'].ResponseHeadersPolicyConfig;
    const sent = new Headers([
      ['content-security-policy', own.ContentSecurityPolicy.ContentSecurityPolicy],
      ['x-content-type-options', own.ContentTypeOptions ? 'nosniff' : ''],
      ['x-frame-options', own.FrameOptions.FrameOption],
      ['referrer-policy', own.ReferrerPolicy.ReferrerPolicy],
      ['strict-transport-security', toHeader(own.StrictTransportSecurity)],
      ...custom.Items.map((item: { Header: string; Value: string }) => [item.Header, item.Value]),
    ]);
    const byApi = new Headers({ 'cache-control': 'no-cache' });
    setSecurityHeaders(byApi, { requestId: '1', https: true });
    byApi.delete('x-request-id');
    byApi.delete('cache-control');
    expect(Object.fromEntries(sent)).toEqual(Object.fromEntries(byApi));
    expect([...sent.keys()]).toEqual(expect.arrayContaining(Object.keys(SECURITY_HEADERS)));
    const { DefaultCacheBehavior, CacheBehaviors } = distribution();
    for (const each of [DefaultCacheBehavior, ...CacheBehaviors])
      expect(each).toHaveProperty('ResponseHeadersPolicyId');
  });
});

function toHeader({ AccessControlMaxAgeSec: seconds, IncludeSubdomains: all }: Record<string, unknown>): string {
  return `max-age=${String(seconds)}${all ? '; includeSubDomains' : ''}`;
}

describe('the page request function', () => {
  const uriOf = (uri: string) => runEdgeFunction('dashboard-page-request.js', { uri, headers: {} }).uri;

  it('rewrites a page path to index.html', () => {
    for (const uri of ['/', '/destinations', '/destinations/dst_1', '/v1.2/settings'])
      expect(uriOf(uri)).toBe('/index.html');
  });

  it('leaves a file path unchanged', () => {
    for (const uri of ['/index.html', '/favicon.svg', '/assets/page-1a2b.js', '/assets/gone.js'])
      expect(uriOf(uri)).toBe(uri);
  });

  it('leaves paths of the API and the preview unchanged', () => {
    for (const uri of ['/api', '/api/none', '/out', '/out/v2/abc']) expect(uriOf(uri)).toBe(uri);
  });
});

describe('the API request function', () => {
  it('forwards the requested host and overwrites the viewer’s own X-Forwarded-Host', () => {
    const { headers, uri } = runEdgeFunction('dashboard-api-request.js', {
      uri: '/api/session',
      headers: { host: { value: 'd111.cloudfront.net' }, 'x-forwarded-host': { value: 'evil.example' } },
    });
    expect(headers['x-forwarded-host']).toEqual({ value: 'd111.cloudfront.net' });
    expect(uri).toBe('/api/session');
  });
});

describe('the HTTP API', () => {
  it('has no route, no CORS, a rate limit and an access log without queries and headers', () => {
    template.resourceCountIs('AWS::ApiGatewayV2::Route', 0);
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'HTTP',
      CorsConfiguration: Match.absent(),
    });
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    expect(stage!['Properties']).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
    });
    const format = JSON.parse(stage!['Properties'].AccessLogSettings.Format) as Record<string, string>;
    expect(format).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
    expect(JSON.stringify(format)).not.toMatch(/query|header|authorizer|claims/i);
  });
});

describe('sign-in', () => {
  const clients = () =>
    Object.values(template.findResources('AWS::Cognito::UserPoolClient')).map((each) => each['Properties']);

  it('of users is the authorization code flow without a secret, back to the API, for an hour', () => {
    expect(clients().find((client) => client.AllowedOAuthFlows.includes('code'))).toMatchObject({
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email'],
      GenerateSecret: false,
      CallbackURLs: [{ 'Fn::Join': ['', ['https://', expect.anything(), '/api/session/callback']] }],
      // Passwords never reach the API.
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
      AccessTokenValidity: 60,
      IdTokenValidity: 60,
      RefreshTokenValidity: 43_200,
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
    });
  });

  it('of the sluice command is the same flow, back to fixed ports of the person’s machine, for a quarter of an hour', () => {
    const client = clients().find(({ CallbackURLs: urls }) => urls?.[0] === 'http://127.0.0.1:8976/callback');
    expect(client).toMatchObject({
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email'],
      GenerateSecret: false,
      CallbackURLs: [8976, 18_976, 28_976].map((port) => `http://127.0.0.1:${port}/callback`),
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
      AccessTokenValidity: 15,
      IdTokenValidity: 15,
      RefreshTokenValidity: 43_200,
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
    });
    expect(Object.values(template.findResources('AWS::Cognito::ManagedLoginBranding'))).toHaveLength(2);
  });

  it('accepts the URLs and scopes that the API requests', () => {
    const endpoints = createCognitoEndpoints({
      signInUrl: 'https://sluice.auth.eu-central-1.amazoncognito.com',
      clientId: 'client',
      fetch: () => Promise.reject(new Error('not called')),
      logger: { info: () => {}, warn: () => {}, error: () => {} },
    });
    const origin = 'https://sluice.example.com';
    const authorize = new URL(endpoints.authorizeUrl({ origin, state: 's', codeChallenge: 'c' })).searchParams;
    const logout = new URL(endpoints.logoutUrl(origin)).searchParams;
    const [client] = Object.values(withDomain.findResources('AWS::Cognito::UserPoolClient'));
    expect(client!['Properties']).toMatchObject({
      CallbackURLs: [authorize.get('redirect_uri')],
      LogoutURLs: [logout.get('logout_uri')],
      AllowedOAuthScopes: authorize.get('scope')!.split(' '),
    });
  });

  it('of scripts has one client per configured role, with only that role’s scope', () => {
    const scripts = clients().filter((client) => client.AllowedOAuthFlows.includes('client_credentials'));
    expect(scripts).toEqual([
      expect.objectContaining({
        AllowedOAuthScopes: ['sluice/operator'],
        GenerateSecret: true,
        AccessTokenValidity: 60,
      }),
    ]);
  });

  it('has a style, because managed login shows no page without one', () => {
    const [domain] = Object.values(template.findResources('AWS::Cognito::UserPoolDomain'));
    expect(domain!['Properties']).toMatchObject({ Domain: 'sluice-test-111122223333', ManagedLoginVersion: 2 });
    const [style] = Object.values(template.findResources('AWS::Cognito::ManagedLoginBranding'));
    expect(style!['Properties']).toMatchObject({ UseCognitoProvidedValues: true });
  });
});
