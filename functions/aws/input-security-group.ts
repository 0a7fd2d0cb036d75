import { DescribeInputSecurityGroupCommand, UpdateInputSecurityGroupCommand } from '@aws-sdk/client-medialive';
import { awsErrorKind } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';

/** The address in use, and the one before it: a flow that is between the two loses nothing. */
const ADDRESSES_KEPT = 2;

/**
 * Lets the flow's egress address into the shared input security group. The address may change whenever the flow restarts
 * (nothing promises that it stays), and then every channel goes black at once. Rules can change while channels run.
 * @returns true when the address was missing and was added, or somebody else is changing the group at this moment
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
