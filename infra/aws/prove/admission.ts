import { paginateListChannels, paginateListInputs } from '@aws-sdk/client-medialive';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { listChannels } from '../../../functions/aws/channel.ts';
import { observeFlow } from '../../../functions/aws/flow.ts';
import { destinationOfTags } from '../../../functions/aws/names.ts';
import { isBilledAsRunning } from '../../../functions/domain/channel-state.ts';
import type { Configuration } from '../configuration.ts';
import { checkCaller } from '../preflight/account.ts';
import { readQuotaOf } from '../preflight/quotas.ts';
import { boundCost, COST_MAX_USD, totalOf, type CheckLimits } from './cost-bound.ts';
import type { CheckId } from './assumption.ts';
import { PROOF_TAG } from './proof-context.ts';
import { describeError } from './finding.ts';
import type { FoundDeployment, ProofRole } from './found-deployment.ts';
import { assumeRole, type ProofDeps } from './proof-deps.ts';

/** Why a proof may not run, found before it creates anything that costs. */
export interface Refusal {
  detail: string;
  remedy: string;
}

/** Checks account and Region. @returns the account, or the reason to refuse */
export async function admitAccount(
  { clients: { sts } }: ProofDeps,
  configuration: Configuration,
): Promise<{ account: string } | Refusal> {
  const { caller, finding } = await checkCaller(sts, configuration.account);
  if (caller === null) return { detail: `credentials: ${finding.detail}`, remedy: finding.remedy ?? '' };
  return { account: caller.account };
}

/** Checks everything else. Returns the reasons to refuse; an empty list means the proof may begin. */
export async function admit(
  deps: ProofDeps,
  found: FoundDeployment,
  limits: Partial<Record<CheckId, CheckLimits>>,
): Promise<Refusal[]> {
  const checks = [admitCost(limits, found), admitRoles(deps, found), admitFlow(deps, found), admitQuotas(deps, found)];
  return (await Promise.all(checks)).flat();
}

async function admitCost(limits: Partial<Record<CheckId, CheckLimits>>, found: FoundDeployment): Promise<Refusal[]> {
  const usd = totalOf(boundCost(limits, found));
  if (usd <= COST_MAX_USD) return [];
  return [
    {
      detail: `the checks could cost up to ${usd.toFixed(2)} USD, more than the ${COST_MAX_USD} USD a proof may cost`,
      remedy: 'shorten a check in infra/aws/prove/checks, or set primary to off in the environment file',
    },
  ];
}

/** Checks that the roles trust the caller. */
async function admitRoles(
  { clients: { sts } }: ProofDeps,
  { environment, roleArns }: FoundDeployment,
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  for (const role of Object.keys(roleArns) as ProofRole[]) {
    try {
      await assumeRole(sts, roleArns[role], 'admission');
    } catch (error) {
      const { Arn: caller = 'the caller' } = await sts.send(new GetCallerIdentityCommand({}));
      refusals.push({
        detail: `the role of the function ${role} cannot be assumed: ${describeError(error)}`,
        remedy:
          `set proof.principalArn in infra/aws/environments/${environment}.json to the IAM role or user behind ${caller}, ` +
          'deploy the control plane, and remove the setting after the proof',
      });
    }
  }
  return refusals;
}

/** Checks that no destination is on air, because the proof stops and starts the flow. */
async function admitFlow({ clients }: ProofDeps, { deployment }: FoundDeployment): Promise<Refusal[]> {
  const deps = { clients, deployment };
  const [channels, flow] = await Promise.all([listChannels(deps), observeFlow(deps)]);
  const onAir = channels.filter(
    ({ state, tags }) =>
      isBilledAsRunning(state) && destinationOfTags(deployment, tags) !== null && tags[PROOF_TAG] === undefined,
  );
  const refusals = onAir.map(({ channelId, state, tags }) => ({
    detail: `channel ${channelId} of ${destinationOfTags(deployment, tags)} is ${state}, and the proof stops the flow it reads`,
    remedy: 'stop the destination; for the preview stop the source on the dashboard and wait until its channel is idle',
  }));
  if (flow === null) {
    return [
      ...refusals,
      { detail: `the flow ${deployment.flowArn} does not exist`, remedy: 'deploy the source stack again' },
    ];
  }
  if (['ACTIVE', 'STANDBY'].includes(flow.status)) return refusals;
  const remedy = 'wait until it is STANDBY or ACTIVE; stop the source on the dashboard if it is ERROR';
  return [...refusals, { detail: `the flow is ${flow.status}`, remedy }];
}

/**
 * The proof needs one channel at a time, and room for the deployment's preview if it does not exist yet. The same for
 * inputs.
 */
const ROOM_NEEDED = 2;

async function admitQuotas({ clients }: ProofDeps, { primary }: FoundDeployment): Promise<Refusal[]> {
  const { mediaLive, serviceQuotas } = clients;
  const isOfProof = ({ Tags: tags }: { Tags?: Record<string, string> | undefined }) => tags?.[PROOF_TAG] !== undefined;
  let channels = 0;
  for await (const page of paginateListChannels({ client: mediaLive }, {})) {
    channels += (page.Channels ?? []).filter((each) => each.State !== 'DELETED' && !isOfProof(each)).length;
  }
  let inputs = 0;
  for await (const page of paginateListInputs({ client: mediaLive }, {})) {
    const live = (page.Inputs ?? []).filter(({ State: state }) => state !== 'DELETED');
    inputs += live.filter((each) => each.Type?.endsWith('_PUSH') && !isOfProof(each)).length;
  }
  const needed = primary === 'off' ? ROOM_NEEDED - 1 : ROOM_NEEDED;
  const used = { channels, 'push inputs': inputs };
  const codes = { channels: 'L-D1AFAF75', 'push inputs': 'L-9E233AF7' };
  const refusals: Refusal[] = [];
  for (const what of ['channels', 'push inputs'] as const) {
    try {
      const allowed = await readQuotaOf(serviceQuotas, { serviceCode: 'medialive', quotaCode: codes[what] });
      if (allowed - used[what] >= needed) continue;
      refusals.push({
        detail: `MediaLive ${what}: ${allowed} allowed, ${used[what]} in use, ${needed} more needed`,
        remedy: `delete ${what} that this account does not need, or request more in Service Quotas (medialive, ${codes[what]})`,
      });
    } catch (error) {
      refusals.push({
        detail: `the quota of MediaLive ${what} cannot be read: ${describeError(error)}`,
        remedy: 'allow servicequotas:GetServiceQuota and GetAWSDefaultServiceQuota',
      });
    }
  }
  return refusals;
}
