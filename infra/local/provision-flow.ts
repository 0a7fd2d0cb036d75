import { setTimeout } from 'node:timers/promises';
import {
  AddFlowSourcesCommand,
  CreateFlowCommand,
  DeleteFlowCommand,
  DescribeFlowCommand,
  ListFlowsCommand,
  RemoveFlowSourceCommand,
  StartFlowCommand,
  StopFlowCommand,
  UpdateFlowCommand,
  UpdateFlowSourceCommand,
  type FailoverConfig,
  type Flow,
  type SetSourceRequest,
  type Source,
} from '@aws-sdk/client-mediaconnect';
import type { AwsClients } from '../../functions/aws/clients.ts';
import { FAULT_SECONDS } from '../../functions/aws/content-quality.ts';
import { BACKUP_SOURCE_NAME } from '../../functions/domain/source-name.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION, localRoleArn } from './endpoints/wire/local-service.ts';
import { findResource } from './find-resource.ts';
import type { Settings } from './host/settings.ts';

/** Creates the flow with its main and backup source, as the source stack does on AWS. */

const FLOW_NAME = 'sluice-local';
const FLOW_POLL_EVERY_MS = 250;
/** Three minutes; a deletion takes one at AWS's pace. */
const FLOW_POLLS_MAX = 720;

/** The secret of the flow's source. The passphrase itself never leaves this process. */
export const PASSPHRASE_SECRET_ARN = `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:secret:sluice-srt-passphrase`;

/** The secret of the flow's backup source. */
export const BACKUP_PASSPHRASE_SECRET_ARN = `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:secret:sluice-srt-backup-passphrase`;

/** The settings of the flow. */
export type FlowSettings = Pick<Settings, 'analysis' | 'srtPort' | 'srtBackup' | 'srtLatencyMs'>;

type MediaConnect = AwsClients['mediaConnect'];

function flowSource(settings: FlowSettings, isEncrypted: boolean): SetSourceRequest {
  return {
    Name: 'encoder',
    Description: 'The encoder',
    Protocol: 'srt-listener',
    IngestPort: settings.srtPort,
    MinLatency: settings.srtLatencyMs,
    WhitelistCidr: '0.0.0.0/0',
    ...(isEncrypted
      ? {
          Decryption: {
            KeyType: 'srt-password',
            RoleArn: localRoleArn('sluice-mediaconnect'),
            SecretArn: PASSPHRASE_SECRET_ARN,
          },
        }
      : {}),
  };
}

function backupSource({ srtBackup, srtLatencyMs }: FlowSettings): SetSourceRequest | null {
  if (srtBackup === null) return null;
  return {
    ...{ Name: BACKUP_SOURCE_NAME, Description: 'The backup encoder', Protocol: 'srt-listener' },
    ...{ IngestPort: srtBackup.port, MinLatency: srtLatencyMs, WhitelistCidr: srtBackup.allowed },
    Decryption: {
      KeyType: 'srt-password',
      RoleArn: localRoleArn('sluice-mediaconnect'),
      SecretArn: BACKUP_PASSPHRASE_SECRET_ARN,
    },
  };
}

/** Enabled from the start, because enabling it in a running flow may interrupt its outputs on AWS. */
const FAILOVER: FailoverConfig = { State: 'ENABLED', FailoverMode: 'FAILOVER' };

interface WantedSources {
  main: SetSourceRequest;
  backup: SetSourceRequest | null;
}

/**
 * Finds or creates the flow, and updates its sources to the settings, which may have changed since the last start.
 * @param isEncrypted whether the main source reads the secret PASSPHRASE_SECRET_ARN
 */
export async function ensureFlow(
  { mediaConnect }: AwsClients,
  settings: FlowSettings,
  isEncrypted: boolean,
): Promise<string> {
  const wanted = { main: flowSource(settings, isEncrypted), backup: backupSource(settings) };
  const isAnalysed = settings.analysis;
  const { Flows: flows = [] } = await mediaConnect.send(new ListFlowsCommand({}));
  const flowArn = flows.find((flow) => flow.Name === FLOW_NAME)?.FlowArn;
  if (flowArn !== undefined && (await keepFlow(mediaConnect, flowArn, wanted))) {
    await monitorFlow(mediaConnect, flowArn, isAnalysed);
    return flowArn;
  }
  const { main, backup } = wanted;
  const { Flow: made } = await mediaConnect.send(
    new CreateFlowCommand({
      Name: FLOW_NAME,
      Sources: backup === null ? [main] : [main, backup],
      SourceFailoverConfig: FAILOVER,
    }),
  );
  await monitorFlow(mediaConnect, made!.FlowArn!, isAnalysed);
  await mediaConnect.send(new StartFlowCommand({ FlowArn: made!.FlowArn }));
  return made!.FlowArn!;
}

