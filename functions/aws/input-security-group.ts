import { DescribeInputSecurityGroupCommand, UpdateInputSecurityGroupCommand } from '@aws-sdk/client-medialive';
import { awsErrorKind } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';

/** Keeps the current address and the previous one, so a flow that is switching between them loses nothing. */
const ADDRESSES_KEPT = 2;

/** Reads the blocks that the shared input security group allows. */
export async function listAllowedBlocks({
  clients,
  deployment,
}: AwsDeps<'mediaLive', 'inputSecurityGroupId'>): Promise<string[]> {
  const command = new DescribeInputSecurityGroupCommand({ InputSecurityGroupId: deployment.inputSecurityGroupId });
  const { WhitelistRules: rules = [] } = await clients.mediaLive.send(command);
  return rules.flatMap(({ Cidr }) => Cidr ?? []);
}

/**
 * Allows the flow's egress address in the shared input security group. AWS may change the address whenever the flow
 * restarts, and every channel would then go black at once. The rules can change while channels run.
 * @returns true when the address was missing and was added, or when another caller is changing the group right now
 */
export async function ensureEgressAllowed(
  { clients, deployment }: AwsDeps<'mediaLive', 'inputSecurityGroupId'>,
  egressIp: string,
): Promise<boolean> {
  const wanted = `${egressIp}/32`;
  const allowed = await listAllowedBlocks({ clients, deployment });
  if (allowed.includes(wanted)) return false;
  const WhitelistRules = [wanted, ...allowed].slice(0, ADDRESSES_KEPT).map((Cidr) => ({ Cidr }));
  const InputSecurityGroupId = deployment.inputSecurityGroupId;
  try {
    await clients.mediaLive.send(new UpdateInputSecurityGroupCommand({ InputSecurityGroupId, WhitelistRules }));
  } catch (error) {
    if (awsErrorKind(error) !== 'conflict') throw error;
  }
  return true;
}
