import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import type { Policy, Role } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { OPERATION_KINDS } from '../../functions/domain/destination.ts';
import { FUNCTION_NAMES, FUNCTIONS } from '../../infra/aws/functions.ts';
import { ROOT } from '../../infra/aws/node-function.ts';
import { FLOW_OUTPUT_PERMISSIONS } from '../../infra/aws/permission.ts';
import { SLATE_PREFIX } from '../../functions/aws/slate-store.ts';
import { readEnvironment } from '../../functions/environment.ts';
import { describeResource } from './described-resource.ts';
import {
  synthesize,
  withAudience,
  withBackup,
  type StackId,
  type Synthesized,
  type TemplateResource,
} from './synthesized.ts';

/**
 * Tests the security and cost properties of the templates. Both environments are synthesized once. The guarantees are
 * checked on prod, and on dev where the two differ.
 */

const prod = synthesize('prod');
const prodWithBackup = synthesize('prod', withBackup('prod'));
const prodWithAudience = synthesize('prod', withAudience('prod'));
const dev = synthesize('dev');
const STACKS = Object.keys(prod.stacks) as StackId[];

type Statement = { Effect: string; Action: string | string[]; Resource: string | string[]; Condition?: object };

const listOf = <Item>(value: Item | Item[] | undefined): Item[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function only(resources: Record<string, TemplateResource>): TemplateResource {
  const [[, resource] = [], ...others] = Object.entries(resources);
  expect(others).toEqual([]);
  return resource!;
}

/** Returns the statements of all policies of the roles, by logical id of the policy, resolved. */
function statementsOf(deployment: Synthesized, stack: StackId): [string, Statement][] {
  const policies = Object.entries(deployment.resources('AWS::IAM::Policy', stack)).map(
    ([id, { Properties: properties }]) => [id, properties.PolicyDocument] as const,
  );
  const inline = Object.entries(deployment.resources('AWS::IAM::Role', stack)).flatMap(([id, { Properties }]) =>
    listOf(Properties.Policies as { PolicyDocument: unknown }[]).map(
      ({ PolicyDocument: document }) => [id, document] as const,
    ),
  );
  return [...policies, ...inline].flatMap(([id, document]) =>
    (deployment.resolve(document, stack) as { Statement: Statement[] }).Statement.map(
      (statement) => [id, statement] as [string, Statement],
    ),
  );
}

/** Returns the statements of a function's role. */
function statementsOfFunction(name: string): Statement[] {
  const prefix = `Role${name.replaceAll('-', '')}Default`;
  const found = statementsOf(prod, 'controlPlane').filter(([id]) => id.startsWith(prefix));
  expect(found.length).toBeGreaterThan(0);
  return found.map(([, statement]) => statement);
}

const allowing = (name: string, action: string) =>
  statementsOfFunction(name).filter((statement) => listOf(statement.Action).includes(action));

function functionOf(name: string, deployment = prod): TemplateResource {
  const found = Object.values(deployment.resources('AWS::Lambda::Function', 'controlPlane')).find(
    ({ Properties: properties }) => String(properties.FunctionName).endsWith(`-${name}`),
  );
  expect(found, name).toBeDefined();
  return found!;
}

describe('the data stack', () => {
  it('keeps table, keys, secrets, reports and users when it is deleted', () => {
    const kept = [
      'AWS::DynamoDB::GlobalTable',
      'AWS::KMS::Key',
      'AWS::SecretsManager::Secret',
      'AWS::S3::Bucket',
      'AWS::Cognito::UserPool',
    ];
    for (const type of kept) {
      const found = Object.entries(prod.resources(type, 'data'));
      expect(found.length, type).toBeGreaterThan(0);
      for (const [id, resource] of found) {
        expect([id, resource.DeletionPolicy, resource.UpdateReplacePolicy]).toEqual([id, 'Retain', 'Retain']);
      }
    }
    expect(prod.stacks.data.terminationProtection).toBe(true);
    expect(dev.stacks.data.terminationProtection).toBe(false);
  });

  it('can restore the table to any second of the last 35 days and protects it against deletion', () => {
    const { Properties: table } = only(prod.resources('AWS::DynamoDB::GlobalTable', 'data'));
    expect(table.Replicas).toEqual([
      expect.objectContaining({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
      }),
    ]);
    expect(table.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
    expect(table.BillingMode).toBe('PAY_PER_REQUEST');
    expect(table.KeySchema).toEqual([
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ]);
    expect(table.GlobalSecondaryIndexes).toEqual([
      expect.objectContaining({
        IndexName: 'HistoryByDay',
        KeySchema: [
          { AttributeName: 'day', KeyType: 'HASH' },
          { AttributeName: 'at', KeyType: 'RANGE' },
        ],
      }),
    ]);
  });

  it('rotates both keys', () => {
    const keys = Object.values(prod.resources('AWS::KMS::Key', 'data'));
    expect(keys).toHaveLength(2);
    for (const { Properties: key } of keys)
      expect(key).toMatchObject({ EnableKeyRotation: true, PendingWindowInDays: 30 });
  });

  it('refuses requests for reports and recordings without TLS or from the public', () => {
    const buckets = Object.entries(prod.resources('AWS::S3::Bucket', 'data'));
    expect(buckets).toHaveLength(2);
    for (const [id, { Properties: bucket, DeletionPolicy }] of buckets) {
      expect(bucket.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(DeletionPolicy).toBe('Retain');
      prod.template('data').hasResourceProperties('AWS::S3::BucketPolicy', {
        Bucket: { Ref: id },
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Effect: 'Deny',
              Action: 's3:*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            }),
          ]),
        },
      });
    }
  });

  const bucketOf = (name: string): TemplateResource =>
    only(
      Object.fromEntries(
        Object.entries(prod.resources('AWS::S3::Bucket', 'data')).filter(([id]) => id.startsWith(name)),
      ),
    );

  it('keeps versions of reports for two years, and recordings in the class that their use suggests', () => {
    const { Properties: reports } = bucketOf('Reports');
    expect(reports.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    const expiring = (reports.LifecycleConfiguration as { Rules: { ExpirationInDays?: number }[] }).Rules.filter(
      (rule) => rule.ExpirationInDays,
    );
    // Slates lie in the same bucket, and a channel that loses its source may show one that is years old.
    expect(expiring).toEqual([
      expect.objectContaining({ Prefix: 'reports/', ExpirationInDays: 730, Status: 'Enabled' }),
      // A series of two years, and the 400 days for which its last show is kept.
      expect.objectContaining({ Prefix: 'covers/', ExpirationInDays: 1200, Status: 'Enabled' }),
    ]);
    expect(SLATE_PREFIX.startsWith('reports/')).toBe(false);
    const { Properties: recordings } = bucketOf('Recordings');
    expect(recordings.VersioningConfiguration).toBeUndefined();
    expect(recordings.LifecycleConfiguration).toMatchObject({
      Rules: [{ Transitions: [{ StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 1 }] }],
    });
  });

  it('lets only administrators add users, who can enable a second factor', () => {
    const { Properties: pool } = only(prod.resources('AWS::Cognito::UserPool', 'data'));
    expect(pool).toMatchObject({
      DeletionProtection: 'ACTIVE',
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      Policies: { PasswordPolicy: { MinimumLength: 14 } },
    });
    const groups = Object.values(prod.resources('AWS::Cognito::UserPoolGroup', 'data'));
    expect(groups.map(({ Properties: group }) => [group.GroupName, group.Precedence])).toEqual([
      ['admin', 0],
      ['operator', 1],
      ['viewer', 2],
    ]);
    const { Properties: server } = only(prod.resources('AWS::Cognito::UserPoolResourceServer', 'data'));
    expect(server.Identifier).toBe('sluice');
    expect((server.Scopes as { ScopeName: string }[]).map(({ ScopeName: scope }) => scope)).toEqual([
      'viewer',
      'operator',
      'admin',
    ]);
  });

  it('generates secrets on AWS, so that no template holds one', () => {
    const secrets = Object.values(prod.resources('AWS::SecretsManager::Secret', 'data'));
    expect(secrets).toHaveLength(2);
    for (const { Properties: secret } of secrets) {
      expect(secret).not.toHaveProperty('SecretString');
      expect(secret.GenerateSecretString).toMatchObject({ ExcludePunctuation: true });
    }
  });
});

describe('the source stack', () => {
  const flow = only(prod.resources('AWS::MediaConnect::Flow', 'source')).Properties;

  it('accepts SRT only from the configured addresses, with the passphrase from Secrets Manager', () => {
    expect(prod.resolve(flow.Source, 'source')).toMatchObject({
      Protocol: 'srt-listener',
      IngestPort: 5000,
      WhitelistCidr: '198.51.100.0/24',
      Decryption: {
        KeyType: 'srt-password',
        SecretArn: expect.stringMatching(/:secret:sluice-prod\/srt-passphrase$/),
      },
    });
  });

  it('enables failover, prefers no source, and has one source unless a backup is configured', () => {
    expect(flow.SourceFailoverConfig).toEqual({ State: 'ENABLED', FailoverMode: 'FAILOVER' });
    expect(prod.resources('AWS::MediaConnect::FlowSource')).toEqual({});
  });

  it('gives the backup its own port, addresses and passphrase, and the settings of the main source', () => {
    const backup = only(prodWithBackup.resources('AWS::MediaConnect::FlowSource', 'source')).Properties;
    expect(prodWithBackup.resolve(backup, 'source')).toMatchObject({
      ...{ FlowArn: expect.stringMatching(/:flow:/), Name: 'backup', Description: 'The backup encoder' },
      ...{ Protocol: 'srt-listener', IngestPort: 5001, MinLatency: 2000, WhitelistCidr: '203.0.113.0/24' },
      Decryption: {
        KeyType: 'srt-password',
        RoleArn: expect.stringMatching(/:role\/FlowRole/),
        SecretArn: expect.stringMatching(/:secret:sluice-prod\/srt-backup-passphrase$/),
      },
    });
    const [id] = Object.entries(prodWithBackup.resources('AWS::IAM::Role', 'source')).find(([name]) =>
      name.startsWith('FlowRole'),
    )!;
    const [statement] = statementsOf(prodWithBackup, 'source').filter(([roleId]) => roleId === id);
    expect(statement![1].Resource).toEqual([
      expect.stringMatching(/:secret:sluice-prod\/srt-backup-passphrase$/),
      expect.stringMatching(/:secret:sluice-prod\/srt-passphrase$/),
      expect.stringMatching(/:secret:sluice\/prod\/srt\/\*$/),
    ]);
  });

  it('sets no algorithm for the SRT passphrase, which MediaConnect would refuse', () => {
    expect(JSON.stringify(flow)).toContain('srt-password');
    expect(JSON.stringify(flow)).not.toContain('Algorithm');
  });

  it('monitors the picture and lets AWS restart the flow only in the maintenance window', () => {
    expect(flow.SourceMonitoringConfig).toMatchObject({ ThumbnailState: 'ENABLED' });
    expect(flow.Maintenance).toEqual({ MaintenanceDay: 'Tuesday', MaintenanceStartHour: '04:00' });
  });

  it('lets only this account’s flow read the passphrases and no other secret', () => {
    const [id, role] = Object.entries(prod.resources('AWS::IAM::Role', 'source')).find(([name]) =>
      name.startsWith('FlowRole'),
    )!;
    expect(prod.resolve(role.Properties.AssumeRolePolicyDocument, 'source')).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'mediaconnect.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': '000000000000' },
            ArnLike: { 'aws:SourceArn': 'arn:aws:mediaconnect:us-east-1:000000000000:*' },
          },
        },
      ],
    });
    const statements = statementsOf(prod, 'source').filter(([roleId]) => roleId === id);
    expect(statements.map(([, { Resource: resource }]) => resource)).toEqual([
      [
        expect.stringMatching(/:secret:sluice-prod\/srt-passphrase$/),
        expect.stringMatching(/:secret:sluice\/prod\/srt\/\*$/),
      ],
    ]);
  });

  it('serves the preview only with the CDN identifier, which no template holds', () => {
    const { Properties: endpoint } = only(prod.resources('AWS::MediaPackage::OriginEndpoint', 'source'));
    const { Properties: secret } = only(prod.resources('AWS::SecretsManager::Secret', 'source'));
    expect(prod.resolve(endpoint.Authorization, 'source')).toEqual({
      CdnIdentifierSecret: expect.stringMatching(/:secret:CdnIdentifier/),
      SecretsRoleArn: expect.stringMatching(/:role\/SecretsRole/),
    });
    expect(secret).toMatchObject({
      GenerateSecretString: { GenerateStringKey: 'MediaPackageCDNIdentifier', PasswordLength: 64 },
    });
    expect(secret).not.toHaveProperty('SecretString');
  });

  it('lets media into MediaLive only from the flow’s address', () => {
    const { Properties: group } = only(prod.resources('AWS::MediaLive::InputSecurityGroup', 'source'));
    expect(prod.resolve(group.WhitelistRules, 'source')).toEqual([{ Cidr: '198.51.100.10/32' }]);
  });
});

