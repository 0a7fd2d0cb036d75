import { createHmac, createPublicKey, createVerify } from 'node:crypto';
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { SECURITY_HEADERS } from '../../functions/api/http/security-headers.ts';
import { signCookies } from '../../functions/aws/signed-cookies.ts';
import { segmentAddress, type SegmentFolder } from '../../functions/domain/segment-address.ts';
import { AudienceEnvironment, readEnvironment } from '../../functions/environment.ts';
import { createAudienceKey } from '../../infra/local/audience/audience-key.ts';
import { findMissingPermission } from '../../infra/local/endpoints/wire/limited-key.ts';
import { FUNCTION_NAMES } from '../../infra/aws/functions.ts';
import { MEDIA_KEY } from '../support/audience.ts';
import { isAllowed, type PolicyStatement } from './iam-evaluate.ts';
import { synthesize, withAudience } from './synthesized.ts';

/**
 * The stack of the public pages. There is no AWS account behind these tests: they read the templates, run the code of the
 * edge as CloudFront would, and evaluate the role as IAM does.
 */

const on = synthesize('dev', withAudience('dev'));
const off = synthesize('dev');
const template = on.template('audience');
const ID = '01k8m3v0s5n2q8w4x6y7z9a1bc';
const OTHER_ID = '01k8m3v0s5n2q8w4x6y7z9a1bd';

interface Behavior {
  PathPattern?: string;
  TargetOriginId: string;
  AllowedMethods: string[];
  CachePolicyId: unknown;
  [property: string]: unknown;
}

const only = (type: string) => {
  const [[logicalId, resource] = ['', null], ...others] = Object.entries(template.findResources(type));
  if (others.length > 0) throw new Error(`there are several of ${type}`);
  return { logicalId, properties: resource!['Properties'] };
};
const distribution = only('AWS::CloudFront::Distribution').properties.DistributionConfig as {
  CacheBehaviors: Behavior[];
  DefaultCacheBehavior: Behavior;
  Origins: { Id: string; [property: string]: any }[];
  [property: string]: unknown;
};

/** Returns the behavior that CloudFront chooses for a path: the first whose pattern fits. */
function behaviorOf(path: string): Behavior {
  const fits = (pattern: string) =>
    new RegExp(`^${pattern.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`).test(path);
  return distribution.CacheBehaviors.find(({ PathPattern }) => fits(PathPattern!)) ?? distribution.DefaultCacheBehavior;
}
const originOf = (path: string) => distribution.Origins.find(({ Id }) => Id === behaviorOf(path).TargetOriginId)!;
const cachePolicyOf = (path: string) => {
  const id = behaviorOf(path).CachePolicyId as string | { Ref: string };
  if (typeof id === 'string') return id;
  return template.findResources('AWS::CloudFront::CachePolicy')[id.Ref]!['Properties'].CachePolicyConfig;
};

const SIGNATURE = '0'.repeat(32);
const PATHS = {
  pages: ['/watch', `/watch/${ID}`, `/embed/${ID}`, '/oembed', '/audience/v1/shows', '/anything'],
  data: [`/audience/v1/shows/${ID}/chat`, `/audience/v1/shows/${ID}/viewings`],
  playlists: [
    `/audience/hls/${ID}/index.m3u8`,
    `/audience/private/${ID}/${ID}/index.m3u8`,
    `/audience/v1/shows/${ID}/recording/hd/a.m3u8`,
  ],
  live: [`/audience/hls/${ID}/${SIGNATURE}/a_1.ts`, `/audience/private/${ID}/live/${SIGNATURE}/a_1.ts`],
  recordings: [
    `/audience/recordings/${ID}/${SIGNATURE}/rec_1/a_1.ts`,
    `/audience/private/${ID}/recording/${SIGNATURE}/rec_1/hd/a_1.ts`,
  ],
};

