import { DescribeInputSecurityGroupCommand, UpdateInputSecurityGroupCommand } from '@aws-sdk/client-medialive';
import type { AwsDeps } from './clients.ts';

/**
 * Makes sure that the shared input security group lets the flow's egress address in. The address may change when the
 * flow is restarted, so it is read again before every start; rules can be changed while channels run.
 */
export async function ensureEgressAllowed(
  { clients, deployment }: AwsDeps<'mediaLive', 'inputSecurityGroupId'>,
  egressIp: string,
): Promise<void> {
  const wanted = `${egressIp}/32`;
  const group = await clients.mediaLive.send(
    new DescribeInputSecurityGroupCommand({ InputSecurityGroupId: deployment.inputSecurityGroupId }),
  );
  if (group.WhitelistRules?.some((rule) => rule.Cidr === wanted)) return;
  await clients.mediaLive.send(
    new UpdateInputSecurityGroupCommand({
      InputSecurityGroupId: deployment.inputSecurityGroupId,
      WhitelistRules: [{ Cidr: wanted }],
    }),
  );
}
