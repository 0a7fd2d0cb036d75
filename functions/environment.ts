import * as z from 'zod/mini';
import type { Role } from './api/auth/roles.ts';
import type { Deployment } from './aws/clients.ts';
import { STANDBY_MODES } from './domain/destination.ts';
import { parseDeclaredInput } from './domain/declared-input.ts';
import { parseMaintenance } from './domain/maintenance.ts';
import { PRIMARY_MODES } from './domain/primary-mode.ts';
import { STARTS_AT_ONCE_DEFAULT, STARTS_AT_ONCE_MAX } from './domain/start-pace.ts';

/**
 * The environment of the functions on AWS, set by the CDK stacks. Each function has its own schema with only the
 * variables it needs. No other file reads the environment, and an error shows before the first request instead of
 * during a show. The mini edition of zod keeps the bundles small.
 */

const Text = z.string().check(z.minLength(1));
const Arn = z.string().check(z.regex(/^arn:[\w-]+:[\w-]+:[\w-]*:\d*:.+$/, 'not an ARN'));
const Host = z.string().check(z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'not a host name in lower case'));
const Quota = z.prefault(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000)), 5);

const Variables = z.object({
  /** Part of the names and tags of all resources. */
  DEPLOYMENT_ID: z
    .string()
    .check(z.regex(/^[a-z0-9][a-z0-9-]{0,19}$/, 'at most 20 lower-case letters, digits and hyphens')),
  /** DynamoDB table. */
  TABLE_NAME: z.string().check(z.minLength(3)),
  /** KMS key of the stream keys: id or ARN. */
  KEY_ID: Text,
  FLOW_ARN: Arn,
  INPUT_SECURITY_GROUP_ID: Text,
  /** Role with which MediaLive runs channels. */
  MEDIALIVE_ROLE_ARN: Arn,
  /** Role with which MediaConnect reads the passphrases of SRT destinations. */
  FLOW_ROLE_ARN: Arn,
  PACKAGE_CHANNEL_ID: Text,
  /** S3 bucket of the cost reports. */
  REPORT_BUCKET: Text,
  /** S3 bucket of the recordings. */
  RECORDING_BUCKET: Text,
  /** Role with which MediaPackage writes recordings. */
  HARVEST_ROLE_ARN: Arn,
  /** State machines, each by an alias, so that running executions finish on the version they started with. */
  STATE_MACHINE_ARN_CREATE: Arn,
  STATE_MACHINE_ARN_START: Arn,
  STATE_MACHINE_ARN_STOP: Arn,
  STATE_MACHINE_ARN_TEARDOWN: Arn,
  STATE_MACHINE_ARN_INCIDENT: Arn,
  STATE_MACHINE_ARN_DELIVERY: Arn,
  STATE_MACHINE_ARN_RECORDING: Arn,
  STATE_MACHINE_ARN_SHOW: Arn,
  STATE_MACHINE_ARN_SLATE: Arn,
  STATE_MACHINE_ARN_GROUP: Arn,
  /** SNS topic through which e-mail notifications leave. */
  NOTIFICATION_TOPIC_ARN: Arn,
  /** MediaLive quotas of the account. AWS's default is 5 for each. */
  CHANNEL_QUOTA: Quota,
  PUSH_INPUT_QUOTA: Quota,
  /** Secret with at least 32 random characters that key the fingerprints, by which duplicate stream keys are found. */
  FINGERPRINT_SECRET_ARN: Arn,
  /** Host by which browsers reach the function, which they send as the origin of a write. */
  PUBLIC_HOST: Host,
  /** Secret with the private key that signs the preview's cookies, as PEM. */
  PREVIEW_KEY_SECRET_ARN: Arn,
  /** CloudFront's id of the matching public key. */
  PREVIEW_KEY_PAIR_ID: Text,
  /** Host of the public pages; absent while they are off. */
  AUDIENCE_HOST: z.optional(Host),
  /** Secret that CloudFront sends with each request to the public side, and that signs the addresses of segments. */
  EDGE_SECRET_ARN: Arn,
  /** Secret with the private key that signs the cookies of private shows, as PEM. */
  MEDIA_KEY_SECRET_ARN: Arn,
  /** CloudFront's id of the matching public key. */
  MEDIA_KEY_PAIR_ID: Text,
  /** Secret with the identifier that MediaPackage requires from its CDN. */
  CDN_IDENTIFIER_SECRET_ARN: Arn,
  /** Playlist of the HLS stream at MediaPackage. */
  HLS_URL: z.url(),
  /** Folder with script and style of the public pages. */
  PAGE_FILES: Text,
  /** Encodings of the primary, comma separated, one rendition each. */
  PRIMARY_PRESET: z.prefault(Text, '720p30'),
  /** Mode of the primary, until it is changed through the API. */
  PRIMARY_MODE: z.prefault(z.enum(PRIMARY_MODES), 'always'),
  /** Standby mode of a new destination that names none. */
  DEFAULT_STANDBY: z.prefault(z.enum(STANDBY_MODES), 'cold'),
  /** Input that channels declare: `AVC/HD/MAX_20_MBPS`. */
  DECLARED_INPUT: z.pipe(
    z.string().check(z.refine((text) => parseDeclaredInput(text) !== null, 'not codec/resolution/bitrate')),
    z.transform((text) => parseDeclaredInput(text)!),
  ),
  /** Whether the flow analyses its content: `on` or `off`. */
  SOURCE_ANALYSIS: z.pipe(
    z.prefault(z.enum(['on', 'off']), 'on'),
    z.transform((value) => value === 'on'),
  ),
  /** Whether the flow has a backup source: `on` or `off`. */
  BACKUP_SOURCE: z.pipe(
    z.prefault(z.enum(['on', 'off']), 'off'),
    z.transform((value) => value === 'on'),
  ),
  /** Whether a show's channels are paused until their planned second: `on` or `off`. */
  PAUSE_UNTIL_LIVE: z.pipe(
    z.prefault(z.enum(['on', 'off']), 'on'),
    z.transform((value) => value === 'on'),
  ),
  /** How many destinations may be starting at the same time. */
  STARTS_AT_ONCE: z.prefault(
    z.coerce.number().check(z.int(), z.minimum(1), z.maximum(STARTS_AT_ONCE_MAX)),
    STARTS_AT_ONCE_DEFAULT,
  ),
  /** When MediaLive may restart channels: `TUESDAY/04:00`. */
  MAINTENANCE: z.pipe(
    z.string().check(z.refine((text) => parseMaintenance(text) !== null, 'not DAY/HH:00')),
    z.transform((text) => parseMaintenance(text)!),
  ),
  /** Cognito user pool of operators and scripts, as `<region>_<id>`. */
  USER_POOL_ID: z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d_\w+$/, 'not the id of a user pool')),
  /** The pool's client with which the dashboard signs in. */
  DASHBOARD_CLIENT_ID: Text,
  /** The pool's client with which the sluice command signs in. */
  COMMAND_LINE_CLIENT_ID: Text,
  /** The pool's clients for scripts, each with its role: `operator:<client id>`, comma separated. */
  SCRIPT_CLIENTS: z.pipe(
    z.prefault(
      z.string().check(z.regex(/^((viewer|operator|admin):\w+(,|$))*$/, 'not role:client, comma separated')),
      '',
    ),
    z.transform((text) =>
      text.split(',').flatMap((each) => {
        const [role, clientId] = each.split(':');
        return clientId === undefined ? [] : [{ role: role as Role, clientId }];
      }),
    ),
  ),
  /** Base of the pool's sign-in pages. */
  SIGN_IN_DOMAIN: z.string().check(z.regex(/^https:\/\/[a-z0-9.-]+$/, 'not https:// and a host')),
});

