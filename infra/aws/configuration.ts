import { STANDBY_MODES } from '../../functions/domain/destination.ts';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { INPUT_BITRATES, INPUT_CODECS, INPUT_RESOLUTIONS } from '../../functions/domain/declared-input.ts';
import { blockOf } from '../../functions/domain/ipv4-block.ts';
import type { MaintenanceWindow } from '../../functions/domain/maintenance.ts';
import { BACKUP_SOURCE_NAME } from '../../functions/domain/source-name.ts';
import { isSourcePort, SOURCE_PORTS_ALLOWED } from '../../functions/domain/source-port.ts';
import { STARTS_AT_ONCE_DEFAULT, STARTS_AT_ONCE_MAX } from '../../functions/domain/start-pace.ts';
import { PRIMARY_MODES } from '../../functions/domain/primary-mode.ts';
import { listEncodings } from '../../presets/index.ts';
import { FLOW_OUTPUT_PERMISSIONS } from './permission.ts';
import { whyNotIn } from './regions.ts';

/**
 * The configuration of a deployment: `environments/<name>.json`. Holds every setting of the stacks, with its meaning,
 * its bounds and a safe default.
 */

const ENVIRONMENTS = join(import.meta.dirname, 'environments');
const ENVIRONMENT_NAME = /^[a-z0-9][a-z0-9-]{0,19}$/;

/** Address ranges that are not routed on the internet. */
const UNROUTED = ['private', 'loopback', 'linkLocal', 'carrierGradeNat', 'multicast', 'broadcast'];

const Cidr = z
  .cidrv4({ error: 'not an IPv4 block such as 203.0.113.7/32', abort: true })
  .refine((cidr) => blockOf(cidr) === cidr, {
    error: ({ input }) => `has bits behind its prefix; the block is ${blockOf(String(input))}, one address ends in /32`,
  })
  .refine((cidr) => !UNROUTED.includes(ipaddr.IPv4.parse(cidr.split('/')[0]!).range()), {
    error: 'is not an address on the internet; give the public address of the encoder’s network',
  });
const Quota = z.int().min(1).max(10_000);
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
/** Retention periods that CloudWatch Logs accepts, up to a year. */
const RETENTION_DAYS = [7, 14, 30, 60, 90, 180, 365] as const;

interface Allowed {
  allowedCidr: string;
  anyAddressAllowed: boolean;
}

const isBounded = ({ allowedCidr, anyAddressAllowed }: Allowed): boolean =>
  anyAddressAllowed || Number(allowedCidr.split('/')[1]) >= 8;

/** @param field name of the object that holds the block */
const unbounded = (field: string) => ({
  path: ['allowedCidr'],
  message: `lets large parts of the internet send; give the encoder’s block, or set ${field}.anyAddressAllowed to true`,
});

const AnyAddressAllowed = z
  .boolean()
  .default(false)
  .describe('Must be true before allowedCidr may be wider than /8: then the passphrase is the only protection.');

const Port = z.int().min(1024).max(65_535).refine(isSourcePort, SOURCE_PORTS_ALLOWED);

/** Latency and declared input are those of the main source, because both encoders must send the same. */
const BackupSource = z
  .strictObject({
    port: Port.default(5001).describe(
      `UDP port on which the flow listens for the backup encoder: ${SOURCE_PORTS_ALLOWED}, and not the one of the main source.`,
    ),
    allowedCidr: Cidr.describe('The only addresses the backup encoder may send from. Use /32 for one address.'),
    anyAddressAllowed: AnyAddressAllowed,
  })
  .refine(isBounded, unbounded('source.backup'))
  .describe('A second source with its own passphrase, which takes over when the main one is silent. Default: none.');

const Source = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,29}$/, 'at most 30 lower-case letters, digits and hyphens')
      .refine((name) => name !== BACKUP_SOURCE_NAME, 'is the name of the backup source; choose another one')
      .default('encoder')
      .describe('Name of the flow’s source.'),
    port: Port.default(5000).describe(`UDP port on which the flow listens for SRT: ${SOURCE_PORTS_ALLOWED}.`),
    latencyMs: z
      .int()
      .min(100)
      .max(15_000)
      .default(2000)
      .describe('SRT latency in milliseconds; the encoder’s own applies if it is longer.'),
    codec: z.enum(INPUT_CODECS).default('AVC').describe('Video codec the encoder sends; channels declare it.'),
    resolution: z
      .enum(INPUT_RESOLUTIONS)
      .default('HD')
      .describe(
        'Largest picture the encoder sends: SD below 720 lines, HD up to 1080, UHD above. Channels declare it.',
      ),
    maximumBitrate: z
      .enum(INPUT_BITRATES)
      .default('MAX_20_MBPS')
      .describe('Highest bitrate the encoder sends. Each channel is billed for what it declares; 10 is cheaper.'),
    analysis: z
      .boolean()
      .default(true)
      .describe('Whether MediaConnect looks for black, frozen and silent content, at no charge, up to ten outputs.'),
    allowedCidr: Cidr.describe('The only addresses the encoder may send from. Use /32 for one address.'),
    anyAddressAllowed: AnyAddressAllowed,
    backup: BackupSource.optional(),
  })
  .refine(isBounded, unbounded('source'))
  .refine(({ port, backup }) => backup?.port !== port, {
    path: ['backup', 'port'],
    message: 'is the port of the main source: each SRT listener of a flow needs its own',
  });

