import { readFileSync } from 'node:fs';
import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateAliasCommand, CreateKeyCommand, DescribeKeyCommand } from '@aws-sdk/client-kms';
import {
  CreateFlowCommand,
  DeleteFlowCommand,
  DescribeFlowCommand,
  ListFlowsCommand,
  StartFlowCommand,
  StopFlowCommand,
  UpdateFlowSourceCommand,
  waitUntilFlowDeleted,
  waitUntilFlowStandby,
  type SetSourceRequest,
} from '@aws-sdk/client-mediaconnect';
import { CreateInputSecurityGroupCommand, ListInputSecurityGroupsCommand } from '@aws-sdk/client-medialive';
import {
  CreateChannelCommand,
  CreateOriginEndpointCommand,
  DescribeChannelCommand,
  DescribeOriginEndpointCommand,
} from '@aws-sdk/client-mediapackage';
import { CreateStateMachineCommand, DescribeStateMachineCommand, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import { isNotFound } from '../../functions/aws/aws-errors.ts';
import type { AwsClients, Deployment } from '../../functions/aws/clients.ts';
import { OPERATION_KINDS, type OperationKind } from '../../functions/domain/destination.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from './service.ts';
import type { Settings } from './settings.ts';

/**
 * Makes the shared resources of a deployment through the SDK, as the CDK stacks do on AWS: table, key, flow, input
 * security group, MediaPackage channel and endpoint, state machines. Everything is looked up before it is made, so that
 * it runs at every start.
 */

const DEPLOYMENT_ID = 'local';
const TABLE_NAME = 'sluice';
const KEY_ALIAS = 'alias/sluice';
const FLOW_NAME = 'sluice-local';
const PACKAGE_CHANNEL_ID = 'sluice-local';
const DEPLOYMENT_TAG = { 'sluice:deployment': DEPLOYMENT_ID };

/** The secret the flow's source refers to; the passphrase itself never leaves this process. */
export const PASSPHRASE_SECRET_ARN = `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:secret:sluice-srt-passphrase`;

/** The roles exist in name only: nothing local checks them. */
const roleArn = (name: string) => `arn:aws:iam::${LOCAL_ACCOUNT_ID}:role/${name}`;

interface ProvisionInput {
  clients: AwsClients;
  settings: Pick<Settings, 'srtPort' | 'srtPassphrase' | 'srtLatencyMs' | 'loopbackTargetsAllowed'>;
  workflowFunctionArn: string;
  quotas: { channelQuota: number; pushInputQuota: number };
  fingerprintSecret: string;
}

/**
 * Makes or finds everything and says where it is.
 * @returns `flowIsNew`: what was connected to a former flow has to be connected again
 */
export async function provision({
  clients,
  settings,
  workflowFunctionArn,
  quotas,
  fingerprintSecret,
}: ProvisionInput): Promise<{ deployment: Deployment; flowIsNew: boolean }> {
  await ensureTable(clients);
  const { flowArn, flowIsNew } = await ensureFlow(clients, settings);
  const deployment = {
    deploymentId: DEPLOYMENT_ID,
    tableName: TABLE_NAME,
    keyId: await ensureKey(clients),
    flowArn,
    inputSecurityGroupId: await ensureInputSecurityGroup(clients),
    mediaLiveRoleArn: roleArn('sluice-medialive'),
    packageChannelId: await ensurePackageChannel(clients),
    stateMachineArns: await ensureStateMachines(clients, workflowFunctionArn),
    fingerprintSecret,
    loopbackTargetsAllowed: settings.loopbackTargetsAllowed,
    ...quotas,
  };
  return { deployment, flowIsNew };
}

/** Undefined when AWS says that it does not exist. */
async function find<Answer>(look: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isNotFound(error) || (error as Error).name === 'StateMachineDoesNotExist') return undefined;
    throw error;
  }
}

