import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnFlow, CfnFlowSource } from 'aws-cdk-lib/aws-mediaconnect';
import { CfnInputSecurityGroup } from 'aws-cdk-lib/aws-medialive';
import { CfnChannel, CfnOriginEndpoint } from 'aws-cdk-lib/aws-mediapackage';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { FAULT_SECONDS } from '../../../functions/aws/content-quality.ts';
import { CHANNEL_LOG_GROUP, secretNamePrefix } from '../../../functions/aws/names.ts';
import { SLATE_PREFIX } from '../../../functions/aws/slate-store.ts';
import { CDN_IDENTIFIER_FIELD } from '../../../functions/aws/package-channel.ts';
import { BACKUP_SOURCE_NAME } from '../../../functions/domain/source-name.ts';
import { PREVIEW_SEGMENT_SECONDS } from '../../../functions/domain/recording-start.ts';
import { STARTOVER_SECONDS } from '../../../functions/domain/recording.ts';
import { toMaintenanceWindow, type Configuration } from '../configuration.ts';

/** A fault of the content counts after this time, and the rules of incidents count on. */
const FAULT = { state: 'ENABLED', thresholdSeconds: FAULT_SECONDS };

interface SourceStackProps extends StackProps {
  configuration: Configuration;
  passphrase: ISecret;
  /** Null without a backup source. */
  backupPassphrase: ISecret | null;
  recordings: IBucket;
  /** Holds the slates of the channels. */
  slates: IBucket;
}

/** Returns the name of the deployment's flow. `npm run destroy` finds the flow by it. */
export function flowName(deploymentId: string): string {
  return `sluice-${deploymentId}`;
}

/**
 * Creates the media resources that all destinations share: the flow the encoder sends to, the package that serves the
 * preview, and what MediaLive needs before the first channel. Nothing here costs by the hour until the flow starts.
 */
export class SourceStack extends Stack {
  readonly flowArn: string;
  readonly sourceArn: string;
  readonly inputSecurityGroupId: string;
  readonly inputSecurityGroupArn: string;
  readonly mediaLiveRole: Role;
  /** Role with which the flow reads the passphrases of its source and its SRT outputs. */
  readonly flowRole: Role;
  /** Role with which MediaPackage writes recordings. */
  readonly harvestRole: Role;
  readonly packageChannelId: string;
  readonly packageChannelArn: string;
  /** Holds the identifier that CloudFront must send to MediaPackage in every request. */
  readonly cdnIdentifier: Secret;
  /** URL of the HLS playlist: https://<host>/out/v1/<id>/index.m3u8. */
  readonly hlsUrl: string;

