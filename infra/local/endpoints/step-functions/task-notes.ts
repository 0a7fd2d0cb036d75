import { LOCAL_REGION } from '../wire/local-service.ts';
import { isInvokeIntegration } from './definition.ts';
import type { History } from './history.ts';

/** Records the events of a task. AWS uses other names for a direct function call than for an integration. */
export function createTaskNotes(history: History, resource: string, timeoutSeconds: number | undefined) {
  const timeout = timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds };
  if (!isInvokeIntegration(resource)) {
    return {
      scheduled(input: unknown) {
        const details = { resource, input: JSON.stringify(input), ...timeout };
        history.add('LambdaFunctionScheduled', { lambdaFunctionScheduledEventDetails: details });
        history.add('LambdaFunctionStarted');
      },
      succeeded: (output: string) =>
        history.add('LambdaFunctionSucceeded', { lambdaFunctionSucceededEventDetails: { output } }),
      failed: (error: string, cause: string) =>
        history.add('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: { error, cause } }),
      timedOut: () =>
        history.add('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: { error: 'States.Timeout' } }),
    };
  }
  const kind = { resourceType: 'lambda', resource: 'invoke' };
  return {
    scheduled(input: unknown) {
      const details = { ...kind, region: LOCAL_REGION, parameters: JSON.stringify(input), ...timeout };
      history.add('TaskScheduled', { taskScheduledEventDetails: details });
      history.add('TaskStarted', { taskStartedEventDetails: kind });
    },
    succeeded: (output: string) => history.add('TaskSucceeded', { taskSucceededEventDetails: { ...kind, output } }),
    failed: (error: string, cause: string) =>
      history.add('TaskFailed', { taskFailedEventDetails: { ...kind, error, cause } }),
    timedOut: () => history.add('TaskTimedOut', { taskTimedOutEventDetails: { ...kind, error: 'States.Timeout' } }),
  };
}
