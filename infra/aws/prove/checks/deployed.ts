import { DescribeFlowCommand } from '@aws-sdk/client-mediaconnect';
import { DescribeChannelCommand } from '@aws-sdk/client-mediapackage';
import type { AssumptionId } from '../assumptions.ts';
import { redact, requestIdOfAnswer, type Finding } from '../finding.ts';
import type { StackFailure } from '../found-deployment.ts';
import { patiently } from '../waiting.ts';
import type { Check } from './check.ts';

/** Checks what the deployment alone proves. It only reads. */
export const deployed: Check = {
  checkId: 'deployed',
  title: 'reading what the deployment created',
  limits: { minutesMax: 2 },
  async run(context) {
    const { clients } = context.deps;
    const { flowArn, packageChannelId } = context.found.deployment;
    const answer = await patiently(context, () =>
      clients.mediaConnect.send(new DescribeFlowCommand({ FlowArn: flowArn })),
    );
    const { Source: source, EgressIp: egressIp, Status: status } = answer.Flow ?? {};
    const { KeyType: keyType, Algorithm: algorithm } = source?.Decryption ?? {};
    const evidence = requestIdOfAnswer(answer);
    context.decide(
      'AWS-01',
      keyType === 'srt-password' ? 'holds' : 'does not hold',
      `the flow’s source has key type ${keyType ?? 'none'} and algorithm ${algorithm ?? 'none'}`,
      evidence,
    );
    if (status === 'STANDBY') {
      const seen = `the flow is STANDBY and its egress address is ${egressIp ?? 'absent'}`;
      context.decide('AWS-02', egressIp === undefined ? 'does not hold' : 'holds', seen, evidence);
    } else {
      context.decide('AWS-02', 'not decided', `the flow is ${status}: stop the source and run this again`, evidence);
    }
    const channel = await patiently(context, () =>
      clients.mediaPackage.send(new DescribeChannelCommand({ Id: packageChannelId })),
    );
    const seen = `the MediaPackage channel ${channel.Id} was created by the deployment`;
    context.decide('AWS-03', 'holds', seen, requestIdOfAnswer(channel));
  },
};

const DECIDED_BY_TYPE: Record<string, AssumptionId> = {
  'AWS::MediaConnect::Flow': 'AWS-01',
  'AWS::MediaLive::InputSecurityGroup': 'AWS-02',
  'AWS::MediaPackage::Channel': 'AWS-03',
  'AWS::MediaPackage::OriginEndpoint': 'AWS-03',
};

/** Converts the failures of a source stack to findings: a refusal by AWS decides an assumption, too. */
export function findingsOfFailures(failures: readonly StackFailure[], runId: string): Finding[] {
  return failures.flatMap(({ resourceType, reason }) => {
    const id = DECIDED_BY_TYPE[resourceType];
    const seen = [`CloudFormation could not create ${resourceType}: ${redact(reason, runId)}`];
    return id === undefined ? [] : [{ id, outcome: 'does not hold' as const, seen }];
  });
}