describe('the public pages', () => {
  it('are off by default, and change nothing then', () => {
    expect(Object.keys(off.stacks)).not.toContain('audience');
    expect(JSON.stringify(off.resources())).not.toMatch(/-audience|AUDIENCE|audience-/);
  });

  it('are a stack that the control plane only knows the address of', () => {
    const names = (stack: 'audience' | 'controlPlane') =>
      on.stacks[stack].dependencies.map(({ stackName }) => stackName.replace('sluice-dev-', '')).toSorted();
    expect(names('audience')).toEqual(['data', 'source']);
    const variables = Object.values(on.resources('AWS::Lambda::Function', 'controlPlane')).flatMap(
      ({ Properties: { FunctionName, Environment } }) =>
        'AUDIENCE_HOST' in (Environment as { Variables: object }).Variables ? [FunctionName] : [],
    );
    // The API for links, the others for the cost of what the pages add.
    expect(variables.toSorted()).toEqual(['sluice-dev-api', 'sluice-dev-cost-report', 'sluice-dev-monitor']);
  });

  it('have a function with reserved concurrency, without any variable of the control plane', () => {
    const [made] = Object.values(on.resources('AWS::Lambda::Function', 'audience')).filter(
      ({ Properties }) => Properties['FunctionName'] === 'sluice-dev-audience',
    );
    const { Environment, ...properties } = made!.Properties;
    expect(properties).toMatchObject({ ReservedConcurrentExecutions: 40, Timeout: 15 });
    expect(properties).not.toHaveProperty('TracingConfig');
    const { Variables } = on.resolve(Environment, 'audience') as { Variables: Record<string, string> };
    expect(readEnvironment(AudienceEnvironment, Variables)).toMatchObject({
      PUBLIC_HOST: 'd111111abcdef8.cloudfront.net',
      HLS_URL: 'https://package.example/out/v1/0123/index.m3u8',
    });
    expect(
      Object.keys(Variables)
        .filter((name) => !(name in AudienceEnvironment.shape))
        .toSorted(),
    ).toEqual(['NODE_OPTIONS', 'POWERTOOLS_LOG_LEVEL', 'POWERTOOLS_SERVICE_NAME']);
  });

  it('have a limit of requests of their own, and an access log without addresses of watchers', () => {
    const { DefaultRouteSettings, AccessLogSettings } = only('AWS::ApiGatewayV2::Stage').properties;
    expect(DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 200, ThrottlingBurstLimit: 200 });
    expect(AccessLogSettings.Format).not.toMatch(/sourceIp|userAgent|\$context\.path|query|header/i);
    expect(distribution).not.toHaveProperty('Logging');
  });

  it('take their settings from the configuration', () => {
    const certificateArn = 'arn:aws:acm:us-east-1:000000000000:certificate/0a1b';
    const webAclArn = 'arn:aws:wafv2:us-east-1:000000000000:global/webacl/watch/0a1b';
    const settings = { concurrency: 7, requestsPerSecond: 50, priceClass: 'All', webAclArn, keysVersion: 3 };
    const changed = synthesize(
      'dev',
      withAudience('dev', { ...settings, domain: { name: 'watch.example.com', certificateArn } }),
    );
    changed.template('audience').hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Aliases: ['watch.example.com'],
        ViewerCertificate: { AcmCertificateArn: certificateArn, MinimumProtocolVersion: 'TLSv1.2_2021' },
        PriceClass: 'PriceClass_All',
        WebACLId: webAclArn,
      },
    });
    expect(Object.keys(changed.template('audience').findResources('AWS::CloudFront::PublicKey'))).toHaveLength(2);
    changed.template('audience').hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 7 });
  });

  it.each([
    [{ concurrency: 0 }, 'audience.concurrency = 0'],
    [{ requestsPerSecond: 100_000 }, 'audience.requestsPerSecond = 100000'],
    [{ webAclArn: 'arn:aws:wafv2:eu-west-1:000000000000:regional/webacl/x/y' }, 'a web ACL for CloudFront'],
    [{ unknown: 1 }, 'unknown'],
  ])('refuse %j', (audience, words) => {
    expect(() => withAudience('dev', audience)).toThrow(words);
  });
});

