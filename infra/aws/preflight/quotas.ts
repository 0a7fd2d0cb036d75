import { ListFlowsCommand, type ListFlowsCommandOutput, type MediaConnectClient } from '@aws-sdk/client-mediaconnect';
import {
  paginateListChannels,
  paginateListInputs,
  paginateListInputSecurityGroups,
  type MediaLiveClient,
} from '@aws-sdk/client-medialive';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { unknownBecause, type Finding } from './finding.ts';

/**
 * Compares the account's quotas, its usage and the needs of this deployment. AWS takes a working day or more to raise a
 * quota, which is too late on the evening of a show.
 */

interface QuotaClients {
  mediaLive: MediaLiveClient;
  mediaConnect: MediaConnectClient;
  serviceQuotas: ServiceQuotasClient;
}

/** What the deployment needs of the account's quotas. */
export interface QuotaNeeds {
  /** Channels: one per destination, and one for the HLS preview. */
  channels: number;
  pushInputs: number;
  /** Concurrency that the functions reserve. AWS requires another hundred unreserved. */
  reservedConcurrency: number;
}

/** Concurrency that must stay unreserved. [lambda/latest/dg/configuration-concurrency] */
const UNRESERVED_CONCURRENCY = 100;

interface Quota {
  name: string;
  serviceCode: string;
  /** [gruntwork-io/terraform-aws-utilities, generated from the Service Quotas API] */
  quotaCode: string;
  needed: number;
  used: () => Promise<number>;
}

/** Returns one finding per quota. Never throws. */
export async function checkQuotas(clients: QuotaClients, needs: QuotaNeeds): Promise<Finding[]> {
  const { mediaLive, mediaConnect } = clients;
  const quotas: Quota[] = [
    {
      name: 'MediaLive channels',
      serviceCode: 'medialive',
      quotaCode: 'L-D1AFAF75',
      needed: needs.channels,
      used: () => count(paginateListChannels({ client: mediaLive }, {}), ({ Channels }) => Channels),
    },
    {
      name: 'MediaLive push inputs',
      serviceCode: 'medialive',
      quotaCode: 'L-9E233AF7',
      needed: needs.pushInputs,
      used: () =>
        count(paginateListInputs({ client: mediaLive }, {}), ({ Inputs }) =>
          Inputs?.filter(({ Type }) => Type?.endsWith('_PUSH')),
        ),
    },
    {
      name: 'MediaLive input security groups',
      serviceCode: 'medialive',
      quotaCode: 'L-6A0116BB',
      needed: 1,
      used: () =>
        count(
          paginateListInputSecurityGroups({ client: mediaLive }, {}),
          ({ InputSecurityGroups }) => InputSecurityGroups,
        ),
    },
    {
      name: 'MediaConnect flows',
      serviceCode: 'mediaconnect',
      quotaCode: 'L-A99016A8',
      needed: 1,
      used: () => countFlows(mediaConnect),
    },
    {
      name: 'Lambda concurrency',
      serviceCode: 'lambda',
      quotaCode: 'L-B99A9384',
      needed: needs.reservedConcurrency + UNRESERVED_CONCURRENCY,
      // No call lists what others reserve. A new account’s quota of ten is too small in any case.
      used: async () => 0,
    },
  ];
  return Promise.all(quotas.map((quota) => checkQuota(clients.serviceQuotas, quota)));
}

async function checkQuota(serviceQuotas: ServiceQuotasClient, quota: Quota): Promise<Finding> {
  const { name: check, needed } = quota;
  try {
    const [allowed, used] = await Promise.all([readQuotaOf(serviceQuotas, quota), quota.used()]);
    const detail = `${allowed} allowed, ${used} in use, ${needed} needed`;
    if (allowed - used >= needed) return { check, outcome: 'ok', detail };
    const remedy = `request at least ${used + needed} in Service Quotas (${quota.serviceCode}, ${quota.quotaCode}) before the first show; this deployment may already be part of the usage`;
    return { check, outcome: allowed < needed ? 'failed' : 'warning', detail, remedy };
  } catch (error) {
    return unknownBecause(check, error, `allow servicequotas:GetServiceQuota and the ${quota.serviceCode} List calls`);
  }
}

/**
 * Returns the account's value of a quota, or AWS's default if it has none.
 * @throws the errors of Service Quotas
 */
export async function readQuotaOf(
  client: ServiceQuotasClient,
  { serviceCode, quotaCode }: { serviceCode: string; quotaCode: string },
): Promise<number> {
  const input = { ServiceCode: serviceCode, QuotaCode: quotaCode };
  try {
    const { Quota: applied } = await client.send(new GetServiceQuotaCommand(input));
    if (applied?.Value !== undefined) return applied.Value;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NoSuchResourceException') throw error;
  }
  const { Quota: standard } = await client.send(new GetAWSDefaultServiceQuotaCommand(input));
  if (standard?.Value === undefined) throw new Error(`AWS returned no value for ${quotaCode}`);
  return standard.Value;
}

async function count<Page, Item>(pages: AsyncIterable<Page>, itemsOf: (page: Page) => Item[] | undefined) {
  let total = 0;
  for await (const page of pages) total += itemsOf(page)?.length ?? 0;
  return total;
}

async function countFlows(client: MediaConnectClient): Promise<number> {
  let total = 0;
  let token: string | undefined;
  do {
    const page: ListFlowsCommandOutput = await client.send(new ListFlowsCommand({ NextToken: token }));
    total += page.Flows?.length ?? 0;
    token = page.NextToken;
  } while (token !== undefined);
  return total;
}
