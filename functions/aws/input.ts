import {
  CreateInputCommand,
  DeleteInputCommand,
  DescribeInputCommand,
  paginateListInputs,
} from '@aws-sdk/client-medialive';
import { isNotFound } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';
import { isOurs, requestIdOf, resourceName, tagsOf } from './names.ts';
import { MEDIA_LIVE_PAGE_MAX } from './page-size.ts';

/**
 * The parts of a MediaLive input that Sluice uses. `address` and `port` are those of the first endpoint,
 * `backupAddress` is that of the second.
 */
export interface InputView {
  inputId: string;
  name: string;
  state: string;
  /** Push inputs have a separate quota. */
  isPush: boolean;
  address: string | null;
  backupAddress: string | null;
  port: number | null;
  tags: Record<string, string>;
}

interface RawInput {
  Id?: string;
  Name?: string;
  State?: string;
  Type?: string;
  Destinations?: { Ip?: string; Port?: string; Url?: string }[];
  Tags?: Record<string, string>;
}

function toView(raw: RawInput): InputView {
  // A single-pipeline channel reads only the first of the two endpoints. MediaLive returns the port as a string.
  const [endpoint, second] = raw.Destinations ?? [];
  return {
    inputId: raw.Id ?? '',
    name: raw.Name ?? '',
    state: raw.State ?? 'UNKNOWN',
    isPush: raw.Type?.endsWith('_PUSH') ?? true,
    address: endpoint?.Ip ?? null,
    backupAddress: second?.Ip ?? null,
    port: endpoint?.Port === undefined ? null : Number(endpoint.Port),
    tags: raw.Tags ?? {},
  };
}

/** Describes an input. Returns null when it does not exist or is deleted (deleted inputs stay describable). */
export async function observeInput(
  { clients }: AwsDeps<'mediaLive', never>,
  inputId: string,
): Promise<InputView | null> {
  try {
    const view = toView(await clients.mediaLive.send(new DescribeInputCommand({ InputId: inputId })));
    return view.state === 'DELETED' ? null : view;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Lists the inputs of the account and Region that are not deleted. */
export async function listInputs({ clients }: AwsDeps<'mediaLive', never>): Promise<InputView[]> {
  const inputs: InputView[] = [];
  for await (const page of paginateListInputs({ client: clients.mediaLive, pageSize: MEDIA_LIVE_PAGE_MAX }, {})) {
    for (const raw of page.Inputs ?? []) inputs.push(toView(raw));
  }
  return inputs.filter((input) => input.state !== 'DELETED');
}

/** Finds a destination's input by its tags. */
export async function findInput(
  deps: AwsDeps<'mediaLive', 'deploymentId'>,
  destinationId: string,
): Promise<InputView | null> {
  const inputs = await listInputs(deps);
  return inputs.find((input) => isOurs(deps.deployment, destinationId, input.tags)) ?? null;
}

/** Creates a push input, or returns the one that an earlier attempt of the same generation created. */
export async function createInput(
  { clients, deployment }: AwsDeps<'mediaLive', 'deploymentId' | 'inputSecurityGroupId'>,
  { destinationId, generation }: { destinationId: string; generation: number },
): Promise<InputView> {
  const { Input: raw } = await clients.mediaLive.send(
    new CreateInputCommand({
      Name: resourceName(deployment, destinationId),
      Type: 'RTP_PUSH',
      InputSecurityGroups: [deployment.inputSecurityGroupId],
      RequestId: requestIdOf(deployment, destinationId, generation, 'input'),
      Tags: tagsOf(deployment, destinationId),
    }),
  );
  return toView(raw ?? {});
}

/** Asks MediaLive to delete the input. An accepted request does not prove that the input is gone. */
export async function deleteInput({ clients }: AwsDeps<'mediaLive', never>, inputId: string): Promise<void> {
  await clients.mediaLive.send(new DeleteInputCommand({ InputId: inputId }));
}