  constructor(
    scope: Construct,
    id: string,
    { configuration, passphrase, backupPassphrase, recordings, slates, ...props }: SourceStackProps,
  ) {
    super(scope, id, props);
    const name = `sluice-${configuration.deploymentId}`;
    const passphrases = backupPassphrase ? [passphrase, backupPassphrase] : [passphrase];
    this.flowRole = this.createFlowRole(configuration, passphrases);
    const flow = this.createFlow(configuration, passphrase);
    if (backupPassphrase) this.createBackup(flow, configuration, backupPassphrase);
    this.flowArn = flow.attrFlowArn;
    this.sourceArn = flow.attrSourceSourceArn;
    // The address can change when the flow restarts; the workflow, the sweep and the monitor then allow the new one.
    const inputSecurityGroup = new CfnInputSecurityGroup(this, 'InputSecurityGroup', {
      whitelistRules: [{ cidr: `${flow.attrEgressIp}/32` }],
    });
    this.inputSecurityGroupId = inputSecurityGroup.ref;
    this.inputSecurityGroupArn = inputSecurityGroup.attrArn;
    this.cdnIdentifier = new Secret(this, 'CdnIdentifier', {
      description: `Identifies the CDN of ${name} to MediaPackage`,
      // MediaPackage accepts 8 to 128 characters.
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: CDN_IDENTIFIER_FIELD,
        passwordLength: 64,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { channel, endpoint } = this.createPackage(name);
    this.packageChannelId = channel.ref;
    this.packageChannelArn = channel.attrArn;
    this.hlsUrl = endpoint.attrUrl;
    this.mediaLiveRole = this.createMediaLiveRole(channel.attrArn, slates);
    this.harvestRole = this.createHarvestRole(recordings);
    this.describe(flow);
  }

  private createFlowRole({ deploymentId }: Configuration, passphrases: readonly ISecret[]): Role {
    const secrets = `arn:${this.partition}:secretsmanager:${this.region}:${this.account}:secret`;
    return new Role(this, 'FlowRole', {
      description: 'Lets the flow read the SRT passphrases',
      assumedBy: this.serviceOfThisAccount('mediaconnect'),
      inlinePolicies: {
        ReadPassphrase: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: [
                'secretsmanager:GetSecretValue',
                'secretsmanager:DescribeSecret',
                'secretsmanager:GetResourcePolicy',
                'secretsmanager:ListSecretVersionIds',
              ],
              // The workflow creates the secret of an SRT destination; AWS ends its ARN with six characters.
              resources: [
                ...passphrases.map(({ secretArn }) => secretArn),
                `${secrets}:${secretNamePrefix({ deploymentId })}*`,
              ],
            }),
          ],
        }),
      },
    });
  }

  private createFlow({ deploymentId, source, maintenance }: Configuration, passphrase: ISecret): CfnFlow {
    return new CfnFlow(this, 'Flow', {
      name: flowName(deploymentId),
      flowSize: 'MEDIUM',
      source: {
        name: source.name,
        description: 'The encoder',
        protocol: 'srt-listener',
        ingestPort: source.port,
        minLatency: source.latencyMs,
        whitelistCidr: source.allowedCidr,
        decryption: this.decryptionWith(passphrase),
      },
      // Enabled from the start, because enabling it in a running flow may interrupt its outputs.
      sourceFailoverConfig: { state: 'ENABLED', failoverMode: 'FAILOVER' },
      sourceMonitoringConfig: {
        thumbnailState: 'ENABLED',
        contentQualityAnalysisState: source.analysis ? 'ENABLED' : 'DISABLED',
        ...(source.analysis && {
          videoMonitoringSettings: [{ blackFrames: FAULT, frozenFrames: FAULT }],
          audioMonitoringSettings: [{ silentAudio: FAULT }],
        }),
      },
      maintenance: {
        maintenanceDay: maintenance.day,
        maintenanceStartHour: toMaintenanceWindow(maintenance).startTime,
      },
    });
  }

  /** Creates the second source, to which the flow changes when the first is silent. Neither is preferred. */
  private createBackup(flow: CfnFlow, { source }: Configuration, passphrase: ISecret): void {
    const { port, allowedCidr } = source.backup!;
    const backup = new CfnFlowSource(this, 'BackupSource', {
      flowArn: flow.attrFlowArn,
      name: BACKUP_SOURCE_NAME,
      description: 'The backup encoder',
      protocol: 'srt-listener',
      ingestPort: port,
      minLatency: source.latencyMs,
      whitelistCidr: allowedCidr,
      decryption: this.decryptionWith(passphrase),
    });
    new CfnOutput(this, 'SrtBackupPort', {
      value: String(backup.ingestPort),
      description: 'UDP port of the SRT host for the backup encoder',
    });
  }

  /** MediaConnect refuses an algorithm with an SRT passphrase: the encoder chooses the key length. */
  private decryptionWith(passphrase: ISecret): { keyType: string; roleArn: string; secretArn: string } {
    return { keyType: 'srt-password', roleArn: this.flowRole.roleArn, secretArn: passphrase.secretArn };
  }

  /** Creates the same package as the local deployment. The endpoint answers only requests with the CDN's identifier. */
  private createPackage(name: string): { channel: CfnChannel; endpoint: CfnOriginEndpoint } {
    const channel = new CfnChannel(this, 'PackageChannel', { id: name, description: 'The HLS preview' });
    const role = this.createSecretsRole();
    const endpoint = new CfnOriginEndpoint(this, 'HlsEndpoint', {
      id: `${name}-hls`,
      channelId: channel.ref,
      description: 'The HLS preview',
      manifestName: 'index',
      origination: 'ALLOW',
      // What recordings are copied from. MediaPackage's price page has no line for it.
      startoverWindowSeconds: STARTOVER_SECONDS,
      hlsPackage: { segmentDurationSeconds: PREVIEW_SEGMENT_SECONDS, playlistWindowSeconds: 60, playlistType: 'NONE' },
      authorization: { cdnIdentifierSecret: this.cdnIdentifier.secretArn, secretsRoleArn: role.roleArn },
    });
    // MediaPackage reads the secret when the endpoint is created.
    endpoint.node.addDependency(role);
    return { channel, endpoint };
  }

  /**
   * Creates the role with which MediaPackage reads the identifier. MediaPackage's documentation requires the two
   * permissions on the role itself. The trust policy has no source account: MediaPackage is not documented to send
   * one, and only a caller of its own account can pass a role.
   * @see https://docs.aws.amazon.com/mediapackage/latest/ug/setting-up-create-trust-rel-policy-cdn.html
   */
  private createSecretsRole(): Role {
    const role = new Role(this, 'SecretsRole', {
      description: 'Lets MediaPackage read the identifier of the CDN',
      assumedBy: new ServicePrincipal('mediapackage.amazonaws.com'),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'secretsmanager:GetSecretValue',
          'secretsmanager:DescribeSecret',
          'secretsmanager:ListSecrets',
          'secretsmanager:ListSecretVersionIds',
        ],
        resources: [this.cdnIdentifier.secretArn],
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['iam:GetRole', 'iam:PassRole'], resources: [role.roleArn] }));
    return role;
  }

  /**
   * Creates the role with which MediaPackage writes recordings. Like the other role, it has no source account.
   * @see https://docs.aws.amazon.com/mediapackage/latest/ug/setting-up-create-trust-rel-policy-ltov.html
   */
  private createHarvestRole(recordings: IBucket): Role {
    return new Role(this, 'HarvestRole', {
      description: 'Lets MediaPackage write recordings',
      assumedBy: new ServicePrincipal('mediapackage.amazonaws.com'),
      inlinePolicies: {
        WriteRecordings: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['s3:PutObject'], resources: [`${recordings.bucketArn}/recordings/*`] }),
            new PolicyStatement({
              actions: ['s3:ListBucket', 's3:GetBucketLocation'],
              resources: [recordings.bucketArn],
            }),
          ],
        }),
      },
    });
  }

  /**
   * Creates the role of the channels.
   * @see https://docs.aws.amazon.com/medialive/latest/ug/trusted-entity-requirements.html
   */
  private createMediaLiveRole(packageChannelArn: string, slates: IBucket): Role {
    const logGroups = `arn:${this.partition}:logs:${this.region}:${this.account}:log-group`;
    return new Role(this, 'MediaLiveRole', {
      description: 'Role of the MediaLive channels',
      assumedBy: this.serviceOfThisAccount('medialive'),
      inlinePolicies: {
        Channels: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['mediapackage:DescribeChannel'], resources: [packageChannelArn] }),
            // A slate is named after its size.
            new PolicyStatement({ actions: ['s3:GetObject'], resources: [`${slates.bucketArn}/${SLATE_PREFIX}*`] }),
            new PolicyStatement({
              actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
              resources: [`${logGroups}:${CHANNEL_LOG_GROUP}`, `${logGroups}:${CHANNEL_LOG_GROUP}:*`],
            }),
            new PolicyStatement({ actions: ['logs:DescribeLogGroups'], resources: [`${logGroups}:*`] }),
          ],
        }),
      },
    });
  }

  /** Returns the principal of a service acting for a resource of this account. */
  private serviceOfThisAccount(service: 'mediaconnect' | 'medialive'): ServicePrincipal {
    return new ServicePrincipal(`${service}.amazonaws.com`, {
      conditions: {
        StringEquals: { 'aws:SourceAccount': this.account },
        ArnLike: { 'aws:SourceArn': `arn:${this.partition}:${service}:${this.region}:${this.account}:*` },
      },
    });
  }

  private describe(flow: CfnFlow): void {
    new CfnOutput(this, 'SrtHost', {
      value: flow.attrSourceIngestIp,
      description: 'Host that the encoder sends SRT to',
    });
    new CfnOutput(this, 'SrtPort', { value: flow.attrSourceSourceIngestPort, description: 'UDP port of the SRT host' });
    new CfnOutput(this, 'CdnIdentifierSecret', {
      value: this.cdnIdentifier.secretName,
      description: 'Secret that identifies the CDN to MediaPackage',
    });
    new CfnOutput(this, 'HlsUrl', { value: this.hlsUrl, description: 'Playlist of the HLS preview at its origin' });
  }
}