describe('each function', () => {
  it.each(FUNCTION_NAMES)('%s runs on Node 24 and arm64 with tracing and a log group with retention', (name) => {
    const { Properties: properties } = functionOf(name);
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      ReservedConcurrentExecutions: FUNCTIONS[name].concurrency,
      MemorySize: FUNCTIONS[name].memoryMb,
      Timeout: FUNCTIONS[name].timeout.toSeconds(),
      LoggingConfig: { LogFormat: 'JSON' },
      KmsKeyArn: expect.anything(),
    });
    const logId = (properties.LoggingConfig as { LogGroup: { Ref: string } }).LogGroup.Ref;
    const log = prod.resources('AWS::Logs::LogGroup', 'controlPlane')[logId]!;
    expect(log.Properties).toMatchObject({ LogGroupName: `/sluice/prod/${name}`, RetentionInDays: 90 });
  });

  it.each(FUNCTION_NAMES)('%s receives the variables that its entry point requires and no others', (name) => {
    for (const deployment of [prod, dev]) {
      const { Variables: variables } = deployment.resolve(
        functionOf(name, deployment).Properties.Environment,
        'controlPlane',
      ) as { Variables: Record<string, string> };
      const { environment } = FUNCTIONS[name];
      expect(() => readEnvironment(environment, variables)).not.toThrow();
      const own = Object.keys(variables).filter((variable) => !/^(POWERTOOLS_|NODE_OPTIONS$)/.test(variable));
      expect(Object.keys(environment.shape)).toEqual(expect.arrayContaining(own));
    }
  });

  it('receives no secret in its environment, which anyone with access to its configuration could read', () => {
    const environments = Object.values(prod.resources('AWS::Lambda::Function')).map(
      ({ Properties: { Environment: environment } }) => JSON.stringify(environment ?? {}),
    );
    expect(environments.filter((each) => each.includes('{{resolve:'))).toEqual([]);
    const { Variables: api } = prod.resolve(functionOf('api').Properties.Environment, 'controlPlane') as {
      Variables: Record<string, string>;
    };
    expect(api['FINGERPRINT_SECRET_ARN']).toMatch(/:secret:sluice-prod\/fingerprint-secret$/);
    const readable = allowing('api', 'secretsmanager:GetSecretValue').flatMap(({ Resource: resource }) => resource);
    expect(readable.toSorted()).toEqual([api['FINGERPRINT_SECRET_ARN'], api['PREVIEW_KEY_SECRET_ARN']].toSorted());
    for (const name of FUNCTION_NAMES.filter((each) => each !== 'api')) {
      expect(allowing(name, 'secretsmanager:GetSecretValue'), name).toEqual([]);
    }
  });

  it('starts every operation through the live alias', () => {
    for (const name of ['api', 'workflow', 'sweep']) {
      const { Variables: variables } = prod.resolve(functionOf(name).Properties.Environment, 'controlPlane') as {
        Variables: Record<string, string>;
      };
      for (const kind of OPERATION_KINDS) {
        expect(variables[`STATE_MACHINE_ARN_${kind.toUpperCase()}`]).toBe(
          `arn:aws:states:us-east-1:000000000000:stateMachine:sluice-prod-destination-${kind}:live`,
        );
      }
    }
  });

  it('that sweeps or reports has a concurrency of one', () => {
    expect(functionOf('sweep').Properties.ReservedConcurrentExecutions).toBe(1);
    expect(functionOf('cost-report').Properties.ReservedConcurrentExecutions).toBe(1);
  });

  it('that runs a step times out before the state machine does', () => {
    const stepSeconds = OPERATION_KINDS.flatMap((kind) => {
      const { States: states } = JSON.parse(aslOf(kind)) as { States: Record<string, { TimeoutSeconds?: number }> };
      return Object.values(states).flatMap(({ TimeoutSeconds: seconds }) => seconds ?? []);
    });
    expect(functionOf('workflow').Properties.Timeout).toBeLessThan(Math.min(...stepSeconds));
  });

  it.each(['sweep', 'monitor', 'cost-report'])('%s leaves a dead letter when it fails for good', (name) => {
    const configurations = Object.values(prod.resources('AWS::Lambda::EventInvokeConfig', 'controlPlane'));
    const found = configurations.find(({ Properties: { FunctionName: functionName } }) =>
      String(prod.resolve(functionName, 'controlPlane')).endsWith(name),
    );
    expect(prod.resolve(found?.Properties, 'controlPlane')).toMatchObject({
      DestinationConfig: {
        OnFailure: { Destination: expect.stringMatching(/:sluice-prod-functions-dead-letters$/) },
      },
      MaximumEventAgeInSeconds: 300,
    });
  });
});

