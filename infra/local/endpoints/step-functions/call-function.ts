import { UnknownFunctionError, type LambdaRegistry } from '../lambda/registry.ts';
import { isInvokeIntegration } from './definition.ts';

type CallOutcome = { result: unknown } | { error: string; cause: string };

/** Calls the function that a Task state names, directly or by the integration. */
export async function callFunction(lambda: LambdaRegistry, resource: string, input: unknown): Promise<CallOutcome> {
  const isIntegration = isInvokeIntegration(resource);
  const parameters = input as { FunctionName?: string; Payload?: unknown } | null;
  const name = isIntegration ? (parameters?.FunctionName ?? '') : resource;
  try {
    const outcome = await lambda.invoke(name, isIntegration ? (parameters?.Payload ?? {}) : input);
    if (!outcome.ok) {
      const { errorMessage, errorType } = outcome.error;
      return { error: errorType, cause: JSON.stringify({ errorMessage, errorType }) };
    }
    const { result } = outcome;
    return { result: isIntegration ? { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 } : result };
  } catch (error) {
    if (!(error instanceof UnknownFunctionError)) throw error;
    return { error: 'Lambda.ResourceNotFoundException', cause: error.message };
  }
}
