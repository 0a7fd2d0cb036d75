import { DescribeFlowSourceMetadataCommand } from '@aws-sdk/client-mediaconnect';
import { DescribeInputSecurityGroupCommand } from '@aws-sdk/client-medialive';
import { awsErrorKind } from '../../../../functions/aws/aws-errors.ts';
import { startFlow, stopFlow } from '../../../../functions/aws/flow.ts';
import { describeError, requestIdOfAnswer } from '../finding.ts';
import type { CheckContext } from '../proof-context.ts';
import { patiently } from '../waiting.ts';
import type { Check } from './check.ts';
import { ensureFlowActive, untilFlowIs } from './media-polls.ts';

/** Starts, stops and starts the flow with the API's role. */
export const flowRestart: Check = {
  checkId: 'flow-restart',
  title: 'starting, stopping and starting the flow with the API’s role',
  limits: { minutesMax: 12, needsFlow: true },
  async run(context) {
    const before = await ensureFlowActive(context);
    const refusals = [await switchFlow(context, stopFlow)];
    await untilFlowIs(context, 'STANDBY');
    await describeInStandby(context);
    refusals.push(await switchFlow(context, startFlow));
    const refused = refusals.filter((refusal) => refusal !== null);
    if (refused.length > 0) context.decide('AWS-14', 'does not hold', ...refused);
    else context.decide('AWS-14', 'holds', 'StopFlow and StartFlow were accepted');
    const after = await untilFlowIs(context, 'ACTIVE');
    context.decide(
      'AWS-15',
      before.egressIp === after.egressIp ? 'holds' : 'does not hold',
      `the egress address was ${before.egressIp} and is ${after.egressIp}`,
      await describeGroup(context, after.egressIp),
    );
  },
};

/**
 * Stops or starts the flow as the API does. @returns the denial if the API's role may not; the operator's clients then
 * did it
 */
async function switchFlow(context: CheckContext, act: typeof startFlow): Promise<string | null> {
  const { deployment } = context.found;
  try {
    await patiently(context, () => act({ clients: context.as('api'), deployment }));
    return null;
  } catch (error) {
    if (awsErrorKind(error) !== 'denied') throw error;
    await patiently(context, () => act({ clients: context.deps.clients, deployment }));
    return describeError(error);
  }
}

async function describeInStandby(context: CheckContext): Promise<void> {
  const { mediaConnect } = context.as('workflow');
  const command = new DescribeFlowSourceMetadataCommand({ FlowArn: context.found.deployment.flowArn });
  try {
    const answer = await patiently(context, () => mediaConnect.send(command));
    const programs = answer.TransportMediaInfo?.Programs?.length ?? 0;
    context.decide('AWS-16', 'holds', `AWS answered with ${programs} programs`, requestIdOfAnswer(answer));
  } catch (error) {
    if (!['invalid', 'not_found', 'conflict', 'unknown'].includes(awsErrorKind(error))) throw error;
    context.decide('AWS-16', 'does not hold', describeError(error));
  }
}

/** Reports whether the input security group allows the flow after its restart. The product corrects it if not. */
async function describeGroup(context: CheckContext, egressIp: string | null): Promise<string> {
  const { inputSecurityGroupId } = context.found.deployment;
  const command = new DescribeInputSecurityGroupCommand({ InputSecurityGroupId: inputSecurityGroupId });
  const group = await patiently(context, () => context.deps.clients.mediaLive.send(command));
  const isAllowed = group.WhitelistRules?.some(({ Cidr: cidr }) => cidr === `${egressIp}/32`) ?? false;
  return `input security group ${inputSecurityGroupId} ${isAllowed ? 'allows' : 'does not allow'} it`;
}