// Marked, so that the bundle of a function has no schema of another.
export const ApiEnvironment = /* @__PURE__ */ z.pick(Variables, {
  DEPLOYMENT_ID: true,
  TABLE_NAME: true,
  KEY_ID: true,
  FLOW_ARN: true,
  PACKAGE_CHANNEL_ID: true,
  REPORT_BUCKET: true,
  RECORDING_BUCKET: true,
  STATE_MACHINE_ARN_CREATE: true,
  STATE_MACHINE_ARN_START: true,
  STATE_MACHINE_ARN_STOP: true,
  STATE_MACHINE_ARN_TEARDOWN: true,
  STATE_MACHINE_ARN_INCIDENT: true,
  STATE_MACHINE_ARN_DELIVERY: true,
  STATE_MACHINE_ARN_RECORDING: true,
  STATE_MACHINE_ARN_SHOW: true,
  STATE_MACHINE_ARN_SLATE: true,
  STATE_MACHINE_ARN_GROUP: true,
  NOTIFICATION_TOPIC_ARN: true,
  FINGERPRINT_SECRET_ARN: true,
  PUBLIC_HOST: true,
  AUDIENCE_HOST: true,
  PREVIEW_KEY_SECRET_ARN: true,
  PREVIEW_KEY_PAIR_ID: true,
  DECLARED_INPUT: true,
  BACKUP_SOURCE: true,
  SOURCE_ANALYSIS: true,
  PRIMARY_MODE: true,
  DEFAULT_STANDBY: true,
  CHANNEL_QUOTA: true,
  PUSH_INPUT_QUOTA: true,
  STARTS_AT_ONCE: true,
  USER_POOL_ID: true,
  DASHBOARD_CLIENT_ID: true,
  COMMAND_LINE_CLIENT_ID: true,
  SCRIPT_CLIENTS: true,
  SIGN_IN_DOMAIN: true,
});

