import { GetRoleCommand, SimulatePrincipalPolicyCommand, type IAMClient } from '@aws-sdk/client-iam';
import { ListChannelsCommand, type MediaPackageClient } from '@aws-sdk/client-mediapackage';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { DefaultStackSynthesizer } from 'aws-cdk-lib';
import { unknownBecause, type Finding } from './finding.ts';

/** Checks the caller's identity and permission to deploy. */

const BOOTSTRAP_PREFIX = `cdk-${DefaultStackSynthesizer.DEFAULT_QUALIFIER}`;

interface Caller {
  account: string;
  /** Principal that IAM simulates: the role behind an assumed role, otherwise the caller. */
  principalArn: string;
}

/**
 * Checks that AWS accepts the credentials and that they belong to the environment's account.
 * @returns a null caller when a check fails
 */
export async function checkCaller(
  sts: STSClient,
  expectedAccount: string | undefined,
): Promise<{ caller: Caller | null; finding: Finding }> {
  const check = 'credentials';
  try {
    const { Account: account = '', Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    const caller = { account, principalArn: toPrincipalArn(arn) };
    if (expectedAccount !== undefined && account !== expectedAccount) {
      const detail = `the credentials belong to account ${account}, the environment to ${expectedAccount}`;
      const remedy = 'use the credentials of that account, or correct the environment file';
      return { caller: null, finding: { check, outcome: 'failed', detail, remedy } };
    }
    return { caller, finding: { check, outcome: 'ok', detail: `account ${account}` } };
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown error';
    const remedy = 'sign in (aws sso login) or set AWS_PROFILE, then try again';
    return {
      caller: null,
      finding: { check, outcome: 'failed', detail: `AWS refuses the credentials (${reason})`, remedy },
    };
  }
}

/** Converts `arn:aws:sts::1:assumed-role/Name/session` to the ARN of the role `Name`. The role's path is not in it. */
function toPrincipalArn(arn: string): string {
  const [, partition, account, role] = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  return role === undefined ? arn : `arn:${partition}:iam::${account}:role/${role}`;
}

/** Checks the roles that `cdk bootstrap` creates, through which the CDK deploys. [AWS CDK: bootstrapping] */
export async function checkBootstrap(iam: IAMClient, caller: Caller, region: string): Promise<Finding[]> {
  const roles = ['deploy', 'file-publishing', 'lookup'].map(
    (purpose) => `${BOOTSTRAP_PREFIX}-${purpose}-role-${caller.account}-${region}`,
  );
  return [await checkRolesExist(iam, roles, caller, region), await checkMayAssume(iam, roles, caller)];
}

async function checkRolesExist(iam: IAMClient, roles: string[], { account }: Caller, region: string): Promise<Finding> {
  const check = 'CDK bootstrap';
  try {
    for (const role of roles) await iam.send(new GetRoleCommand({ RoleName: role }));
    return { check, outcome: 'ok', detail: `bootstrapped in ${region}` };
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchEntityException') {
      const remedy = `npx cdk bootstrap aws://${account}/${region}`;
      return { check, outcome: 'failed', detail: `not bootstrapped in ${region}`, remedy };
    }
    return unknownBecause(check, error, 'allow iam:GetRole, or check that the stack CDKToolkit exists');
  }
}

async function checkMayAssume(iam: IAMClient, roles: string[], { account, principalArn }: Caller): Promise<Finding> {
  const check = 'permission to deploy';
  // `aws`, or the partition of a separately operated Region, such as `aws-us-gov`.
  const [, partition] = principalArn.split(':');
  const arnOf = (role: string): string => `arn:${partition}:iam::${account}:role/${role}`;
  try {
    const { EvaluationResults: results = [] } = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: principalArn,
        ActionNames: ['sts:AssumeRole'],
        ResourceArns: roles.map(arnOf),
      }),
    );
    const refused = results.filter(({ EvalDecision }) => EvalDecision !== 'allowed');
    if (refused.length === 0) return { check, outcome: 'ok', detail: `${principalArn} may use the CDK's roles` };
    const names = refused.map(({ EvalResourceName }) => EvalResourceName?.split('/').at(-1)).join(', ');
    const remedy = `allow ${principalArn} sts:AssumeRole on ${arnOf(`${BOOTSTRAP_PREFIX}-*`)}`;
    return { check, outcome: 'failed', detail: `may not assume ${names}`, remedy };
  } catch (error) {
    return unknownBecause(check, error, 'allow iam:SimulatePrincipalPolicy, or try npx cdk deploy');
  }
}

/** Checks that MediaPackage v1, which receives the HLS preview, is available. Not every Region has it. */
export async function checkMediaPackage(mediaPackage: MediaPackageClient, region: string): Promise<Finding> {
  const check = 'MediaPackage v1';
  try {
    await mediaPackage.send(new ListChannelsCommand({ MaxResults: 1 }));
    return { check, outcome: 'ok', detail: `available in ${region}` };
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
      const remedy = 'deploy in a Region that has it, such as us-east-1, us-west-2 or eu-west-1';
      return { check, outcome: 'failed', detail: `not available in ${region}`, remedy };
    }
    return unknownBecause(
      check,
      error,
      'allow mediapackage:ListChannels; accounts new to MediaPackage may need AWS Support',
    );
  }
}
