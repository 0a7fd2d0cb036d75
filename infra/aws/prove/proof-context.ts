import {
  CreateChannelCommand,
  CreateInputCommand,
  type CreateChannelRequest,
  type CreateChannelCommandOutput,
  type CreateInputCommandOutput,
} from '@aws-sdk/client-medialive';
import { createHash } from 'node:crypto';
import { addFlowOutputs } from '../../../functions/aws/flow.ts';
import { DEPLOYMENT_TAG, resourceName } from '../../../functions/aws/names.ts';
import type { AssumptionId } from './assumptions.ts';
import { redact, type Finding, type Outcome } from './finding.ts';
import type { FoundDeployment, ProofRole } from './found-deployment.ts';
import type { Journal, ProofResource } from './journal.ts';
import { assumeRole, type ProofDeps, type RoleClients } from './proof-deps.ts';
import { patiently, type Patience } from './waiting.ts';

/** Tag of everything that a proof creates. Its value is the run id. */
export const PROOF_TAG = 'sluice:proof';

/**
 * Returns a run's name in the place of a destination id. Flow outputs are identified by it, because this SDK cannot tag
 * them.
 */
export function proofName(runId: string, suffix: string): string {
  return `proof-${runId}-${suffix}`;
}

/** Dependencies of a check. */
export interface CheckContext extends Patience {
  deps: ProofDeps;
  found: FoundDeployment;
  runId: string;
  journal: Journal;
  /** True if an encoder is connected or the operator will connect one. */
  hasEncoder: boolean;
  /** Returns the clients of a deployed role. */
  as(role: ProofRole): RoleClients;
  /** Records what was seen and whether the assumption holds. A later call replaces an earlier one. */
  decide(id: AssumptionId, outcome: Outcome, ...seen: string[]): void;
}

interface ContextInput extends Pick<CheckContext, 'deps' | 'found' | 'runId' | 'journal' | 'hasEncoder' | 'signal'> {
  findings: Map<AssumptionId, Finding>;
}

/** Creates the context of one check. */
export function createCheckContext({ findings, ...given }: ContextInput): CheckContext {
  const { deps, found, runId } = given;
  const clients = new Map<ProofRole, RoleClients>();
  return {
    ...given,
    now: deps.now,
    sleep: deps.sleep,
    as(role) {
      const made =
        clients.get(role) ?? deps.makeRoleClients(() => assumeRole(deps.clients.sts, found.roleArns[role], runId));
      clients.set(role, made);
      return made;
    },
    decide(id, outcome, ...seen) {
      findings.set(id, { id, outcome, seen: seen.map((line) => redact(line, runId)) });
    },
  };
}

/** Tags of what a proof creates: the deployment's, which lets its roles act on it, and the run's. */
export function proofTags({ found, runId }: Pick<CheckContext, 'found' | 'runId'>): Record<string, string> {
  return { [DEPLOYMENT_TAG]: found.deployment.deploymentId, [PROOF_TAG]: runId };
}

interface MakeInput {
  suffix: string;
  tags: Record<string, string>;
}

/** Creates a push input and records it before and after. The token makes a repetition harmless. */
export async function createProofInput(
  context: CheckContext,
  clients: Pick<RoleClients, 'mediaLive'>,
  { suffix, tags }: MakeInput,
): Promise<{ inputId: string; answer: CreateInputCommandOutput }> {
  const name = nameOf(context, suffix);
  return noted(context, 'input', name, async () => {
    const answer = await patiently(context, () =>
      clients.mediaLive.send(
        new CreateInputCommand({
          Name: name,
          Type: 'RTP_PUSH',
          InputSecurityGroups: [context.found.deployment.inputSecurityGroupId],
          RequestId: tokenOf(context, `input ${suffix}`),
          Tags: tags,
        }),
      ),
    );
    return { resourceId: answer.Input?.Id ?? '', result: { inputId: answer.Input?.Id ?? '', answer } };
  });
}

/** Creates a channel and records it before and after. */
export async function createProofChannel(
  context: CheckContext,
  clients: Pick<RoleClients, 'mediaLive'>,
  suffix: string,
  settings: CreateChannelRequest,
): Promise<{ channelId: string; answer: CreateChannelCommandOutput }> {
  const name = nameOf(context, suffix);
  return noted(context, 'channel', name, async () => {
    const answer = await patiently(context, () =>
      clients.mediaLive.send(
        new CreateChannelCommand({
          ...settings,
          Name: name,
          RequestId: tokenOf(context, `channel ${suffix}`),
          Tags: proofTags(context),
        }),
      ),
    );
    return { resourceId: answer.Channel?.Id ?? '', result: { channelId: answer.Channel?.Id ?? '', answer } };
  });
}

/** Adds a flow output with the product's own request and records it before and after. The call has no token. */
export async function createProofFlowOutput(
  context: CheckContext,
  clients: RoleClients,
  suffix: string,
  target: { address: string; port: number },
): Promise<void> {
  const { deployment } = context.found;
  const destinationId = proofName(context.runId, suffix);
  await noted(context, 'flow output', resourceName(deployment, destinationId), async () => {
    await patiently(
      context,
      () =>
        addFlowOutputs({ clients, deployment }, destinationId, { main: { kind: 'input', ...target }, backup: null }),
      ['throttled'],
    );
    return { resourceId: resourceName(deployment, destinationId), result: undefined };
  });
}

async function noted<Result>(
  { journal }: CheckContext,
  resource: ProofResource,
  name: string,
  make: () => Promise<{ resourceId: string; result: Result }>,
): Promise<Result> {
  journal.append({ entry: 'about-to-make', resource, name });
  const { resourceId, result } = await make();
  journal.append({ entry: 'made', resource, name, resourceId });
  return result;
}

function nameOf({ found, runId }: CheckContext, suffix: string): string {
  return resourceName(found.deployment, proofName(runId, suffix));
}

/** A check repeated after an interruption needs new tokens: an old one would return the deleted resource. */
function tokenOf({ runId, journal }: CheckContext, what: string): string {
  return createHash('sha256')
    .update(JSON.stringify([runId, what, journal.entries.length]))
    .digest('hex')
    .slice(0, 40);
}