export const WorkflowEnvironment = /* @__PURE__ */ z.pick(Variables, {
  DEPLOYMENT_ID: true,
  TABLE_NAME: true,
  KEY_ID: true,
  FLOW_ARN: true,
  INPUT_SECURITY_GROUP_ID: true,
  MEDIALIVE_ROLE_ARN: true,
  FLOW_ROLE_ARN: true,
  PACKAGE_CHANNEL_ID: true,
  RECORDING_BUCKET: true,
  HARVEST_ROLE_ARN: true,
  STATE_MACHINE_ARN_CREATE: true,
  STATE_MACHINE_ARN_START: true,
  STATE_MACHINE_ARN_STOP: true,
  STATE_MACHINE_ARN_TEARDOWN: true,
  STATE_MACHINE_ARN_INCIDENT: true,
  STATE_MACHINE_ARN_DELIVERY: true,
  STATE_MACHINE_ARN_RECORDING: true,
  STATE_MACHINE_ARN_SHOW: true,
  STATE_MACHINE_ARN_GROUP: true,
  NOTIFICATION_TOPIC_ARN: true,
  CHANNEL_QUOTA: true,
  PUSH_INPUT_QUOTA: true,
  DECLARED_INPUT: true,
  BACKUP_SOURCE: true,
  SOURCE_ANALYSIS: true,
  PRIMARY_MODE: true,
  PAUSE_UNTIL_LIVE: true,
  STARTS_AT_ONCE: true,
  MAINTENANCE: true,
});

export const SweepEnvironment = /* @__PURE__ */ z.pick(Variables, {
  DEPLOYMENT_ID: true,
  PRIMARY_PRESET: true,
  PRIMARY_MODE: true,
  TABLE_NAME: true,
  FLOW_ARN: true,
  INPUT_SECURITY_GROUP_ID: true,
  STATE_MACHINE_ARN_CREATE: true,
  STATE_MACHINE_ARN_START: true,
  STATE_MACHINE_ARN_STOP: true,
  STATE_MACHINE_ARN_TEARDOWN: true,
  STATE_MACHINE_ARN_INCIDENT: true,
  STATE_MACHINE_ARN_DELIVERY: true,
  STATE_MACHINE_ARN_RECORDING: true,
  STATE_MACHINE_ARN_SHOW: true,
  STATE_MACHINE_ARN_GROUP: true,
});

export const MonitorEnvironment = /* @__PURE__ */ z.pick(Variables, {
  TABLE_NAME: true,
  FLOW_ARN: true,
  INPUT_SECURITY_GROUP_ID: true,
  STATE_MACHINE_ARN_CREATE: true,
  STATE_MACHINE_ARN_START: true,
  STATE_MACHINE_ARN_STOP: true,
  STATE_MACHINE_ARN_TEARDOWN: true,
  STATE_MACHINE_ARN_INCIDENT: true,
  STATE_MACHINE_ARN_DELIVERY: true,
  STATE_MACHINE_ARN_RECORDING: true,
  CHANNEL_QUOTA: true,
  PUSH_INPUT_QUOTA: true,
  DECLARED_INPUT: true,
  AUDIENCE_HOST: true,
  BACKUP_SOURCE: true,
  SOURCE_ANALYSIS: true,
});

/** Has nothing of the control plane but the names of the tables and buckets it reads. */
export const AudienceEnvironment = /* @__PURE__ */ z.pick(Variables, {
  TABLE_NAME: true,
  REPORT_BUCKET: true,
  RECORDING_BUCKET: true,
  PUBLIC_HOST: true,
  EDGE_SECRET_ARN: true,
  MEDIA_KEY_SECRET_ARN: true,
  MEDIA_KEY_PAIR_ID: true,
  CDN_IDENTIFIER_SECRET_ARN: true,
  HLS_URL: true,
  PAGE_FILES: true,
});

export const CostReportEnvironment = /* @__PURE__ */ z.pick(Variables, {
  TABLE_NAME: true,
  FLOW_ARN: true,
  REPORT_BUCKET: true,
  STATE_MACHINE_ARN_DELIVERY: true,
  DECLARED_INPUT: true,
  AUDIENCE_HOST: true,
  BACKUP_SOURCE: true,
});

/**
 * Reads a function's environment.
 * @throws {Error} naming every variable that is missing or wrong, never its value
 */
export function readEnvironment<Schema extends z.ZodMiniType>(
  schema: Schema,
  variables: NodeJS.ProcessEnv = process.env,
): z.output<Schema> {
  const parsed = z.safeParse(schema, variables);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`the environment is not complete: ${faults.join('; ')}`);
}

/** Returns the state machines' ARNs by operation kind. */
export function stateMachineArnsOf(
  environment: Record<`STATE_MACHINE_ARN_${'CREATE' | 'START' | 'STOP' | 'TEARDOWN'}`, string>,
): Deployment['stateMachineArns'] {
  return {
    create: environment.STATE_MACHINE_ARN_CREATE,
    start: environment.STATE_MACHINE_ARN_START,
    stop: environment.STATE_MACHINE_ARN_STOP,
    teardown: environment.STATE_MACHINE_ARN_TEARDOWN,
  };
}
