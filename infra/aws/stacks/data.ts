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
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, StorageClass } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { ROLES } from '../../../functions/api/auth/roles.ts';
import { AUDIENCE_FOLDERS } from '../../../functions/aws/audience-access.ts';
import { HISTORY_BY_DAY } from '../../../functions/aws/names.ts';
import { COVER_KEPT_DAYS, COVER_PREFIX } from '../../../functions/aws/cover-store.ts';
import { REPORTS_PREFIX } from '../../../functions/aws/report-store.ts';
import type { Configuration } from '../configuration.ts';

interface DataStackProps extends StackProps {
  configuration: Configuration;
}

/** Identifier of the resource server whose scopes are the roles. A script's token carries `sluice/operator`. */
const RESOURCE_SERVER = 'sluice';

/**
 * Creates what must outlive the other stacks: records, keys, secrets, reports and users. A deployment that keeps its
 * data can be removed and created again around it.
 */
export class DataStack extends Stack {
  readonly table: TableV2;
  /** Encrypts only stream keys, so permission to use it means exactly that. */
  readonly streamKeysKey: Key;
  /** Encrypts execution histories, function environments and e-mail notifications. */
  readonly operationsKey: Key;
  readonly reports: Bucket;
  readonly recordings: Bucket;
  readonly passphrase: Secret;
  /** The passphrase of the backup source; null without one. */
  readonly backupPassphrase: Secret | null;
  readonly fingerprintSecret: Secret;
  /** E-mail notifications. Its subscriptions are confirmed by people, so it outlives the functions that publish. */
  readonly notificationTopic: Topic;
  readonly userPool: UserPool;
  readonly resourceServer = RESOURCE_SERVER;

  constructor(scope: Construct, id: string, { configuration, ...props }: DataStackProps) {
    super(scope, id, props);
    const name = `sluice-${configuration.deploymentId}`;
    const removalPolicy = configuration.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.table = createTable(this, name, configuration.keepsData);
    this.streamKeysKey = new Key(this, 'StreamKeysKey', {
      alias: `${name}-stream-keys`,
      description: `Stream keys of the destinations of ${name}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy,
    });
    this.operationsKey = new Key(this, 'OperationsKey', {
      alias: `${name}-operations`,
      description: `Execution histories and function environments of ${name}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy,
    });
    this.reports = createReportBucket(this, configuration.keepsData);
    this.recordings = createRecordingBucket(this, configuration.keepsData);
    if (configuration.audience) this.letDistributionsReadRecordings();
    this.passphrase = createPassphrase(this, 'SrtPassphrase', {
      secretName: `${name}/srt-passphrase`,
      description: 'SRT passphrase that the encoder and the flow share',
      removalPolicy,
    });
    this.backupPassphrase = configuration.source.backup
      ? createPassphrase(this, 'SrtBackupPassphrase', {
          secretName: `${name}/srt-backup-passphrase`,
          description: 'SRT passphrase that the backup encoder and the flow share',
          removalPolicy,
        })
      : null;
    this.fingerprintSecret = new Secret(this, 'FingerprintSecret', {
      secretName: `${name}/fingerprint-secret`,
      description:
        'Keys the fingerprints that identify duplicate stream keys; a new secret does not recognize existing keys',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
    });
    this.notificationTopic = createNotificationTopic(this, name, { key: this.operationsKey, removalPolicy });
    this.userPool = createUserPool(this, name, configuration.keepsData);
    new CfnOutput(this, 'PassphraseSecret', {
      value: this.passphrase.secretName,
      description: 'Secret with the SRT passphrase for the encoder',
    });
    if (this.backupPassphrase) {
      new CfnOutput(this, 'BackupPassphraseSecret', {
        value: this.backupPassphrase.secretName,
        description: 'Secret with the SRT passphrase for the backup encoder',
      });
    }
    new CfnOutput(this, 'UserPoolId', { value: this.userPool.userPoolId, description: 'User pool to add users to' });
    new CfnOutput(this, 'ReportBucket', { value: this.reports.bucketName, description: 'Bucket of the cost reports' });
  }

