import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  FeaturePlan,
  Mfa,
  ResourceServerScope,
  UserPool,
  UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { ROLES } from '../../../functions/api/roles.ts';
import { HISTORY_BY_DAY } from '../../../functions/aws/names.ts';
import type { Configuration } from '../configuration.ts';

interface DataStackProps extends StackProps {
  configuration: Configuration;
}

/** Identifier of the resource server whose scopes are the roles: a script's token carries `sluice/operator`. */
const RESOURCE_SERVER = 'sluice';

/**
 * What must outlive everything else: records, keys, secrets, reports and people. A deployment that keeps its data can
 * be torn down and made again beside these.
 */
export class DataStack extends Stack {
  readonly table: TableV2;
  /** Encrypts stream keys and nothing else, so that the right to use it says exactly one thing. */
  readonly streamKeysKey: Key;
  /** Encrypts execution histories and the environment of the API function. */
  readonly operationsKey: Key;
  readonly reports: Bucket;
  readonly passphrase: Secret;
  readonly fingerprintSecret: Secret;
  readonly userPool: UserPool;
  readonly resourceServer = RESOURCE_SERVER;

  constructor(scope: Construct, id: string, { configuration, ...props }: DataStackProps) {
    super(scope, id, props);
    const name = `sluice-${configuration.deploymentId}`;
    const removalPolicy = configuration.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.table = createTable(this, name, configuration.keepsData);
    this.streamKeysKey = new Key(this, 'StreamKeysKey', {
      alias: `${name}-stream-keys`,
      description: `stream keys of the destinations of ${name}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy,
    });
    this.operationsKey = new Key(this, 'OperationsKey', {
      alias: `${name}-operations`,
      description: `execution histories and function environments of ${name}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy,
    });
    this.reports = createReportBucket(this, configuration.keepsData);
    this.passphrase = new Secret(this, 'SrtPassphrase', {
      secretName: `${name}/srt-passphrase`,
      description: 'SRT passphrase that the encoder and the flow share',
      // SRT takes 10 to 79 characters; letters and digits survive every encoder's form.
      generateSecretString: { passwordLength: 32, excludePunctuation: true },
      removalPolicy,
    });
    this.fingerprintSecret = new Secret(this, 'FingerprintSecret', {
      secretName: `${name}/fingerprint-secret`,
      description: 'keys the fingerprints by which duplicate stream keys are told; a new one forgets the old ones',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
    });
    this.userPool = createUserPool(this, name, configuration.keepsData);
    new CfnOutput(this, 'PassphraseSecret', {
      value: this.passphrase.secretName,
      description: 'secret with the SRT passphrase for the encoder',
    });
    new CfnOutput(this, 'UserPoolId', { value: this.userPool.userPoolId, description: 'where people are added' });
    new CfnOutput(this, 'ReportBucket', { value: this.reports.bucketName, description: 'cost reports' });
  }
}

function createTable(scope: Construct, tableName: string, keepsData: boolean): TableV2 {
  return new TableV2(scope, 'Table', {
    tableName,
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    globalSecondaryIndexes: [
      {
        indexName: HISTORY_BY_DAY,
        partitionKey: { name: 'day', type: AttributeType.STRING },
        sortKey: { name: 'at', type: AttributeType.STRING },
        projectionType: ProjectionType.ALL,
      },
    ],
    timeToLiveAttribute: 'expiresAt',
    billing: Billing.onDemand(),
    // Stream keys are ciphertext before they get here. A key of our own would add a permission to every function and a
    // way to lose everything at once, and would hide nothing more.
    encryption: TableEncryptionV2.dynamoOwnedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
    deletionProtection: keepsData,
    removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

function createReportBucket(scope: Construct, keepsData: boolean): Bucket {
  return new Bucket(scope, 'Reports', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    // Reports hold names and amounts, which need no key of their own.
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    lifecycleRules: [
      {
        id: 'two-years',
        expiration: Duration.days(730),
        noncurrentVersionExpiration: Duration.days(90),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ],
    removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    autoDeleteObjects: !keepsData,
  });
}

function createUserPool(scope: Construct, name: string, keepsData: boolean): UserPool {
  const userPool = new UserPool(scope, 'UserPool', {
    userPoolName: name,
    selfSignUpEnabled: false,
    signInAliases: { email: true },
    signInCaseSensitive: false,
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    featurePlan: FeaturePlan.ESSENTIALS,
    mfa: Mfa.OPTIONAL,
    mfaSecondFactor: { otp: true, sms: false },
    passwordPolicy: {
      minLength: 14,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(3),
    },
    deletionProtection: keepsData,
    removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  // The lower the number, the stronger the group.
  for (const [index, role] of ROLES.toReversed().entries()) {
    new CfnUserPoolGroup(scope, `Group-${role}`, {
      userPoolId: userPool.userPoolId,
      groupName: role,
      precedence: index,
      description: `people who may act as ${role}`,
    });
  }
  new UserPoolResourceServer(scope, 'ResourceServer', {
    userPool,
    identifier: RESOURCE_SERVER,
    userPoolResourceServerName: name,
    scopes: ROLES.map(
      (role) => new ResourceServerScope({ scopeName: role, scopeDescription: `scripts that may act as ${role}` }),
    ),
  });
  return userPool;
}
