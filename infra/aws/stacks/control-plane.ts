import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { HttpMethod, HttpRoute, HttpRouteKey, type IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { formatDeclaredInput } from '../../../functions/domain/declared-input.ts';
import type { OperationKind } from '../../../functions/domain/destination.ts';
import { formatMaintenance } from '../../../functions/domain/maintenance.ts';
import { toMaintenanceWindow, type Configuration } from '../configuration.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '../functions.ts';
import { createMediaEvents } from '../media-events.ts';
import { createNodeFunction } from '../node-function.ts';
import type { DeploymentResources } from '../permission.ts';
import { createSchedules } from '../schedules.ts';
import { ALIAS, createStateMachines, MACHINES, stateMachineName, type Machine } from '../state-machines.ts';
import type { DashboardStack } from './dashboard.ts';
import type { DataStack } from './data.ts';
import type { SourceStack } from './source.ts';

interface ControlPlaneStackProps extends StackProps {
  configuration: Configuration;
  data: DataStack;
  source: SourceStack;
  dashboard: DashboardStack;
  /** Host of the public pages; absent while they are off. */
  audienceHost?: string;
}

/**
 * Creates the functions, the state machines and their triggers. The stack stores no data, so it can be removed and
 * created again at any time.
 */
export class ControlPlaneStack extends Stack {
  readonly functions: Record<FunctionName, Function>;
  /** The machines of the operations. */
  readonly stateMachines: Record<OperationKind, StateMachine>;
  readonly incidentMachine: StateMachine;
  readonly deliveryMachine: StateMachine;
  readonly recordingMachine: StateMachine;
  readonly showMachine: StateMachine;
  readonly slateMachine: StateMachine;
  readonly groupMachine: StateMachine;
  /** Keyed by the kind of caller whose failures they hold. */
  readonly deadLetterQueues: Record<'functions' | 'schedules' | 'events', Queue>;

  constructor(
    scope: Construct,
    id: string,
    { configuration, data, source, dashboard, audienceHost, ...props }: ControlPlaneStackProps,
  ) {
    super(scope, id, props);
    const { deploymentId } = configuration;
    const logRetention: RetentionDays = configuration.logRetentionDays;
    this.deadLetterQueues = {
      functions: this.createDeadLetterQueue(deploymentId, 'functions'),
      schedules: this.createDeadLetterQueue(deploymentId, 'schedules'),
      events: this.createDeadLetterQueue(deploymentId, 'events'),
    };
    const resources = this.resourcesOf(configuration, data, source, dashboard);
    const variables = {
      ...this.variablesOf(configuration, data, source),
      ...browserVariables(data, dashboard),
      ...(audienceHost !== undefined && { AUDIENCE_HOST: audienceHost }),
    };
    const made = FUNCTION_NAMES.map((name) => [
      name,
      createNodeFunction(this, {
        deploymentId,
        name,
        definition: FUNCTIONS[name],
        variables,
        resources,
        logRetention,
        environmentKey: data.operationsKey,
        deadLetters: this.deadLetterQueues.functions,
        proofPrincipalArn: configuration.proof?.principalArn,
      }),
    ]);
    this.functions = Object.fromEntries(made) as Record<FunctionName, Function>;
    const { delivery, group, incident, recording, show, slate, ...operations } = createStateMachines(this, {
      deploymentId,
      workflow: this.functions.workflow,
      key: data.operationsKey,
      logRetention,
    });
    this.stateMachines = operations;
    this.incidentMachine = incident;
    this.deliveryMachine = delivery;
    this.recordingMachine = recording;
    this.showMachine = show;
    this.slateMachine = slate;
    this.groupMachine = group;
    createSchedules(this, { deploymentId, functions: this.functions, deadLetters: this.deadLetterQueues.schedules });
    createMediaEvents(this, {
      deploymentId,
      flowArn: source.flowArn,
      monitor: this.functions.monitor,
      deadLetters: this.deadLetterQueues.events,
    });
    this.addRoutes(dashboard.httpApi);
  }

  private createDeadLetterQueue(deploymentId: string, name: string): Queue {
    return new Queue(this, `DeadLetters-${name}`, {
      queueName: `sluice-${deploymentId}-${name}-dead-letters`,
      retentionPeriod: Duration.days(14),
      // Holds only ids and times. An alarm reports when it is not empty.
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
  }

  /**
   * Adds the API's route without a gateway authorizer. The dashboard's session is an HttpOnly cookie, which a JWT
   * authorizer cannot read, so the function checks the token itself, in the cookie or in the header.
   */
  private addRoutes(httpApi: IHttpApi): void {
    new HttpRoute(this, 'ApiRoute', {
      httpApi,
      routeKey: HttpRouteKey.with('/api/{proxy+}', HttpMethod.ANY),
      integration: new HttpLambdaIntegration('Api', this.functions.api),
    });
    new HttpRoute(this, 'MetricsRoute', {
      httpApi,
      routeKey: HttpRouteKey.with('/metrics', HttpMethod.GET),
      integration: new HttpLambdaIntegration('Metrics', this.functions.api),
    });
  }

  private resourcesOf(
    { deploymentId, tagConditions, flowOutputPermission }: Configuration,
    data: DataStack,
    source: SourceStack,
    dashboard: DashboardStack,
  ): DeploymentResources {
    return {
      partition: this.partition,
      region: this.region,
      account: this.account,
      deploymentId,
      tableArn: data.table.tableArn,
      streamKeysKeyArn: data.streamKeysKey.keyArn,
      operationsKeyArn: data.operationsKey.keyArn,
      reportBucketArn: data.reports.bucketArn,
      recordingBucketArn: data.recordings.bucketArn,
      harvestRoleArn: source.harvestRole.roleArn,
      flowArn: source.flowArn,
      inputSecurityGroupArn: source.inputSecurityGroupArn,
      mediaLiveRoleArn: source.mediaLiveRole.roleArn,
      flowRoleArn: source.flowRole.roleArn,
      packageChannelArn: source.packageChannelArn,
      fingerprintSecretArn: data.fingerprintSecret.secretArn,
      notificationTopicArn: data.notificationTopic.topicArn,
      userPoolArn: data.userPool.userPoolArn,
      previewKeySecretArn: dashboard.previewKeys.privateKey.secretArn,
      stateMachineArns: MACHINES.filter((kind) => kind !== 'slate').map((kind) =>
        this.stateMachineArn(deploymentId, kind),
      ),
      stopMachineArn: this.stateMachineArn(deploymentId, 'stop'),
      incidentMachineArn: this.stateMachineArn(deploymentId, 'incident'),
      deliveryMachineArn: this.stateMachineArn(deploymentId, 'delivery'),
      recordingMachineArn: this.stateMachineArn(deploymentId, 'recording'),
      slateMachineArn: this.stateMachineArn(deploymentId, 'slate'),
      stateMachineAlias: ALIAS,
      tagConditions,
      flowOutputPermission,
    };
  }

  private variablesOf(
    {
      deploymentId,
      quotas,
      primary,
      primaryEncodings,
      standby,
      pauseUntilLive,
      startsAtOnce,
      source: declared,
      maintenance,
    }: Configuration,
    data: DataStack,
    source: SourceStack,
  ): Record<string, string> {
    const machines = MACHINES.map((kind) => [
      `STATE_MACHINE_ARN_${kind.toUpperCase()}`,
      `${this.stateMachineArn(deploymentId, kind)}:${ALIAS}`,
    ]);
    return {
      DEPLOYMENT_ID: deploymentId,
      TABLE_NAME: data.table.tableName,
      KEY_ID: data.streamKeysKey.keyArn,
      FLOW_ARN: source.flowArn,
      INPUT_SECURITY_GROUP_ID: source.inputSecurityGroupId,
      MEDIALIVE_ROLE_ARN: source.mediaLiveRole.roleArn,
      FLOW_ROLE_ARN: source.flowRole.roleArn,
      PACKAGE_CHANNEL_ID: source.packageChannelId,
      PRIMARY_PRESET: primaryEncodings.join(','),
      PRIMARY_MODE: primary,
      DEFAULT_STANDBY: standby,
      DECLARED_INPUT: formatDeclaredInput({
        Codec: declared.codec,
        Resolution: declared.resolution,
        MaximumBitrate: declared.maximumBitrate,
      }),
      SOURCE_ANALYSIS: declared.analysis ? 'on' : 'off',
      BACKUP_SOURCE: declared.backup ? 'on' : 'off',
      PAUSE_UNTIL_LIVE: pauseUntilLive ? 'on' : 'off',
      STARTS_AT_ONCE: String(startsAtOnce),
      MAINTENANCE: formatMaintenance(toMaintenanceWindow(maintenance)),
      CHANNEL_QUOTA: String(quotas.channels),
      PUSH_INPUT_QUOTA: String(quotas.pushInputs),
      FINGERPRINT_SECRET_ARN: data.fingerprintSecret.secretArn,
      REPORT_BUCKET: data.reports.bucketName,
      RECORDING_BUCKET: data.recordings.bucketName,
      HARVEST_ROLE_ARN: source.harvestRole.roleArn,
      NOTIFICATION_TOPIC_ARN: data.notificationTopic.topicArn,
      ...Object.fromEntries(machines),
    };
  }

  /** Returns the ARN before the state machine exists, because state machine and function refer to each other. */
  private stateMachineArn(deploymentId: string, kind: Machine): string {
    return `arn:${this.partition}:states:${this.region}:${this.account}:stateMachine:${stateMachineName(deploymentId, kind)}`;
  }
}

/** Variables that tell the API about the dashboard in front of it. */
function browserVariables(data: DataStack, dashboard: DashboardStack): Record<string, string> {
  return {
    USER_POOL_ID: data.userPool.userPoolId,
    DASHBOARD_CLIENT_ID: dashboard.dashboardClientId,
    COMMAND_LINE_CLIENT_ID: dashboard.commandLineClientId,
    SCRIPT_CLIENTS: [...dashboard.scriptClientIds].map(([role, clientId]) => `${role}:${clientId}`).join(','),
    SIGN_IN_DOMAIN: dashboard.signInUrl,
    PUBLIC_HOST: dashboard.publicHost,
    PREVIEW_KEY_SECRET_ARN: dashboard.previewKeys.privateKey.secretArn,
    PREVIEW_KEY_PAIR_ID: dashboard.previewKeys.keyPairId,
  };
}