describe('the role of the public pages', () => {
  const [made] = Object.values(on.resources('AWS::Lambda::Function', 'audience')).filter(
    ({ Properties }) => Properties['FunctionName'] === 'sluice-dev-audience',
  );
  const { Variables: environment } = on.resolve(made!.Properties['Environment'], 'audience') as {
    Variables: Record<string, string>;
  };
  const policies = Object.entries(on.resources('AWS::IAM::Policy', 'audience'))
    .filter(([id]) => id.startsWith('Roleaudience'))
    .map(
      ([, { Properties }]) => on.resolve(Properties['PolicyDocument'], 'audience') as { Statement: PolicyStatement[] },
    );
  const statements = policies.flatMap(({ Statement }) => Statement);
  const table = String((statements.find(({ Action }) => String(Action).includes('Query')) as PolicyStatement).Resource);
  const names = {
    tableName: environment['TABLE_NAME']!,
    reportBucket: environment['REPORT_BUCKET']!,
    recordingBucket: environment['RECORDING_BUCKET']!,
  };
  const { rules } = createAudienceKey(names);
  const PARTITIONS = [
    ...[
      'SHOWS',
      'SHOWS2',
      'PAST-SHOWS',
      'PAST-SHOW#1',
      'WATCH-LINKS#shw_1',
      'RECORDINGS',
      'audience#chat#1',
      'audience#',
    ],
    ...[
      'AUDIENCE#1',
      'DESTINATIONS',
      'SETTINGS',
      'ACCESS-TOKENS',
      'INVITATIONS',
      'TARGETS',
      'audience',
      'x-audience#',
      '',
    ],
  ];

  const input = (name: string, pk: string) => {
    const key = { pk: { S: pk } };
    if (name === 'Query')
      return { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: pk } } };
    return name === 'PutItem' ? { Item: key } : { Key: key };
  };

  it.each(['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'Scan', 'BatchGetItem', 'TransactWriteItems'])(
    'allows %s exactly where the key of one machine does',
    (name) => {
      const onAws = (partition: string) =>
        isAllowed(statements, {
          action: `dynamodb:${name}`,
          resource: table,
          context: { 'dynamodb:LeadingKeys': [partition] },
        });
      const onOneMachine = (partition: string) =>
        findMissingPermission(rules, {
          ...{ signingName: 'dynamodb', method: 'POST', url: new URL('http://localhost/') },
          target: `DynamoDB_20120810.${name}`,
          body: Buffer.from(JSON.stringify({ TableName: names.tableName, ...input(name, partition) })),
        }) === null;
      expect(PARTITIONS.filter(onAws)).toEqual(PARTITIONS.filter(onOneMachine));
      const reads = ['GetItem', 'Query'].includes(name)
        ? 7
        : ['PutItem', 'UpdateItem', 'DeleteItem'].includes(name)
          ? 2
          : 0;
      expect(PARTITIONS.filter(onAws)).toHaveLength(reads);
    },
  );

  it('allows nothing of the table to a request whose partitions IAM does not know, and no index', () => {
    for (const name of ['GetItem', 'Query', 'PutItem'])
      for (const resource of [table, `${table}/index/history-by-day`]) {
        const context: Record<string, string[]> = resource === table ? {} : { 'dynamodb:LeadingKeys': ['SHOWS'] };
        expect(isAllowed(statements, { action: `dynamodb:${name}`, resource, context }), `${name} ${resource}`).toBe(
          false,
        );
      }
    expect(
      isAllowed(statements, {
        action: 'dynamodb:GetItem',
        resource: table,
        context: { 'dynamodb:LeadingKeys': ['SHOWS', 'DESTINATIONS'] },
      }),
    ).toBe(false);
  });

  it('has no other actions than these', () => {
    const actions = statements.flatMap(({ Action }) => Action).toSorted();
    expect([...new Set(actions)]).toEqual([
      ...['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map((name) => `dynamodb:${name}`),
      ...['logs:CreateLogStream', 'logs:PutLogEvents', 's3:GetObject', 'secretsmanager:GetSecretValue'],
    ]);
    const read = (action: string, resource: string) => isAllowed(statements, { action, resource, context: {} });
    const bucket = (name: string) => `arn:aws:s3:::${name.toLowerCase()}`;
    expect(read('s3:GetObject', `${bucket(names.reportBucket)}/covers/x.png`)).toBe(true);
    expect(read('s3:GetObject', `${bucket(names.reportBucket)}/reports/cost/2026-11-21.json`)).toBe(false);
    expect(read('s3:GetObject', `${bucket(names.recordingBucket)}/recordings/rec_1/a.m3u8`)).toBe(true);
    const secrets = statements.filter(({ Action }) => Action === 'secretsmanager:GetSecretValue');
    expect(secrets.flatMap(({ Resource }) => Resource).toSorted()).toEqual(
      ['EDGE_SECRET_ARN', 'MEDIA_KEY_SECRET_ARN', 'CDN_IDENTIFIER_SECRET_ARN']
        .map((each) => environment[each])
        .toSorted(),
    );
  });

  it('alone reads the private key, besides the function that creates it', () => {
    const question = {
      action: 'secretsmanager:GetSecretValue',
      resource: environment['MEDIA_KEY_SECRET_ARN']!,
      context: {},
    };
    const reading = Object.entries(on.resources('AWS::IAM::Policy', 'audience')).flatMap(([id, { Properties }]) => {
      const { Statement } = on.resolve(Properties['PolicyDocument'], 'audience') as { Statement: PolicyStatement[] };
      return isAllowed(Statement, question) ? [id.replace(/DefaultPolicy.*/, '')] : [];
    });
    expect(reading.toSorted()).toEqual(['PreviewKeysRole', 'Roleaudience']);
    const ofControlPlane = on.resources('AWS::IAM::Policy', 'controlPlane');
    expect(JSON.stringify(ofControlPlane)).toContain('sluice-dev-dashboard:ExportsOutputRefPreviewPrivateKey');
    expect(JSON.stringify(ofControlPlane)).not.toContain('sluice-dev-audience:');
    expect(FUNCTION_NAMES).not.toContain('audience');
  });
});