const Domain = z.strictObject({
  name: z
    .string()
    .max(253)
    .regex(
      /^(?=.*[a-z][a-z0-9-]*$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/,
      'a host name in lower case with its domain, such as live.example.com',
    )
    .describe('Host name.'),
  certificateArn: z
    .string()
    .regex(/^arn:aws[\w-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/, 'a certificate in us-east-1')
    .describe('Its certificate in ACM, us-east-1.'),
});

const FOREIGN_CERTIFICATE = 'belongs to another account: CloudFront accepts only certificates of its own account';

const PriceClass = z.enum(['100', '200', 'All']).default('100');

const Audience = z
  .strictObject({
    concurrency: z
      .int()
      .min(1)
      .max(1_000)
      .default(40)
      .describe(
        'Requests that the public pages’ function answers at once. They are reserved, so a crowd takes none of the control plane’s; AWS wants 100 of the account’s to stay unreserved.',
      ),
    requestsPerSecond: z
      .int()
      .min(10)
      .max(5_000)
      .default(200)
      .describe(
        'Requests per second that get past CloudFront’s cache before more are refused. The account has 10,000 for all of its APIs in the Region.',
      ),
    domain: Domain.optional().describe('Custom host name of the public pages. Default: a name assigned by CloudFront.'),
    priceClass: PriceClass.describe(
      'Where CloudFront serves the public pages from: 100 is Europe and North America, All is everywhere.',
    ),
    keysVersion: z
      .int()
      .min(1)
      .max(10_000)
      .default(1)
      .describe(
        'To replace the keys that open private shows, raise it by one and deploy. It signs chat names out too.',
      ),
    webAclArn: z
      .string()
      .regex(/^arn:aws[\w-]*:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/, 'a web ACL for CloudFront')
      .optional()
      .describe('Existing AWS WAF web ACL (us-east-1) in front of the public pages. AWS bills it. Default: none.'),
  })
  .describe('The public pages: catalogue, watch pages, chats. Default: they are off.');

const Configuration = z
  .strictObject({
    $schema: z.string().optional(),
    deploymentId: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,19}$/, 'at most 20 lower-case letters, digits and hyphens')
      // [cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix]
      .refine(
        (id) => !/aws|amazon|cognito/.test(id),
        'must not contain aws, amazon or cognito: Cognito keeps them from sign-in addresses',
      )
      .describe('Part of the names and tags of every resource. Never change it after the first deployment.'),
    account: z
      .string()
      .regex(/^\d{12}$/, 'twelve digits')
      .optional()
      .describe('AWS account. Default: the account of the credentials in use.'),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a Region such as eu-central-1')
      .refine((region) => whyNotIn(region) === null, { error: ({ input }) => whyNotIn(String(input))! })
      .optional()
      .describe('AWS Region. Default: the Region of the credentials in use.'),
    source: Source,
    alarmEmail: z
      .email()
      .describe('Address that receives the alarms. Its owner must confirm the subscription by e-mail.'),
    monthlyBudgetUsd: z.number().min(1).max(1_000_000).describe('Monthly cost that triggers a warning.'),
    servicesBudgetUsd: z
      .number()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe(
        'Monthly cost of the media services in the whole account that triggers a warning; needs no tag. Default: monthlyBudgetUsd. Raise it if others use MediaLive in the same account.',
      ),
    costAnomalies: z
      .strictObject({
        minimumUsd: z
          .number()
          .min(1)
          .max(1_000_000)
          .default(20)
          .describe('Smallest impact of an anomaly that is reported.'),
        monitorArn: z
          .string()
          .regex(/^arn:aws[\w-]*:ce::\d{12}:anomalymonitor\/[\w-]+$/, 'the ARN of a cost anomaly monitor')
          .optional()
          .describe(
            'Existing monitor of AWS services; an account can have only one. Default: the deployment creates it.',
          ),
      })
      .optional()
      .describe('Makes AWS report unusual spending to alarmEmail once a day. Default: no reports.'),
    alarms: z
      .strictObject({
        hoursWithoutSource: z
          .int()
          .min(1)
          .max(24)
          .default(3)
          .describe('Hours that channels may run without a connected encoder before an alarm.'),
        previewGbPerHour: z
          .number()
          .min(1)
          .max(10_000)
          .default(20)
          .describe(
            'GB per hour that MediaPackage may send before an alarm. One viewer of 720p30 takes 1.4; CloudFront serves most further viewers from its cache.',
          ),
      })
      .prefault({})
      .describe('Thresholds of the alarms that depend on how a deployment is used.'),
    primary: z
      .enum(PRIMARY_MODES)
      .default('always')
      .describe(
        'When the HLS preview runs: always (while the flow is active), with-source (while an encoder is connected) or off. The dashboard can change it later.',
      ),
    primaryEncodings: z
      .array(
        z.enum(
          // The MediaPackage output group refuses an output without a size.
          // [medialive/latest/ug/mediapackage-encode-packaging]
          listEncodings()
            .filter(({ width }) => width !== null)
            .map(({ encodingId }) => encodingId),
          {
            error: 'not an encoding with a size, which MediaPackage needs',
          },
        ),
      )
      .min(1)
      .refine(isEachOnce, 'names an encoding twice: each MediaLive output needs a distinct name')
      .default(['720p30'])
      .describe('Renditions of the HLS preview, one encoding each. AWS bills each of them while the preview runs.'),
    pauseUntilLive: z
      .boolean()
      .default(true)
      .describe(
        'Whether the channels of a show start early and are paused until their planned second. They are billed while they wait. Without it, a platform gets the picture as soon as its channel runs.',
      ),
    startsAtOnce: z
      .int()
      .min(1)
      .max(STARTS_AT_ONCE_MAX)
      .default(STARTS_AT_ONCE_DEFAULT)
      .describe('How many destinations may be starting at the same time before a group start waits.'),
    quotas: z
      .strictObject({
        channels: Quota.default(5).describe('MediaLive channels the account may have.'),
        pushInputs: Quota.default(5).describe('MediaLive push inputs the account may have.'),
      })
      .prefault({})
      .describe('Quotas of the account, checked before anything is created. AWS’s defaults are 5 and 5.'),
    logRetentionDays: z.literal(RETENTION_DAYS).default(90).describe('How long logs are kept, in days.'),
    maintenance: z
      .strictObject({
        day: z.enum(DAYS).default('Tuesday'),
        hourUtc: z.int().min(0).max(23).default(4),
      })
      .prefault({})
      .describe('When AWS may restart the flow and the channels, which interrupts every stream.'),
    domain: Domain.optional().describe('Custom host name of the dashboard. Default: a name assigned by CloudFront.'),
    priceClass: PriceClass.describe(
      'Where CloudFront serves the dashboard from: 100 is Europe and North America, All is everywhere.',
    ),
    audience: Audience.optional(),
    runbookUrl: z
      .url({ protocol: /^https$/ })
      .max(500, 'at most 500 characters: it is part of every alarm’s text')
      .refine((url) => !url.includes('#'), 'must have no #: alarms add the heading themselves')
      .optional()
      .describe('URL of RUNBOOK.md, which alarms link to. Default: alarms name the file and the heading.'),
    scriptRoles: z
      .array(z.enum(['viewer', 'operator', 'admin']))
      .refine(isEachOnce, 'names a role twice: each role has one client')
      .default([])
      .describe('Roles that get a client for scripts. Cognito charges for each client.'),
    github: z
      .strictObject({
        repository: z
          .string()
          .regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name')
          .describe('Repository whose workflows may deploy, as owner/name.'),
        makesProvider: z
          .boolean()
          .default(true)
          .describe('False if the account already has an identity provider for GitHub: it can have only one.'),
      })
      .optional()
      .describe('Lets GitHub Actions deploy without an access key. Default: they may not.'),
    previewKeysVersion: z
      .int()
      .min(1)
      .max(10_000)
      .default(1)
      .describe('To replace the keys that let browsers load the HLS preview, raise it by one and deploy.'),
    tagConditions: z
      .boolean()
      .default(true)
      .describe(
        'True: the functions may start, stop, change and delete only MediaLive resources with the tag of this deployment. Set it to false if MediaLive denies these calls because it does not evaluate tags; the functions still check the tags themselves.',
      ),
    flowOutputPermission: z
      .enum(FLOW_OUTPUT_PERMISSIONS)
      .default('flow')
      .describe(
        'Limit of AddFlowOutputs and RemoveFlowOutput: flow (outputs of our flow), named (only outputs with our names) or any (no limit, for Regions where MediaConnect has no resource-level permissions for these actions).',
      ),
    standby: z
      .enum(STANDBY_MODES)
      .default('cold')
      .describe(
        'Default standby mode of a new destination. Cold keeps no resources while idle; warm starts a little sooner, uses two quotas and costs an idle fee.',
      ),
    proof: z
      .strictObject({
        principalArn: z
          .string()
          .regex(
            /^arn:aws[\w-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/,
            'the ARN of one IAM role or user, such as arn:aws:iam::111122223333:role/Operator; no wildcard, no whole account',
          )
          .describe('The only IAM role or user that may assume the functions’ roles.'),
      })
      .optional()
      .describe('Lets npm run prove assume the functions’ roles. Default: only Lambda may. Remove it after the proof.'),
    keepsData: z
      .boolean()
      .default(true)
      .describe(
        'True: table, keys, reports and users remain when the stacks are deleted and are protected against accidental deletion.',
      ),
  })
  .refine(({ account, domain }) => isOfAccount(account, domain), {
    path: ['domain', 'certificateArn'],
    message: FOREIGN_CERTIFICATE,
  })
  .refine(({ account, audience }) => isOfAccount(account, audience?.domain), {
    path: ['audience', 'domain', 'certificateArn'],
    message: FOREIGN_CERTIFICATE,
  })
  .refine(({ domain, audience }) => !domain || domain.name !== audience?.domain?.name, {
    path: ['audience', 'domain', 'name'],
    message: 'is the host of the dashboard: the public pages need another one',
  })
  .describe('A Sluice deployment on AWS.');

function isOfAccount(account: string | undefined, domain: z.infer<typeof Domain> | undefined): boolean {
  return account === undefined || !domain || domain.certificateArn.includes(`:${account}:`);
}

function isEachOnce(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** A validated configuration with defaults filled in. */
export type Configuration = Omit<z.infer<typeof Configuration>, '$schema'>;

/** Converts the maintenance window to MediaLive's format. */
export function toMaintenanceWindow({ day, hourUtc }: Configuration['maintenance']): MaintenanceWindow {
  return {
    day: day.toUpperCase() as MaintenanceWindow['day'],
    startTime: `${String(hourUtc).padStart(2, '0')}:00`,
  };
}

/** Lists the environments that can be deployed: the files in `environments/`. */
export function environmentNames(): string[] {
  return readdirSync(ENVIRONMENTS)
    .filter((file) => file.endsWith('.json') && file !== 'schema.json')
    .map((file) => basename(file, '.json'));
}

/**
 * Reads the configuration of an environment.
 * @throws {Error} naming the file and each invalid field with its value and what is allowed
 */
export function readConfiguration(environment: string): Configuration {
  const names = environmentNames();
  if (!names.includes(environment)) {
    throw new Error(
      `there is no environment ${JSON.stringify(environment)}: choose ${names.join(', ')}, or add a file`,
    );
  }
  if (!ENVIRONMENT_NAME.test(environment)) {
    throw new Error(
      `${JSON.stringify(environment)} cannot name an environment: it is part of the names of stacks, so use at most 20 lower-case letters, digits and hyphens`,
    );
  }
  const file = join('infra', 'aws', 'environments', `${environment}.json`);
  const text = readFileSync(join(ENVIRONMENTS, `${environment}.json`), 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const configuration = parseConfiguration(value, file);
  const twin = names.find((name) => name !== environment && deploymentIdOf(name) === configuration.deploymentId);
  if (twin !== undefined) {
    throw new Error(
      `${file} and ${twin}.json have the same deploymentId ${JSON.stringify(configuration.deploymentId)}: ` +
        'each would take over the resources of the other; give each environment a different deploymentId',
    );
  }
  return configuration;
}

/** Reads the id of another environment. Ignores a broken file: deploying that environment reports the fault. */
function deploymentIdOf(environment: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(ENVIRONMENTS, `${environment}.json`), 'utf8')) as Configuration).deploymentId;
  } catch {
    return undefined;
  }
}

/**
 * Checks a configuration.
 * @param file name used in the errors
 * @throws {Error} naming each invalid field with its value and what is allowed
 */
export function parseConfiguration(value: unknown, file: string): Configuration {
  const parsed = Configuration.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, message }) => `  ${path.join('.') || 'file'} = ${JSON.stringify(valueAt(value, path))}: ${message}`,
    );
    throw new Error(`${file} cannot be deployed:\n${faults.join('\n')}`);
  }
  const { $schema: _schema, ...configuration } = parsed.data;
  return configuration;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

/**
 * Returns the JSON Schema of the files (`environments/schema.json`), which editors use to explain and complete fields.
 */
export function configurationJsonSchema(): unknown {
  return z.toJSONSchema(Configuration, { io: 'input' });
}
