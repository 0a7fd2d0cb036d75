import { parseArgs } from 'node:util';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient } from '@aws-sdk/client-iam';
import { MediaConnectClient } from '@aws-sdk/client-mediaconnect';
import { MediaLiveClient } from '@aws-sdk/client-medialive';
import { MediaPackageClient } from '@aws-sdk/client-mediapackage';
import { PricingClient } from '@aws-sdk/client-pricing';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';
import { getPrices } from '../../../presets/prices.ts';
import { readConfiguration, type Configuration } from '../configuration.ts';
import { FUNCTIONS } from '../functions.ts';
import { whyNotIn } from '../regions.ts';
import { checkBootstrap, checkCaller, checkMediaPackage } from './account.ts';
import { checkChannelLogs } from './channel-logs.ts';
import { formatFindings, type Finding } from './finding.ts';
import { checkPrices, fetchPrices, PRICE_LIST_REGION } from './prices/fetch-prices.ts';
import { checkQuotas } from './quotas.ts';

/**
 * Checks an AWS account before the first deployment and before a show (`npm run preflight`), and names the quotas to
 * request. It only reads. With `--prices` it reads AWS's price list instead and writes the Region's price file.
 */

const HELP = `Checks an AWS account before a deployment: credentials, CDK bootstrap, permission to deploy, quotas of
MediaLive, MediaConnect and Lambda, availability of MediaPackage v1, retention of channel logs, and prices for the
Region. It changes nothing in AWS.

  --environment NAME   file in infra/aws/environments (default dev)
  --region REGION      overrides the Region of the environment or the credentials
  --prices             only fetch the Region's prices from the AWS Price List API into presets/prices
  --json               print the findings as JSON
  --help               show this text

Exits with 1 if a check failed. Warnings and checks that could not run do not count as failures.`;

export interface PreflightClients {
  cloudWatchLogs: CloudWatchLogsClient;
  iam: IAMClient;
  mediaConnect: MediaConnectClient;
  mediaLive: MediaLiveClient;
  mediaPackage: MediaPackageClient;
  pricing: PricingClient;
  serviceQuotas: ServiceQuotasClient;
  sts: STSClient;
}

/** Creates the clients. Without a Region, the SDK uses the environment and the profile. */
export function createPreflightClients(region: string | undefined): PreflightClients {
  const config = region === undefined ? {} : { region };
  return {
    cloudWatchLogs: new CloudWatchLogsClient(config),
    iam: new IAMClient(config),
    mediaConnect: new MediaConnectClient(config),
    mediaLive: new MediaLiveClient(config),
    mediaPackage: new MediaPackageClient(config),
    // Retries throttled calls: the list is thousands of products, read page by page.
    pricing: new PricingClient({ region: PRICE_LIST_REGION, maxAttempts: 8 }),
    serviceQuotas: new ServiceQuotasClient(config),
    sts: new STSClient(config),
  };
}

/** Placeholder values of the shipped files, which are reserved for documentation. [RFC 5737, RFC 2606] */
const PLACEHOLDERS = /^(192\.0\.2|198\.51\.100|203\.0\.113)\.|@example\.(com|org|net)$/;

/** Checks that the environment file no longer has placeholder values. */
function checkPlaceholders({ source, alarmEmail }: Configuration): Finding {
  const check = 'environment file';
  const left = Object.entries({ 'source.allowedCidr': source.allowedCidr, alarmEmail }).filter(([, value]) =>
    PLACEHOLDERS.test(value),
  );
  if (left.length === 0) return { check, outcome: 'ok', detail: 'filled in' };
  const detail = `${left.map(([field, value]) => `${field} is still ${value}`).join(' and ')}`;
  const remedy = 'set the address of your encoder and the e-mail address for alarms';
  return { check, outcome: 'failed', detail, remedy };
}

const NO_REGION: Finding = {
  check: 'Region',
  outcome: 'failed',
  detail: 'no Region is configured',
  remedy: 'set region in the environment file, pass --region, or set AWS_REGION',
};

/** Runs the checks in order of dependency and stops at the first whose failure makes the rest meaningless. */
export async function runPreflight(clients: PreflightClients, configuration: Configuration): Promise<Finding[]> {
  const filledIn = checkPlaceholders(configuration);
  const region = await clients.sts.config.region().catch(() => null);
  if (region === null) {
    return [filledIn, NO_REGION];
  }
  const unsupported = whyNotIn(region);
  if (unsupported !== null) {
    const remedy = 'choose another Region in the environment file or with --region';
    return [filledIn, { check: 'Region', outcome: 'failed', detail: `${region}: ${unsupported}`, remedy }];
  }
  const { caller, finding } = await checkCaller(clients.sts, configuration.account);
  if (caller === null) return [filledIn, finding];
  const { channels, pushInputs } = configuration.quotas;
  const reservedConcurrency = Object.values(FUNCTIONS).reduce(
    (sum, { concurrency }) => sum + concurrency,
    configuration.audience?.concurrency ?? 0,
  );
  const findings = await Promise.all([
    checkBootstrap(clients.iam, caller, region),
    checkQuotas(clients, { channels, pushInputs, reservedConcurrency }),
    checkMediaPackage(clients.mediaPackage, region),
    checkChannelLogs(clients.cloudWatchLogs, configuration.logRetentionDays),
  ]);
  return [filledIn, finding, ...findings.flat(), checkPrices(getPrices(region), region, new Date())];
}

/** Fetches the prices of the configured Region. */
async function runPrices(clients: PreflightClients): Promise<Finding[]> {
  const region = await clients.sts.config.region().catch(() => null);
  if (region === null) return [NO_REGION];
  return fetchPrices(clients.pricing, region, { now: new Date() });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      environment: { type: 'string', default: 'dev' },
      region: { type: 'string' },
      json: { type: 'boolean', default: false },
      prices: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const configuration = readConfiguration(values.environment);
  const clients = createPreflightClients(values.region ?? configuration.region);
  const findings = values.prices ? await runPrices(clients) : await runPreflight(clients, configuration);
  console.log(values.json ? JSON.stringify(findings, null, 2) : formatFindings(findings));
  if (findings.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1;
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  });
}
