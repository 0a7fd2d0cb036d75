import { isNotFound } from '../../functions/aws/aws-errors.ts';

/** Returns undefined when AWS reports that the resource does not exist. */
export async function findResource<Answer>(look: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isNotFound(error) || (error as Error).name === 'StateMachineDoesNotExist') return undefined;
    throw error;
  }
}
