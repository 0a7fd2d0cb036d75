import { paginateListInputs } from '@aws-sdk/client-medialive';
import { awsErrorKind } from '../../../../functions/aws/aws-errors.ts';
import { readQuotaOf } from '../../preflight/quotas.ts';
import { describeError } from '../finding.ts';
import { createProofInput, proofTags, type CheckContext } from '../proof-context.ts';
import { patiently } from '../waiting.ts';
import type { Check } from './check.ts';

/** If more inputs than this are free, the check does not fill the quota to see a refusal. */
const FREE_MAX = 5;

/** Finds MediaLive's answer beyond the quota of push inputs. Inputs cost cents; channels would cost more. */
export const inputQuota: Check = {
  checkId: 'input-quota',
  title: 'creating push inputs until the quota refuses one',
  limits: { minutesMax: 10, idleInputs: FREE_MAX },
  async run(context) {
    const { allowed, used } = await readRoom(context);
    const seen = `the account may have ${allowed} push inputs and has ${used}`;
    if (allowed - used > FREE_MAX) {
      context.decide('AWS-13', 'not decided', `${seen}: this check creates at most ${FREE_MAX}`);
      return;
    }
    for (let made = 0; made <= allowed - used; made++) {
      try {
        await createProofInput(context, context.deps.clients, { suffix: `quota-${made}`, tags: proofTags(context) });
      } catch (error) {
        const kind = awsErrorKind(error);
        const isRefusal = ['quota', 'throttled', 'invalid', 'denied', 'conflict', 'unknown'].includes(kind);
        if (!isRefusal) throw error;
        const outcome = kind === 'quota' ? 'holds' : 'does not hold';
        context.decide(
          'AWS-13',
          outcome,
          `${seen}; this run created ${made} more`,
          describeError(error),
          `classified as "${kind}"`,
        );
        return;
      }
    }
    context.decide('AWS-13', 'not decided', `${seen}; one more than the quota was accepted`);
  },
};

async function readRoom(context: CheckContext): Promise<{ allowed: number; used: number }> {
  const { mediaLive, serviceQuotas } = context.deps.clients;
  return patiently(context, async () => {
    const allowed = await readQuotaOf(serviceQuotas, { serviceCode: 'medialive', quotaCode: 'L-9E233AF7' });
    let used = 0;
    for await (const page of paginateListInputs({ client: mediaLive }, {})) {
      used += (page.Inputs ?? []).filter(
        ({ Type: type, State: state }) => type?.endsWith('_PUSH') && state !== 'DELETED',
      ).length;
    }
    return { allowed, used };
  });
}