  /**
   * Lets CloudFront read recordings for the distributions of this account. The one of the public pages comes later and
   * refers to this bucket, so its name cannot be here.
   */
  private letDistributionsReadRecordings(): void {
    this.recordings.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
        actions: ['s3:GetObject'],
        resources: [`${this.recordings.bucketArn}/${AUDIENCE_FOLDERS.recordingBucket}*`],
        conditions: {
          ArnLike: { 'aws:SourceArn': `arn:${this.partition}:cloudfront::${this.account}:distribution/*` },
        },
      }),
    );
  }
}

function createPassphrase(
  scope: Construct,
  id: string,
  settings: { secretName: string; description: string; removalPolicy: RemovalPolicy },
): Secret {
  // SRT accepts 10 to 79 characters. Letters and digits work in every encoder's form.
  return new Secret(scope, id, {
    ...settings,
    generateSecretString: { passwordLength: 32, excludePunctuation: true },
  });
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
    // Stream keys arrive encrypted. A customer managed key would add a permission to every function and a single point
    // of total loss, and would hide nothing more.
    encryption: TableEncryptionV2.dynamoOwnedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
    deletionProtection: keepsData,
    removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

/**
 * Creates the topic. A topic that states its policy has no default one, which lets any principal of the account publish
 * and subscribe; only roles whose own policy names the topic may.
 */
function createNotificationTopic(
  scope: Construct,
  name: string,
  { key, removalPolicy }: { key: Key; removalPolicy: RemovalPolicy },
): Topic {
  const topic = new Topic(scope, 'NotificationTopic', {
    topicName: `${name}-notifications`,
    // Mail programs show it as the sender's name.
    displayName: 'Sluice',
    masterKey: key,
    enforceSSL: true,
  });
  topic.applyRemovalPolicy(removalPolicy);
  return topic;
}

function createReportBucket(scope: Construct, keepsData: boolean): Bucket {
  return new Bucket(scope, 'Reports', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    // Reports hold names and amounts, so S3's own encryption is enough.
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    lifecycleRules: [
      // Only the reports: a channel shows the slates beside them for as long as it exists.
      { id: 'reports-two-years', prefix: REPORTS_PREFIX, expiration: Duration.days(730) },
      // Longer than any show is kept: the API deletes the pictures that it replaces.
      { id: 'covers-without-shows', prefix: COVER_PREFIX, expiration: Duration.days(COVER_KEPT_DAYS) },
      {
        id: 'old-versions',
        noncurrentVersionExpiration: Duration.days(90),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ],
    removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    autoDeleteObjects: !keepsData,
  });
}

/** Recordings are deleted by the sweep, after the days that each one names. A second copy would double the cost. */
function createRecordingBucket(scope: Construct, keepsData: boolean): Bucket {
  return new Bucket(scope, 'Recordings', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    lifecycleRules: [
      {
        id: 'rarely-played',
        // Chooses the class by use, without a fee for reading.
        transitions: [{ storageClass: StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(1) }],
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
  // Cognito prefers the group with the lowest number.
  for (const [index, role] of ROLES.toReversed().entries()) {
    new CfnUserPoolGroup(scope, `Group-${role}`, {
      userPoolId: userPool.userPoolId,
      groupName: role,
      precedence: index,
      description: `Users with the role ${role}`,
    });
  }
  new UserPoolResourceServer(scope, 'ResourceServer', {
    userPool,
    identifier: RESOURCE_SERVER,
    userPoolResourceServerName: name,
    scopes: ROLES.map(
      (role) => new ResourceServerScope({ scopeName: role, scopeDescription: `Scripts with the role ${role}` }),
    ),
  });
  return userPool;
}