describe('the IAM policies', () => {
  it('name every action in every stack', () => {
    for (const stack of STACKS) {
      for (const [id, { Effect: effect, Action: action }] of statementsOf(prod, stack)) {
        if (effect !== 'Allow' || ASSET_HANDLERS.test(id)) continue;
        expect(
          listOf(action).filter((name) => name.includes('*')),
          id,
        ).toEqual([]);
      }
    }
  });

  it('have a reason for every resource with a wildcard', () => {
    const settings = [
      {},
      { tagConditions: false },
      ...FLOW_OUTPUT_PERMISSIONS.map((flowOutputPermission) => ({ flowOutputPermission })),
    ];
    for (const [name, over] of FUNCTION_NAMES.flatMap((each) => settings.map((setting) => [each, setting] as const))) {
      for (const permission of FUNCTIONS[name].permissions({ ...SAMPLE_RESOURCES, ...over })) {
        const wild = permission.resources.some((resource) => resource.includes('*'));
        expect([permission.actions, wild]).toEqual([permission.actions, permission.wildcardReason !== undefined]);
      }
    }
  });

  it('include no managed policy for a function', () => {
    for (const [id, role] of Object.entries(prod.resources('AWS::IAM::Role', 'controlPlane'))) {
      expect([id, role.Properties.ManagedPolicyArns]).toEqual([id, undefined]);
    }
  });

  const STREAM_KEY_CONDITION = {
    StringEquals: { 'kms:EncryptionContext:deployment': 'prod', 'kms:EncryptionContext:purpose': 'stream-key' },
    'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['deployment', 'destination', 'purpose'] },
  };
  const TARGET_SECRET_CONDITION = {
    StringEquals: {
      'kms:EncryptionContext:deployment': 'prod',
      'kms:EncryptionContext:purpose': 'notification-target',
    },
    'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['deployment', 'target', 'purpose', 'use'] },
  };
  /** Conditions under which a function may use the key of stream keys and target secrets. */
  const onKey = (name: string, action: string) =>
    allowing(name, action)
      .filter(({ Resource: resource }) => String(resource).includes('key/StreamKeysKey'))
      .map(({ Condition: condition }) => condition);

  it('let the API encrypt stream keys and only the workflow decrypt them, within their context', () => {
    const both = [STREAM_KEY_CONDITION, TARGET_SECRET_CONDITION];
    for (const name of FUNCTION_NAMES) {
      expect(onKey(name, 'kms:Encrypt'), name).toEqual(name === 'api' ? both : []);
      // The API sends test messages, so it decrypts the secrets of targets, but no stream key.
      const decrypted = { workflow: both, api: [TARGET_SECRET_CONDITION] }[name as string] ?? [];
      expect(onKey(name, 'kms:Decrypt'), name).toEqual(decrypted);
    }
  });

  it('let other keys be used only through Step Functions, and through SNS by those that send e-mail', () => {
    for (const name of FUNCTION_NAMES) {
      const services = name === 'api' || name === 'workflow' ? ['states', 'sns'] : ['states'];
      for (const statement of statementsOfFunction(name)) {
        if (!listOf(statement.Action).some((action) => action.startsWith('kms:'))) continue;
        if (String(statement.Resource).includes('key/StreamKeysKey')) continue;
        const conditions = services.map((service) => ({
          StringEquals: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` },
        }));
        expect(conditions).toContainEqual(statement.Condition);
      }
    }
  });

  it('let only the functions that send e-mail publish, and no policy of the topic lets others', () => {
    const publishing = FUNCTION_NAMES.filter((name) =>
      statementsOfFunction(name).some(({ Action }) => listOf(Action).includes('sns:Publish')),
    );
    expect(publishing).toEqual(['api', 'workflow']);
    const [topic] = Object.values(prod.resources('AWS::SNS::Topic', 'data'));
    expect(topic?.Properties['KmsMasterKeyId']).toBeDefined();
    const policies = Object.values(prod.resources('AWS::SNS::TopicPolicy', 'data'));
    const effects = policies.flatMap(({ Properties }) =>
      (Properties['PolicyDocument'] as { Statement: { Effect: string }[] }).Statement.map(({ Effect }) => Effect),
    );
    expect(effects).toEqual(['Deny']);
  });

  it('let only functions that need it read MediaLive’s answers, which hold stream keys', () => {
    const reading = (name: string) =>
      statementsOfFunction(name)
        .flatMap(({ Action: action }) => listOf(action))
        .filter((action) => /^medialive:(Describe|List)(Channel|Input)s?$/.test(action))
        .sort();
    const all = ['DescribeChannel', 'DescribeInput', 'ListChannels', 'ListInputs'].map(
      (action) => `medialive:${action}`,
    );
    expect(reading('api')).toEqual([]);
    expect(reading('cost-report')).toEqual([]);
    expect(reading('monitor')).toEqual(['medialive:ListChannels']);
    expect(reading('workflow')).toEqual(all);
    expect(reading('sweep')).toEqual(all);
  });

  it('require our tag to create, change or remove MediaLive resources', () => {
    const tagged = { 'aws:ResourceTag/sluice:deployment': 'prod' };
    const making = { 'aws:RequestTag/sluice:deployment': 'prod' };
    for (const name of FUNCTION_NAMES) {
      for (const { Action: action, Condition: condition } of statementsOfFunction(name)) {
        const media = listOf(action).filter(
          (one) => /^medialive:\w+(Channel|Input)$/.test(one) && !/Describe/.test(one),
        );
        if (media.length === 0) continue;
        const creates = media.every((one) => one.startsWith('medialive:Create'));
        expect(condition, media.join()).toEqual({ StringEquals: creates ? making : tagged });
      }
    }
    expect(allowing('workflow', 'medialive:CreateChannel')).toHaveLength(1);
    expect(allowing('workflow', 'medialive:CreateTags')[0]!.Condition).toEqual({ StringEquals: making });
    expect(allowing('workflow', 'medialive:DeleteChannel')).toHaveLength(1);
    expect(allowing('sweep', 'medialive:DeleteInput')).toHaveLength(1);
  });

  it('have no conditions on existing tags if tagConditions is false, but still require request tags', () => {
    const without = statementsOf(synthesize('prod', { tagConditions: false }), 'controlPlane').map(
      ([, statement]) => statement,
    );
    expect(JSON.stringify(without)).not.toContain('aws:ResourceTag');
    const conditionOf = (action: string) =>
      without.find(({ Action: actions }) => listOf(actions).includes(action))!.Condition;
    expect(conditionOf('medialive:StartChannel')).toBeUndefined();
    expect(conditionOf('medialive:CreateChannel')).toEqual({
      StringEquals: { 'aws:RequestTag/sluice:deployment': 'prod' },
    });
  });

  it.each([
    ['flow', [expect.stringMatching(/:flow:/), 'arn:aws:mediaconnect:us-east-1:000000000000:output:*:*']],
    ['named', [expect.stringMatching(/:flow:/), 'arn:aws:mediaconnect:us-east-1:000000000000:output:*:sluice-prod-*']],
    ['any', '*'],
  ] as const)(
    'limit the outputs of the flow as flowOutputPermission %s specifies',
    (flowOutputPermission, resource) => {
      const statements = statementsOf(synthesize('prod', { flowOutputPermission }), 'controlPlane').filter(
        ([, { Action: actions }]) => listOf(actions).includes('mediaconnect:RemoveFlowOutput'),
      );
      expect(statements.map(([, { Resource: resources }]) => resources)).toEqual([resource, resource]);
    },
  );

  it('let one function pass one role each to MediaLive, MediaConnect and MediaPackage', () => {
    expect(FUNCTION_NAMES.filter((name) => allowing(name, 'iam:PassRole').length > 0)).toEqual(['workflow']);
    expect(allowing('workflow', 'iam:PassRole')).toEqual([
      {
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: expect.stringMatching(/:role\/MediaLiveRole/),
        Condition: { StringEquals: { 'iam:PassedToService': 'medialive.amazonaws.com' } },
      },
      {
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: expect.stringMatching(/:role\/FlowRole/),
        Condition: { StringEquals: { 'iam:PassedToService': 'mediaconnect.amazonaws.com' } },
      },
      {
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: expect.stringMatching(/:role\/HarvestRole/),
        Condition: { StringEquals: { 'iam:PassedToService': 'mediapackage.amazonaws.com' } },
      },
    ]);
  });
});

describe('each state machine', () => {
  const machines = Object.values(prod.resources('AWS::StepFunctions::StateMachine', 'controlPlane'));

  it.each([...OPERATION_KINDS, 'incident', 'delivery', 'recording', 'show', 'slate', 'group'])(
    'for %s is the file that also runs on one machine',
    (kind) => {
      const file = OPERATION_KINDS.some((each) => each === kind) ? `destination-${kind}` : kind;
      const { Properties: machine } = machines.find(
        ({ Properties: { StateMachineName: name } }) => name === `sluice-prod-${file}`,
      )!;
      expect(machine.DefinitionString).toBe(readFileSync(join(ROOT, 'statemachines', `${file}.asl.json`), 'utf8'));
      const substitutions = prod.resolve(machine.DefinitionSubstitutions, 'controlPlane');
      expect(substitutions).toEqual({
        WorkflowFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:sluice-prod-workflow',
      });
    },
  );

  it('logs without execution data, is traced and encrypted with our key', () => {
    expect(machines).toHaveLength(10);
    for (const { Properties: machine } of machines) {
      expect(machine).toMatchObject({
        StateMachineType: 'STANDARD',
        LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
        TracingConfiguration: { Enabled: true },
        EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsDataKeyReusePeriodSeconds: 300 },
      });
    }
  });

  it('has an alias that points to a version which survives the next deployment', () => {
    const versions = prod.resources('AWS::StepFunctions::StateMachineVersion', 'controlPlane');
    const aliases = Object.values(prod.resources('AWS::StepFunctions::StateMachineAlias', 'controlPlane'));
    expect(Object.values(versions).map((version) => version.UpdateReplacePolicy)).toEqual(Array(10).fill('Retain'));
    expect(aliases).toHaveLength(10);
    const pointed = aliases.map(({ Properties: alias }) => {
      expect(alias.Name).toBe('live');
      const [route] = alias.RoutingConfiguration as { StateMachineVersionArn: { Ref: string }; Weight: number }[];
      expect(route!.Weight).toBe(100);
      return route!.StateMachineVersionArn.Ref;
    });
    expect(new Set(pointed)).toEqual(new Set(Object.keys(versions)));
  });

  it('may call only the workflow function', () => {
    const invoking = statementsOf(prod, 'controlPlane').filter(
      ([id, { Action: action }]) => id.startsWith('StateMachine') && listOf(action).includes('lambda:InvokeFunction'),
    );
    expect(invoking.map(([, { Resource: resource }]) => resource)).toEqual(
      Array(10).fill('arn:aws:lambda:us-east-1:000000000000:function:sluice-prod-workflow'),
    );
  });
});

describe('the triggers of the functions', () => {
  it('include schedules for sweep, monitor and cost report', () => {
    const schedules = Object.values(prod.resources('AWS::Scheduler::Schedule', 'controlPlane')).map(
      ({ Properties: schedule }) => prod.resolve(schedule, 'controlPlane'),
    );
    const target = (name: string) => ({
      Arn: `arn:aws:lambda:us-east-1:000000000000:function:sluice-prod-${name}`,
      DeadLetterConfig: { Arn: expect.stringMatching(/:sluice-prod-schedules-dead-letters$/) },
      RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 2 },
    });
    const enabled = { State: 'ENABLED', FlexibleTimeWindow: { Mode: 'OFF' } };
    expect(schedules).toEqual([
      expect.objectContaining({
        ...enabled,
        ScheduleExpression: 'rate(5 minutes)',
        Target: expect.objectContaining(target('sweep')),
      }),
      expect.objectContaining({
        ...enabled,
        ScheduleExpression: 'rate(1 minute)',
        Target: expect.objectContaining(target('monitor')),
      }),
      expect.objectContaining({
        ...enabled,
        ScheduleExpression: 'cron(15 2 * * ? *)',
        ScheduleExpressionTimezone: 'Etc/UTC',
        Target: expect.objectContaining(target('cost-report')),
      }),
    ]);
  });

  it('include events of MediaLive, of this flow and of our own alarms, with dead letters', () => {
    const rules = Object.values(prod.resources('AWS::Events::Rule', 'controlPlane')).map(
      ({ Properties: rule }) => prod.resolve(rule, 'controlPlane') as Record<string, unknown>,
    );
    expect(rules).toHaveLength(3);
    for (const { State: state, Targets: targets } of rules) {
      expect(state).toBe('ENABLED');
      expect(targets).toEqual([
        expect.objectContaining({
          Arn: expect.stringMatching(/:function:sluice-prod-monitor$/),
          DeadLetterConfig: { Arn: expect.stringMatching(/:sluice-prod-events-dead-letters$/) },
        }),
      ]);
    }
    const sources = rules.map(({ EventPattern: pattern }) => pattern as { source: string[]; resources?: string[] });
    expect(sources.map(({ source }) => source)).toEqual([['aws.medialive'], ['aws.mediaconnect'], ['aws.cloudwatch']]);
    expect(sources[1]!.resources).toEqual([expect.stringMatching(/^arn:aws:mediaconnect:.*:flow:/)]);
  });

  it('include the API’s routes, which the function itself guards', () => {
    const routes = Object.values(prod.resources('AWS::ApiGatewayV2::Route', 'controlPlane'));
    expect(routes.map(({ Properties: route }) => [route['RouteKey'], route['AuthorizationType']])).toEqual([
      ['ANY /api/{proxy+}', 'NONE'],
      ['GET /metrics', 'NONE'],
    ]);
  });

  it('have dead-letter queues that keep messages for two weeks and require TLS', () => {
    const queues = Object.values(prod.resources('AWS::SQS::Queue', 'controlPlane'));
    expect(queues).toHaveLength(3);
    for (const { Properties: queue } of queues) {
      expect(queue).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
    }
    for (const { Properties: policy } of Object.values(prod.resources('AWS::SQS::QueuePolicy', 'controlPlane'))) {
      expect(policy.PolicyDocument).toMatchObject({
        Statement: expect.arrayContaining([
          expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      });
    }
  });
});

describe('a deployment', () => {
  it('tags all its resources for the code, IAM and the bill', () => {
    for (const stack of STACKS) {
      for (const [id, resource] of Object.entries(prod.resources(undefined, stack))) {
        const tags = tagsOf(resource);
        if (tags === null) continue;
        expect([id, tags['sluice:deployment']]).toEqual([id, 'prod']);
        expect([id, tags['sluice:component']]).toEqual([id, stack]);
      }
    }
    for (const type of [
      'AWS::MediaConnect::Flow',
      'AWS::MediaLive::InputSecurityGroup',
      'AWS::MediaPackage::Channel',
    ]) {
      expect(tagsOf(only(prod.resources(type)))).toMatchObject({ 'sluice:deployment': 'prod' });
    }
  });

  it('shares no stack and no resource name with another one', () => {
    const names = (deployment: Synthesized) =>
      new Set([
        ...Object.values(deployment.stacks).map(({ stackName }) => stackName),
        ...STACKS.flatMap((stack) =>
          Object.values(deployment.resources(undefined, stack)).flatMap((resource) =>
            namesOf(resource, deployment, stack),
          ),
        ),
      ]);
    const [first, second] = [names(dev), names(prod)];
    expect(first.size).toBeGreaterThan(30);
    expect([...first].filter((name) => second.has(name))).toEqual([]);
  });

  it('has stacks that depend on each other in one direction', () => {
    const before = (stack: StackId) =>
      prod.stacks[stack].dependencies.map(({ stackName }) => stackName.replace('sluice-prod-', '')).sort();
    expect(STACKS.map((stack) => [stack, before(stack)])).toEqual([
      ['data', []],
      ['source', ['data']],
      ['dashboard', ['data', 'source']],
      ['controlPlane', ['dashboard', 'data', 'source']],
      ['observability', ['control-plane', 'dashboard', 'data', 'source']],
    ]);
  });

  it('trusts GitHub Actions only for a configured repository and its environments', () => {
    const named = synthesize('prod', { github: { repository: 'owner/name', makesProvider: false } });
    const findDeployRole = ({ stacks }: Synthesized) =>
      stacks.data.node.root.node.tryFindChild('sluice-prod-deploy-role') as Stack | undefined;
    expect(findDeployRole(prod)).toBeUndefined();
    const stack = findDeployRole(named)!;
    const describeRole = (id: string) => {
      const { assumeRolePolicy: trust, node } = stack.node.findChild(id) as Role;
      const { StringEquals: trusted } = stack.resolve(trust).Statement[0].Condition;
      const { document } = node.findChild('DefaultPolicy') as Policy;
      const { Statement: statements } = stack.resolve(document) as { Statement: Statement[] };
      const allowed = statements.map(({ Action: action, Resource: resource }) => [
        listOf(action),
        JSON.stringify(resource).match(/cdk-[\w-]+-role|cdk-bootstrap[\w/-]+|stack\/[\w-]+\/\*/g),
      ]);
      return { trusted, allowed };
    };
    const stacks = ['control-plane', 'dashboard', 'data', 'deploy-role', 'observability', 'source'];
    const reading = [
      [
        ['cloudformation:DescribeStacks', 'cloudformation:GetTemplate'],
        stacks.map((name) => `stack/sluice-prod-${name}/*`),
      ],
      [['ssm:GetParameter'], ['cdk-bootstrap/hnb659fds/version']],
    ];
    const trusted = (environment: string) => ({
      'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
      'token.actions.githubusercontent.com:sub': `repo:owner/name:environment:${environment}`,
    });
    expect(describeRole('Role')).toEqual({
      trusted: trusted('prod'),
      allowed: [...reading, [['sts:AssumeRole'], ['cdk-hnb659fds-deploy-role', 'cdk-hnb659fds-file-publishing-role']]],
    });
    // The diff runs before review. The lookup role would let it read stream keys from MediaLive.
    expect(describeRole('DiffRole')).toEqual({ trusted: trusted('prod-diff'), allowed: reading });
  });

  it('changes its security and cost properties only together with stacks.snapshot.txt', async () => {
    const linesOf = (deployment: Synthesized, stack: StackId) =>
      Object.entries(deployment.resources(undefined, stack))
        .map(([id, resource]) => describeResource(id, resource, (value) => deployment.resolve(value, stack)))
        .sort();
    const addedBy = (more: Synthesized, stack: StackId) => {
      const known = new Set(stack === 'audience' ? [] : linesOf(prod, stack));
      return linesOf(more, stack).filter((line) => !known.has(line));
    };
    const lines = [
      ...STACKS.flatMap((stack) => [`## ${stack}`, ...linesOf(prod, stack), '']),
      ...[...STACKS, 'audience' as const].flatMap((stack) => [
        `## ${stack}, what the public pages add`,
        ...addedBy(prodWithAudience, stack),
        '',
      ]),
      ...STACKS.flatMap((stack) => [
        `## ${stack}, what a backup source changes`,
        ...addedBy(prodWithBackup, stack),
        '',
      ]),
    ];
    await expect(lines.join('\n')).toMatchFileSnapshot('stacks.snapshot.txt');
  });
});

/** Handlers of the CDK's custom resources, whose policies the CDK defines. */
const ASSET_HANDLERS = /^Custom/;

const SAMPLE_RESOURCES = {
  partition: 'aws',
  region: 'us-east-1',
  account: '000000000000',
  deploymentId: 'prod',
  tableArn: 'table',
  streamKeysKeyArn: 'stream-keys',
  operationsKeyArn: 'operations',
  reportBucketArn: 'reports',
  recordingBucketArn: 'recordings',
  harvestRoleArn: 'harvest-role',
  notificationTopicArn: 'topic',
  flowArn: 'flow',
  inputSecurityGroupArn: 'input-security-group',
  mediaLiveRoleArn: 'medialive-role',
  flowRoleArn: 'flow-role',
  packageChannelArn: 'package-channel',
  fingerprintSecretArn: 'fingerprint-secret',
  userPoolArn: 'user-pool',
  previewKeySecretArn: 'preview-key-secret',
  stateMachineArns: ['arn:aws:states:us-east-1:000000000000:stateMachine:sluice-prod-destination-start'],
  stopMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:sluice-prod-destination-stop',
  incidentMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:sluice-prod-incident',
  deliveryMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:sluice-prod-delivery',
  recordingMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:sluice-prod-recording',
  slateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:sluice-prod-slate',
  stateMachineAlias: 'live',
  tagConditions: true,
  flowOutputPermission: 'flow' as const,
};

function aslOf(kind: string): string {
  return readFileSync(join(ROOT, 'statemachines', `destination-${kind}.asl.json`), 'utf8');
}

/** Returns the tags of a resource, or null if its type has none in the template. */
function tagsOf({ Type: type, Properties: properties = {} }: TemplateResource): Record<string, string> | null {
  const [replica] = listOf(properties.Replicas as { Tags: unknown }[] | undefined);
  const tags = type === 'AWS::DynamoDB::GlobalTable' ? replica!.Tags : (properties.Tags ?? properties.UserPoolTags);
  if (tags === undefined) return null;
  if (!Array.isArray(tags)) return tags as Record<string, string>;
  return Object.fromEntries(
    (tags as { Key: string; Value: string }[]).map(({ Key: key, Value: value }) => [key, value]),
  );
}

/** Returns the names in a resource's properties that must be unique in the account. */
function namesOf(
  { Type: type, Properties: properties = {} }: TemplateResource,
  deployment: Synthesized,
  stack: StackId,
): string[] {
  return Object.entries(properties)
    .filter(([property, value]) => NAMES.test(property) && (typeof value === 'string' || property === 'Domain'))
    .map(([property, value]) => `${type} ${property} ${String(deployment.resolve(value, stack))}`)
    .filter((name) => !PARTS.test(name));
}

const NAMES =
  /^(Name|AlarmName|AliasName|\w*(Table|Function|Queue|Bucket|Secret|Pool|Machine|Rule|Group|Topic|Dashboard|Policy|Api)Name|Domain|Id)$/;
/** Names that are unique within their parent, or are not AWS names. */
const PARTS =
  /^AWS::(StepFunctions::StateMachineAlias|Cognito::UserPool(Group|ResourceServer|Client)|IAM::Policy|ApiGatewayV2::Stage) |^Custom::/;