describe('the distribution of the public pages', () => {
  it('serves HTTP/2 and 3 over TLS, and keeps no error', () => {
    expect(distribution).toMatchObject({
      HttpVersion: 'http2and3',
      DefaultRootObject: 'watch',
      PriceClass: 'PriceClass_100',
    });
    for (const each of [distribution.DefaultCacheBehavior, ...distribution.CacheBehaviors])
      expect(['https-only', 'redirect-to-https']).toContain(each['ViewerProtocolPolicy']);
    for (const { ErrorCachingMinTTL } of distribution['CustomErrorResponses'] as { ErrorCachingMinTTL: number }[])
      expect(ErrorCachingMinTTL).toBe(0);
  });

  it('asks the function for pages, data and playlists, with the secret of the edge', () => {
    for (const path of [...PATHS.pages, ...PATHS.data, ...PATHS.playlists]) {
      const { DomainName, OriginCustomHeaders, CustomOriginConfig } = originOf(path);
      expect(JSON.stringify(DomainName), path).toContain('execute-api');
      expect(CustomOriginConfig).toMatchObject({ OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] });
      expect(OriginCustomHeaders).toEqual([{ HeaderName: 'x-sluice-edge', HeaderValue: expect.anything() }]);
      expect(JSON.stringify(OriginCustomHeaders)).toContain('{{resolve:secretsmanager:');
      expect(behaviorOf(path)).not.toHaveProperty('TrustedKeyGroups');
      expect(behaviorOf(path)).not.toHaveProperty('ResponseHeadersPolicyId');
    }
  });

  it('asks MediaPackage for live segments and S3 for recorded ones', () => {
    for (const path of PATHS.live) {
      const { DomainName, OriginPath, OriginCustomHeaders } = originOf(path);
      const resolved = on.resolve([DomainName, OriginPath], 'audience');
      expect(resolved, path).toEqual(['package.example', '/out/v1/0123']);
      expect(OriginCustomHeaders[0].HeaderName).toBe('X-MediaPackage-CDNIdentifier');
    }
    for (const path of PATHS.recordings) {
      expect(originOf(path), path).toMatchObject({ OriginPath: '/recordings', S3OriginConfig: {} });
      expect(originOf(path)).toHaveProperty('OriginAccessControlId');
      expect(originOf(path)).not.toHaveProperty('OriginCustomHeaders');
    }
    const allowed = Object.values(on.resources('AWS::S3::BucketPolicy', 'data')).flatMap(
      ({ Properties }) => (Properties['PolicyDocument'] as { Statement: any[] }).Statement,
    );
    const ofCloudFront = allowed.filter(({ Principal }) => Principal?.Service === 'cloudfront.amazonaws.com');
    expect(ofCloudFront.map(({ Action }) => Action)).toEqual(['s3:GetObject']);
    expect(on.resolve(ofCloudFront[0].Condition, 'data')).toEqual({
      ArnLike: { 'aws:SourceArn': 'arn:aws:cloudfront::000000000000:distribution/*' },
    });
  });

  it('opens the segments of private shows only with signed cookies', () => {
    const group = only('AWS::CloudFront::KeyGroup');
    const key = only('AWS::CloudFront::PublicKey');
    expect(group.properties.KeyGroupConfig.Items).toEqual([{ Ref: key.logicalId }]);
    for (const path of [...PATHS.live, ...PATHS.recordings])
      expect(behaviorOf(path)['TrustedKeyGroups'], path).toEqual(
        path.startsWith('/audience/private/') ? [{ Ref: group.logicalId }] : undefined,
      );
  });

  it('keeps no answer by cookie or header, and none longer than the function says', () => {
    for (const path of [...PATHS.pages, ...PATHS.data, ...PATHS.playlists]) {
      const { MinTTL, DefaultTTL, MaxTTL, ParametersInCacheKeyAndForwardedToOrigin: key } = cachePolicyOf(path);
      expect([MinTTL, DefaultTTL], path).toEqual([0, 0]);
      expect(MaxTTL).toBeLessThanOrEqual(600);
      expect(key).toMatchObject({
        CookiesConfig: { CookieBehavior: 'none' },
        HeadersConfig: { HeaderBehavior: 'none' },
      });
    }
    // What watchers poll has one copy, whatever stands behind its path.
    for (const path of [PATHS.playlists[0]!, PATHS.playlists[1]!, `/audience/v1/shows/${ID}/chat/buckets/7`])
      expect(cachePolicyOf(path).ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig).toEqual({
        QueryStringBehavior: 'none',
      });
    for (const path of [...PATHS.live, ...PATHS.recordings])
      expect(cachePolicyOf(path).ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig).toEqual({
        QueryStringBehavior: 'whitelist',
        QueryStrings: ['m'],
      });
    // AWS's managed policy CachingOptimized.
    expect(cachePolicyOf('/audience/assets/main-1a2b.js')).toBe('658327ea-f89d-4fab-a63d-7e88639e58f6');
  });

  it('passes messages on, which CloudFront never keeps, and takes nothing else where only reading is meant', () => {
    expect(behaviorOf(`/audience/v1/shows/${ID}/chat/messages`).AllowedMethods).toContain('POST');
    expect(behaviorOf(`/audience/v1/shows/${ID}/viewings`).AllowedMethods).toContain('POST');
    for (const path of [...PATHS.live, ...PATHS.recordings, PATHS.playlists[0]!, '/audience/assets/x.js'])
      expect(behaviorOf(path).AllowedMethods, path).toEqual(['GET', 'HEAD']);
  });

  it('forwards who sends a request, as CloudFront sees it, and the page it comes from', () => {
    const { HeadersConfig, CookiesConfig } = only('AWS::CloudFront::OriginRequestPolicy').properties
      .OriginRequestPolicyConfig;
    expect(HeadersConfig.Headers).toEqual(expect.arrayContaining(['CloudFront-Viewer-Address', 'Origin']));
    expect(HeadersConfig.Headers).not.toContain('Authorization');
    expect(CookiesConfig).toEqual({ CookieBehavior: 'all' });
  });

  it('sends segments with the policy of the pages', () => {
    const { SecurityHeadersConfig } = only('AWS::CloudFront::ResponseHeadersPolicy').properties
      .ResponseHeadersPolicyConfig;
    expect(SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy).toContain("frame-ancestors 'none'");
    expect(SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy).not.toBe(
      SECURITY_HEADERS['content-security-policy'],
    );
    expect(SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec).toBe(63_072_000);
  });
});

