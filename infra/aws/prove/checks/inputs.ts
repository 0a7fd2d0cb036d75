import { awsErrorKind } from '../../../../functions/aws/aws-errors.ts';
import { deleteInput } from '../../../../functions/aws/input.ts';
import { describeError, requestIdOfAnswer } from '../finding.ts';
import { createProofInput, PROOF_TAG, proofTags, type CheckContext } from '../proof-context.ts';
import { patiently } from '../waiting.ts';
import type { Check } from './check.ts';
import { untilDetached, untilInputGone } from './media-polls.ts';

/** Checks what the conditions on tags mean for inputs, with the workflow's role. */
export const inputs: Check = {
  checkId: 'inputs',
  title: 'creating and deleting inputs with the workflow’s role, with and without the deployment’s tag',
  limits: { minutesMax: 10, idleInputs: 3 },
  async run(context) {
    await createUntagged(context);
    const inputId = await createTagged(context);
    await deleteForeign(context);
    if (inputId !== null) await deleteTagged(context, inputId);
  },
};

/** Returns the tags of an input that belongs to the proof but not to the deployment, like one of another team. */
function foreignTags({ runId }: CheckContext): Record<string, string> {
  return { [PROOF_TAG]: runId };
}

async function createUntagged(context: CheckContext): Promise<void> {
  try {
    const { inputId, answer } = await createProofInput(context, context.as('workflow'), {
      suffix: 'untagged',
      tags: foreignTags(context),
    });
    context.decide('AWS-06', 'does not hold', `input ${inputId} was created`, requestIdOfAnswer(answer));
    await untilDetached(context, inputId);
    await remove(context, inputId);
  } catch (error) {
    const isDenied = awsErrorKind(error) === 'denied';
    context.decide('AWS-06', isDenied ? 'holds' : 'not decided', describeError(error));
    if (!isDenied) throw error;
  }
}

async function createTagged(context: CheckContext): Promise<string | null> {
  try {
    const { inputId, answer } = await createProofInput(context, context.as('workflow'), {
      suffix: 'tagged',
      tags: proofTags(context),
    });
    context.decide('AWS-05', 'holds', `input ${inputId} was created`, requestIdOfAnswer(answer));
    await untilDetached(context, inputId);
    return inputId;
  } catch (error) {
    if (awsErrorKind(error) !== 'denied') throw error;
    context.decide('AWS-05', 'does not hold', describeError(error));
    context.decide('AWS-07', 'not decided', 'the workflow’s role has created no input');
    return null;
  }
}

/** Tries to delete an input that the operator created and that has only the proof's tag. */
async function deleteForeign(context: CheckContext): Promise<void> {
  const { inputId } = await createProofInput(context, context.deps.clients, {
    suffix: 'foreign',
    tags: foreignTags(context),
  });
  await untilDetached(context, inputId);
  const denial = await deleteAsWorkflow(context, inputId);
  const deleted = `the workflow’s role deleted input ${inputId}, which has no tag of ours`;
  context.decide('AWS-08', denial === null ? 'does not hold' : 'holds', denial ?? deleted);
  await (denial === null ? untilInputGone(context, inputId) : remove(context, inputId));
}

async function deleteTagged(context: CheckContext, inputId: string): Promise<void> {
  const denial = await deleteAsWorkflow(context, inputId);
  const deleted = `the workflow’s role deleted input ${inputId}`;
  context.decide('AWS-07', denial === null ? 'holds' : 'does not hold', denial ?? deleted);
  await (denial === null ? untilInputGone(context, inputId) : remove(context, inputId));
}

/** Tries to delete an input with the workflow's role. @returns AWS's denial, or null if the input was deleted */
async function deleteAsWorkflow(context: CheckContext, inputId: string): Promise<string | null> {
  try {
    await patiently(context, () => deleteInput({ clients: context.as('workflow'), deployment: {} }, inputId));
    return null;
  } catch (error) {
    if (awsErrorKind(error) !== 'denied') throw error;
    return describeError(error);
  }
}

/** Deletes an input of the proof with the operator's credentials. */
async function remove(context: CheckContext, inputId: string): Promise<void> {
  await patiently(context, () => deleteInput({ clients: context.deps.clients, deployment: {} }, inputId));
  await untilInputGone(context, inputId);
}