async function ensureTable({ table }: AwsClients): Promise<void> {
  if (await find(() => table.send(new DescribeTableCommand({ TableName: TABLE_NAME })))) return;
  await table.send(
    new CreateTableCommand({
      TableName: TABLE_NAME,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
}

async function ensureKey({ kms }: AwsClients): Promise<string> {
  const found = await find(() => kms.send(new DescribeKeyCommand({ KeyId: KEY_ALIAS })));
  if (found?.KeyMetadata?.Arn) return found.KeyMetadata.Arn;
  const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({ Description: 'Sluice stream keys' }));
  await kms.send(new CreateAliasCommand({ AliasName: KEY_ALIAS, TargetKeyId: key!.KeyId! }));
  return key!.Arn!;
}

async function ensureInputSecurityGroup({ mediaLive }: AwsClients): Promise<string> {
  const { InputSecurityGroups: groups = [] } = await mediaLive.send(new ListInputSecurityGroupsCommand({}));
  const ours = groups.find((group) => group.Tags?.['sluice:deployment'] === DEPLOYMENT_ID && group.State !== 'DELETED');
  if (ours?.Id) return ours.Id;
  const { SecurityGroup: made } = await mediaLive.send(
    new CreateInputSecurityGroupCommand({ WhitelistRules: [{ Cidr: '127.0.0.1/32' }], Tags: DEPLOYMENT_TAG }),
  );
  return made!.Id!;
}

function flowSource(settings: ProvisionInput['settings']): SetSourceRequest {
  return {
    Name: 'encoder',
    Description: 'The encoder',
    Protocol: 'srt-listener',
    IngestPort: settings.srtPort,
    MinLatency: settings.srtLatencyMs,
    WhitelistCidr: '0.0.0.0/0',
    ...(settings.srtPassphrase === undefined
      ? {}
      : {
          Decryption: {
            KeyType: 'srt-password',
            Algorithm: 'aes128',
            RoleArn: roleArn('sluice-mediaconnect'),
            SecretArn: PASSPHRASE_SECRET_ARN,
          },
        }),
  };
}

async function ensureFlow(
  { mediaConnect }: AwsClients,
  settings: ProvisionInput['settings'],
): Promise<{ flowArn: string; flowIsNew: boolean }> {
  const { Flows: flows = [] } = await mediaConnect.send(new ListFlowsCommand({}));
  const flowArn = flows.find((flow) => flow.Name === FLOW_NAME)?.FlowArn;
  if (flowArn !== undefined) {
    // The settings may have changed between two starts. UpdateFlowSource cannot take an encryption away.
    const { Flow: flow } = await mediaConnect.send(new DescribeFlowCommand({ FlowArn: flowArn }));
    if (!flow?.Source?.Decryption || settings.srtPassphrase !== undefined) {
      const { Name: _name, ...source } = flowSource(settings);
      await mediaConnect.send(
        new UpdateFlowSourceCommand({ FlowArn: flowArn, SourceArn: flow!.Source!.SourceArn!, ...source }),
      );
      return { flowArn, flowIsNew: false };
    }
    await removeFlow(mediaConnect, flowArn);
  }
  const { Flow: made } = await mediaConnect.send(
    new CreateFlowCommand({ Name: FLOW_NAME, Source: flowSource(settings) }),
  );
  await mediaConnect.send(new StartFlowCommand({ FlowArn: made!.FlowArn }));
  return { flowArn: made!.FlowArn!, flowIsNew: true };
}

async function removeFlow(mediaConnect: AwsClients['mediaConnect'], flowArn: string): Promise<void> {
  const { Flow: flow } = await mediaConnect.send(new DescribeFlowCommand({ FlowArn: flowArn }));
  if (flow?.Status !== 'STANDBY') await mediaConnect.send(new StopFlowCommand({ FlowArn: flowArn }));
  await waitUntilFlowStandby({ client: mediaConnect, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { FlowArn: flowArn });
  await mediaConnect.send(new DeleteFlowCommand({ FlowArn: flowArn }));
  await waitUntilFlowDeleted({ client: mediaConnect, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { FlowArn: flowArn });
}

async function ensurePackageChannel({ mediaPackage }: AwsClients): Promise<string> {
  const channel = await find(() => mediaPackage.send(new DescribeChannelCommand({ Id: PACKAGE_CHANNEL_ID })));
  if (!channel) await mediaPackage.send(new CreateChannelCommand({ Id: PACKAGE_CHANNEL_ID, Tags: DEPLOYMENT_TAG }));
  const endpointId = `${PACKAGE_CHANNEL_ID}-hls`;
  const endpoint = await find(() => mediaPackage.send(new DescribeOriginEndpointCommand({ Id: endpointId })));
  if (!endpoint) {
    await mediaPackage.send(
      new CreateOriginEndpointCommand({
        ChannelId: PACKAGE_CHANNEL_ID,
        Id: endpointId,
        ManifestName: 'index',
        HlsPackage: { SegmentDurationSeconds: 2, PlaylistWindowSeconds: 60, PlaylistType: 'NONE' },
        Tags: DEPLOYMENT_TAG,
      }),
    );
  }
  return PACKAGE_CHANNEL_ID;
}

async function ensureStateMachines(
  { sfn }: AwsClients,
  workflowFunctionArn: string,
): Promise<Record<OperationKind, string>> {
  const arns: Partial<Record<OperationKind, string>> = {};
  for (const kind of OPERATION_KINDS) {
    const name = `sluice-destination-${kind}`;
    const stateMachineArn = `arn:aws:states:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:stateMachine:${name}`;
    const file = new URL(`../../statemachines/destination-${kind}.asl.json`, import.meta.url);
    // The one substitution CDK makes as well.
    const definition = readFileSync(file, 'utf8').replaceAll('${WorkflowFunctionArn}', workflowFunctionArn);
    const exists = await find(() => sfn.send(new DescribeStateMachineCommand({ stateMachineArn })));
    if (exists) await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
    else await sfn.send(new CreateStateMachineCommand({ name, definition, roleArn: roleArn('sluice-workflow') }));
    arns[kind] = stateMachineArn;
  }
  return arns as Record<OperationKind, string>;
}