describe('the function at the edge', () => {
  const KEY = 'k'.repeat(64);
  const code = (() => {
    const { FunctionCode } = only('AWS::CloudFront::Function').properties;
    const [before, , after] = FunctionCode['Fn::Join'][1] as [string, unknown, string];
    return before.replace(/\{\{resolve:secretsmanager:$/, KEY) + after.replace(/^:SecretString:::\}\}/, '');
  })();
  const run = (address: string) => {
    const { pathname, searchParams } = new URL(address, 'https://watch.example.com');
    const querystring = Object.fromEntries([...searchParams].map(([name, value]) => [name, { value }]));
    const request = JSON.stringify({ uri: pathname, querystring, headers: {} });
    return runInNewContext(`${code}; handler({ request: ${request} })`, {
      require: createRequire(import.meta.url),
    }) as { uri?: string; querystring?: object; statusCode?: number };
  };
  const FOLDERS = [false, true].flatMap((isPrivate) =>
    (['live', 'recording'] as const).map((source): SegmentFolder => ({ id: ID, isPrivate, source })),
  );

  it('gets its key from the secret that the function has, when it is deployed', () => {
    const { FunctionCode } = only('AWS::CloudFront::Function').properties;
    const [before, reference] = FunctionCode['Fn::Join'][1];
    expect(before.endsWith(`'{{resolve:secretsmanager:`)).toBe(true);
    expect(reference).toEqual({ Ref: expect.stringMatching(/^EdgeSecret/) });
    expect(code).toContain(`'${KEY}'`);
    expect(code).not.toContain('resolve:');
  });

  it.each(FOLDERS)('passes on what the public side has signed: %j', (folder) => {
    expect(run(segmentAddress(KEY, folder, 'hd/a_10.ts'))).toMatchObject({ uri: '/hd/a_10.ts', querystring: {} });
    const numbered = segmentAddress(KEY, folder, 'a_10.ts?m=1785000000');
    expect(run(numbered)).toMatchObject({ uri: '/a_10.ts', querystring: { m: { value: '1785000000' } } });
    // More in the address makes no second copy.
    expect(run(`${numbered}&x=1`).querystring).toEqual({ m: { value: '1785000000' } });
  });

  it.each(FOLDERS)('refuses every other address: %j', (folder) => {
    const address = segmentAddress(KEY, folder, 'a_10.ts?m=1785000000');
    const forged = createHmac('sha256', 'another key').update('x').digest('hex').slice(0, 32);
    for (const wrong of [
      address.replace('a_10', 'a_11'),
      address.replace('m=1785', 'm=1786'),
      address.replace(/\?.*/, ''),
      address.replace(ID, OTHER_ID),
      address.replace(/[0-9a-f]{32}/, forged),
      address.replace(/[0-9a-f]{32}\//, ''),
      segmentAddress('another key', folder, 'a_10.ts'),
      address.replace('a_10.ts', `${'../'.repeat(9)}a_10.ts`),
      // A signature of one source is none of the other.
      folder.source === 'live'
        ? address.replace('/hls/', '/recordings/').replace('/live/', '/recording/')
        : address.replace('/recordings/', '/hls/').replace('/recording/', '/live/'),
    ])
      expect(run(wrong), wrong).toMatchObject({ statusCode: 404 });
  });
});

describe('the cookies of private shows', () => {
  it('verify with the public key that CloudFront has', () => {
    const expiresAt = new Date('2026-12-03T10:10:00.000Z');
    const resource = `https://watch.example.com/audience/private/${ID}/*`;
    const cookies = signCookies(MEDIA_KEY, { resource, expiresAt });
    const decode = (text: string) =>
      Buffer.from(text.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64');
    const policy = decode(cookies['CloudFront-Policy']);
    const verifies = (text: Buffer) =>
      createVerify('RSA-SHA1')
        .update(text)
        .verify(createPublicKey(MEDIA_KEY.privateKey), decode(cookies['CloudFront-Signature']));
    expect(verifies(policy)).toBe(true);
    expect(verifies(Buffer.from(policy.toString().replace(ID, OTHER_ID)))).toBe(false);
  });
});