/** Adds, changes or removes the backup of a flow that exists. */
async function keepBackup(mediaConnect: MediaConnect, flow: Flow, backup: SetSourceRequest | null): Promise<void> {
  const FlowArn = flow.FlowArn!;
  const present = flow.Sources?.find(({ Name }) => Name === BACKUP_SOURCE_NAME);
  const isPrimary = flow.SourceFailoverConfig?.SourcePriority?.PrimarySource === BACKUP_SOURCE_NAME;
  const settle = () => describeSettledFlow(mediaConnect, FlowArn);
  if (flow.SourceFailoverConfig?.State !== 'ENABLED' || (isPrimary && backup === null)) {
    await settle();
    await mediaConnect.send(
      new UpdateFlowCommand({ FlowArn, SourceFailoverConfig: { ...FAILOVER, SourcePriority: {} } }),
    );
  }
  if (present && backup && isAsWanted(present, backup) && present.WhitelistCidr === backup.WhitelistCidr) return;
  if (!present && !backup) return;
  await settle();
  if (!backup) {
    await mediaConnect.send(new RemoveFlowSourceCommand({ FlowArn, SourceArn: present!.SourceArn! }));
  } else if (present) {
    const { Name: _name, ...changes } = backup;
    await mediaConnect.send(new UpdateFlowSourceCommand({ FlowArn, SourceArn: present.SourceArn!, ...changes }));
  } else await mediaConnect.send(new AddFlowSourcesCommand({ FlowArn, Sources: [backup] }));
}

/** Sets what the flow monitors, as the source stack does on AWS. */
async function monitorFlow(mediaConnect: MediaConnect, flowArn: string, isAnalysed: boolean): Promise<void> {
  await describeSettledFlow(mediaConnect, flowArn);
  const fault = { state: 'ENABLED', thresholdSeconds: FAULT_SECONDS };
  const sourceMonitoringConfig = {
    thumbnailState: 'ENABLED',
    contentQualityAnalysisState: isAnalysed ? 'ENABLED' : 'DISABLED',
    ...(isAnalysed && {
      videoMonitoringSettings: [{ blackFrames: fault, frozenFrames: fault }],
      audioMonitoringSettings: [{ silentAudio: fault }],
    }),
  };
  const command = new UpdateFlowCommand({ FlowArn: flowArn, SourceMonitoringConfig: { ThumbnailState: 'ENABLED' } });
  // The client is older than the analysis: its serializer drops these members.
  command.middlewareStack.add(
    (next) => (args) => {
      Object.assign(args.request as object, { body: JSON.stringify({ sourceMonitoringConfig }) });
      return next(args);
    },
    { step: 'build', name: 'addContentQualityAnalysis', priority: 'high' },
  );
  await mediaConnect.send(command);
}

/** @returns false when the flow is gone, because it was being deleted or could not be updated in place */
async function keepFlow(
  mediaConnect: MediaConnect,
  flowArn: string,
  { main, backup }: WantedSources,
): Promise<boolean> {
  if (!(await keepMain(mediaConnect, flowArn, main))) return false;
  const flow = await describeFlow(mediaConnect, flowArn);
  if (flow) await keepBackup(mediaConnect, flow, backup);
  return flow !== undefined;
}

async function keepMain(mediaConnect: MediaConnect, flowArn: string, wanted: SetSourceRequest): Promise<boolean> {
  const found = await describeFlow(mediaConnect, flowArn);
  if (found && found.Status !== 'DELETING' && found.Source && isAsWanted(found.Source, wanted)) return true;
  const flow = await describeSettledFlow(mediaConnect, flowArn);
  if (!flow?.Source) return false;
  // UpdateFlowSource keeps absent members, so it can remove neither an unwanted encryption nor an algorithm that an
  // earlier version recorded and MediaConnect refuses.
  if (flow.Source.Decryption && (!wanted.Decryption || flow.Source.Decryption.Algorithm !== undefined)) {
    await removeFlow(mediaConnect, flowArn);
    return false;
  }
  const { Name: _name, ...source } = wanted;
  await mediaConnect.send(
    new UpdateFlowSourceCommand({ FlowArn: flowArn, SourceArn: flow.Source.SourceArn!, ...source }),
  );
  return true;
}

function isAsWanted(source: Source, wanted: SetSourceRequest): boolean {
  return (
    source.IngestPort === wanted.IngestPort &&
    source.Transport?.MinLatency === wanted.MinLatency &&
    source.Decryption?.SecretArn === wanted.Decryption?.SecretArn
  );
}

async function removeFlow(mediaConnect: MediaConnect, flowArn: string): Promise<void> {
  const flow = await describeSettledFlow(mediaConnect, flowArn);
  if (flow && flow.Status !== 'STANDBY') {
    await mediaConnect.send(new StopFlowCommand({ FlowArn: flowArn }));
    await describeSettledFlow(mediaConnect, flowArn);
  }
  await mediaConnect.send(new DeleteFlowCommand({ FlowArn: flowArn }));
  await describeSettledFlow(mediaConnect, flowArn);
}

async function describeFlow(mediaConnect: MediaConnect, flowArn: string): Promise<Flow | undefined> {
  return (await findResource(() => mediaConnect.send(new DescribeFlowCommand({ FlowArn: flowArn }))))?.Flow;
}

/** Waits while the flow is in transition and accepts no command. @returns undefined once it is gone */
async function describeSettledFlow(mediaConnect: MediaConnect, flowArn: string): Promise<Flow | undefined> {
  for (let poll = 0; poll < FLOW_POLLS_MAX; poll += 1) {
    const flow = await describeFlow(mediaConnect, flowArn);
    if (!flow || !['STARTING', 'STOPPING', 'UPDATING', 'DELETING'].includes(flow.Status ?? '')) return flow;
    await setTimeout(FLOW_POLL_EVERY_MS);
  }
  throw new Error(`flow ${flowArn} did not settle within three minutes`);
}
