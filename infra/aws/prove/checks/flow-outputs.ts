import { DescribeInputCommand } from '@aws-sdk/client-medialive';
import { awsErrorKind } from '../../../../functions/aws/aws-errors.ts';
import { observeFlow, removeFlowOutput } from '../../../../functions/aws/flow.ts';
import { resourceName } from '../../../../functions/aws/names.ts';
import { describeError } from '../finding.ts';
import { createProofFlowOutput, createProofInput, proofName, proofTags, type CheckContext } from '../proof-context.ts';
import type { RoleClients } from '../proof-deps.ts';
import { patiently, pause } from '../waiting.ts';
import type { Check } from './check.ts';
import { ensureFlowActive, untilDetached, untilFlowIs } from './media-polls.ts';

/** Adds flow outputs with the workflow's role: one alone, one while the flow is updating, two at once. */
export const flowOutputs: Check = {
  checkId: 'flow-outputs',
  title: 'adding and removing flow outputs with the workflow’s role',
  limits: { minutesMax: 8, needsFlow: true, idleInputs: 1 },
  async run(context) {
    await ensureFlowActive(context);
    const targets = await makeTargets(context);
    const clients = await addAlone(context, targets[0]);
    await addWhileUpdating(context, clients, targets[1]);
    await removeAll(context, clients);
    await addTwoAtOnce(context, clients, targets);
    await removeAll(context, clients);
  },
};

interface Target {
  address: string;
  port: number;
}

/** Returns the two endpoints of a push input. */
async function makeTargets(context: CheckContext): Promise<[Target, Target]> {
  const { inputId } = await createProofInput(context, context.deps.clients, {
    suffix: 'outputs',
    tags: proofTags(context),
  });
  await untilDetached(context, inputId);
  const { Destinations: destinations = [] } = await patiently(context, () =>
    context.deps.clients.mediaLive.send(new DescribeInputCommand({ InputId: inputId })),
  );
  const [first, second] = destinations.map(({ Ip: address = '', Port: port }) => ({ address, port: Number(port) }));
  if (!first || !second) throw new Error(`input ${inputId} has ${destinations.length} endpoints, not two`);
  return [first, second];
}

/** Adds one output. @returns the role's clients, or the operator's if the role may not add outputs */
async function addAlone(context: CheckContext, target: Target): Promise<RoleClients> {
  try {
    await createProofFlowOutput(context, context.as('workflow'), 'alone', target);
    return context.as('workflow');
  } catch (error) {
    if (awsErrorKind(error) !== 'denied') throw error;
    context.decide('AWS-19', 'does not hold', `AddFlowOutputs: ${describeError(error)}`);
    await createProofFlowOutput(context, context.deps.clients, 'alone', target);
    return context.deps.clients;
  }
}

async function addWhileUpdating(context: CheckContext, clients: RoleClients, target: Target): Promise<void> {
  const flow = await patiently(context, () => observeFlow({ clients, deployment: context.found.deployment }));
  if (flow?.status !== 'UPDATING') {
    context.decide(
      'AWS-21',
      'not decided',
      `the flow was ${flow?.status}, not UPDATING, right after an output was added`,
    );
    return;
  }
  const refusal = await tryToAdd(context, clients, 'updating', target);
  if (refusal === null) {
    context.decide('AWS-21', 'not decided', 'the output was accepted while the flow was UPDATING: no wait is needed');
    return;
  }
  context.decide('AWS-21', isBadRequest(refusal) ? 'holds' : 'does not hold', describeError(refusal));
}

async function addTwoAtOnce(context: CheckContext, clients: RoleClients, targets: [Target, Target]): Promise<void> {
  await untilFlowIs(context, 'ACTIVE');
  const refusals = await Promise.all(
    targets.map((target, index) => tryToAdd(context, clients, `at-once-${index}`, target)),
  );
  const refused = refusals.flatMap((refusal, index) => (refusal === null ? [] : [{ refusal, index }]));
  if (refused.length === 0) {
    context.decide('AWS-20', 'not decided', 'both outputs were accepted: no wait is needed');
    return;
  }
  const seen = refused.map(({ refusal }) => describeError(refusal));
  let isTakenLater = true;
  for (const { index } of refused) {
    await untilFlowIs(context, 'ACTIVE');
    const again = await tryToAdd(context, clients, `later-${index}`, targets[index]!);
    if (again === null) continue;
    isTakenLater = false;
    seen.push(`and when the flow was ACTIVE again: ${describeError(again)}`);
  }
  const holds = isTakenLater && refused.every(({ refusal }) => isBadRequest(refusal));
  context.decide('AWS-20', holds ? 'holds' : 'does not hold', ...seen);
}

/** Adds an output. @returns AWS's refusal, or null if the output was added */
async function tryToAdd(context: CheckContext, clients: RoleClients, suffix: string, target: Target): Promise<unknown> {
  try {
    await createProofFlowOutput(context, clients, suffix, target);
    return null;
  } catch (error) {
    if (['unavailable', 'throttled', 'denied'].includes(awsErrorKind(error))) throw error;
    return error;
  }
}

function isBadRequest(error: unknown): boolean {
  return error instanceof Error && error.name === 'BadRequestException';
}

/** Removes the run's outputs one after the other, each when the flow accepts changes. */
async function removeAll(context: CheckContext, clients: RoleClients): Promise<void> {
  const { deployment } = context.found;
  const prefix = resourceName(deployment, proofName(context.runId, ''));
  for (;;) {
    const flow = await untilFlowIs(context, 'ACTIVE');
    const ours = flow.outputs.find(({ flowOutputName }) => flowOutputName.startsWith(prefix));
    if (ours === undefined) break;
    try {
      await patiently(context, () => removeFlowOutput({ clients, deployment }, ours.flowOutputArn));
    } catch (error) {
      if (awsErrorKind(error) !== 'denied') throw error;
      context.decide('AWS-19', 'does not hold', `RemoveFlowOutput: ${describeError(error)}`);
      return;
    }
    await pause(context, 1_000);
  }
  if (clients !== context.deps.clients) {
    context.decide('AWS-19', 'holds', 'AddFlowOutputs and RemoveFlowOutput were accepted');
  }
}
