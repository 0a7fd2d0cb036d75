import type { InventoryItem } from '../domain/orphans.ts';
import { listChannels, type ChannelView } from './channel.ts';
import type { AwsDeps } from './clients.ts';
import { observeFlow, type FlowView } from './flow.ts';
import { listInputs } from './input.ts';
import { destinationOfName, destinationOfTags, secretNamePrefix } from './names.ts';
import { listSecrets } from './passphrase-secret.ts';

export interface Inventory {
  items: InventoryItem[];
  channels: Map<string, ChannelView>;
  flow: FlowView | null;
}

/**
 * Lists every resource of this deployment on AWS with four listings. It reads the outputs of the flow rather than
 * asking per destination, because MediaConnect allows five requests a second.
 * @throws when any listing fails, because a partial inventory would turn the missing half into orphans
 */
export async function takeInventory(
  deps: AwsDeps<'mediaConnect' | 'mediaLive' | 'secretsManager', 'deploymentId' | 'flowArn'>,
): Promise<Inventory> {
  const [channels, inputs, flow, secrets] = await Promise.all([
    listChannels(deps),
    listInputs(deps),
    observeFlow(deps),
    listSecrets(deps),
  ]);
  const tagged = (view: { tags: Record<string, string>; name: string; state: string }) => ({
    state: view.state,
    destinationId: destinationOfTags(deps.deployment, view.tags) ?? destinationOfName(deps.deployment, view.name),
    isTagged: destinationOfTags(deps.deployment, view.tags) !== null,
  });
  const items: InventoryItem[] = [
    ...(flow?.outputs ?? []).map((output) => ({
      resource: 'flowOutput' as const,
      resourceId: output.flowOutputArn,
      state: flow!.status,
      destinationId: destinationOfName(deps.deployment, output.flowOutputName),
      isTagged: true,
    })),
    ...channels.map((channel) => ({ resource: 'channel' as const, resourceId: channel.channelId, ...tagged(channel) })),
    ...inputs.map((input) => ({ resource: 'input' as const, resourceId: input.inputId, ...tagged(input) })),
    ...secrets.map(({ secretArn, name, tags }) => ({
      resource: 'secret' as const,
      resourceId: secretArn,
      state: 'STORED',
      destinationId: destinationOfTags(deps.deployment, tags) ?? name.slice(secretNamePrefix(deps.deployment).length),
      isTagged: destinationOfTags(deps.deployment, tags) !== null,
    })),
  ];
  // A list that changes during paging may repeat a row.
  const each = new Map(items.map((item) => [`${item.resource} ${item.resourceId}`, item]));
  return {
    // A resource that neither tag nor name marks as this deployment's belongs to others.
    items: [...each.values()].filter(({ destinationId }) => destinationId !== null),
    channels: new Map(channels.map((channel) => [channel.channelId, channel])),
    flow,
  };
}
