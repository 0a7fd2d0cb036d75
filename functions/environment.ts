import { z } from 'zod';
import type { Deployment } from './aws/clients.ts';

/**
 * The environment of the functions on AWS, set by the CDK stacks. It is the only place that reads it, and it fails
 * before the first request rather than in the middle of a show.
 */

const Arn = z.string().regex(/^arn:[\w-]+:[\w-]+:[\w-]*:\d*:.+$/, 'not an ARN');
const Quota = z.coerce.number().int().min(1).max(10_000);

const Environment = z.object({
  /** DynamoDB table. */
  TABLE_NAME: z.string().min(3),
  /** KMS key of the stream keys: id or ARN. */
  KEY_ID: z.string().min(1),
  FLOW_ARN: Arn,
  INPUT_SECURITY_GROUP_ID: z.string().min(1),
  /** Role MediaLive runs channels with. */
  MEDIALIVE_ROLE_ARN: Arn,
  PACKAGE_CHANNEL_ID: z.string().min(1),
  STATE_MACHINE_ARN_CREATE: Arn,
  STATE_MACHINE_ARN_START: Arn,
  STATE_MACHINE_ARN_STOP: Arn,
  STATE_MACHINE_ARN_TEARDOWN: Arn,
  /** Part of the names and tags of everything that is made. */
  DEPLOYMENT_ID: z.string().regex(/^[a-z0-9][a-z0-9-]{0,19}$/, 'at most 20 lower-case letters, digits and hyphens'),
  /** MediaLive quotas of the account; AWS grants 5 and 5. */
  CHANNEL_QUOTA: Quota.default(5),
  PUSH_INPUT_QUOTA: Quota.default(5),
  /** At least 32 random characters: keys the fingerprints by which duplicate stream keys are told. */
  FINGERPRINT_SECRET: z.string().min(32),
  /** Cognito group an operator must be in; left out: every user of the pool. */
  OPERATOR_GROUP: z.string().min(1).optional(),
});

/** What the entry points need to know. */
interface FunctionEnvironment {
  deployment: Deployment;
  operatorGroup: string | null;
}

/**
 * Reads the environment.
 * @throws {Error} naming every variable that is missing or wrong, never its value
 */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): FunctionEnvironment {
  const parsed = Environment.safeParse(variables);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`the environment is not complete: ${faults.join('; ')}`);
  }
  const { data } = parsed;
  return {
    operatorGroup: data.OPERATOR_GROUP ?? null,
    deployment: {
      deploymentId: data.DEPLOYMENT_ID,
      tableName: data.TABLE_NAME,
      keyId: data.KEY_ID,
      flowArn: data.FLOW_ARN,
      inputSecurityGroupId: data.INPUT_SECURITY_GROUP_ID,
      mediaLiveRoleArn: data.MEDIALIVE_ROLE_ARN,
      packageChannelId: data.PACKAGE_CHANNEL_ID,
      stateMachineArns: {
        create: data.STATE_MACHINE_ARN_CREATE,
        start: data.STATE_MACHINE_ARN_START,
        stop: data.STATE_MACHINE_ARN_STOP,
        teardown: data.STATE_MACHINE_ARN_TEARDOWN,
      },
      fingerprintSecret: data.FINGERPRINT_SECRET,
      channelQuota: data.CHANNEL_QUOTA,
      pushInputQuota: data.PUSH_INPUT_QUOTA,
      // Loopback is the function's own sandbox there.
      loopbackTargetsAllowed: false,
    },
  };
}
