import { DescribeInputSecurityGroupCommand, UpdateInputSecurityGroupCommand } from '@aws-sdk/client-medialive';
import { awsErrorKind } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';

/** Keeps the current address and the previous one, so a flow that is switching between them loses nothing. */
const ADDRESSES_KEPT = 2;

/**
 * Allows the flow's egress address in the shared input security group. AWS may change the address whenever the flow
 * restarts, and every channel would then go black at once. The rules can change while channels run.
 * @returns true when the address was missing and was added, or when another caller is changing the group right now
 */
export async function ensureEgressAllowed(
  { clients, deployment }: AwsDeps<'mediaLive', 'inputSecurityGroupId'>,
  egressIp: string,
): Promise<boolean> {
  const InputSecurityGroupId = deployment.inputSecurityGroupId;
  const wanted = `${egressIp}/32`;
  const group = await clients.mediaLive.send(new DescribeInputSecurityGroupCommand({ InputSecurityGroupId }));
  const allowed = (group.WhitelistRules ?? []).flatMap(({ Cidr }) => Cidr ?? []);
  if (allowed.includes(wanted)) return false;
  const WhitelistRules = [wanted, ...allowed].slice(0, ADDRESSES_KEPT).map((Cidr) => ({ Cidr }));
  try {
    await clients.mediaLive.send(new UpdateInputSecurityGroupCommand({ InputSecurityGroupId, WhitelistRules }));
  } catch (error) {
    if (awsErrorKind(error) !== 'conflict') throw error;
  }
  return true;
}
