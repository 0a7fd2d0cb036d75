import { StateMachine, type ExecutionError } from 'aws-local-stepfunctions';

/** An error as the interpreter matches it. */
export class TaskError extends Error {
  readonly isRetryable: boolean;
  readonly isCatchable: boolean;

  constructor(name: string, cause: string, isHandled = true) {
    super(cause);
    this.name = name;
    this.isRetryable = isHandled;
    this.isCatchable = isHandled;
  }
}

/**
 * Creates a timeout error that the interpreter accepts as its own, so that `States.TaskFailed` does not match it. The
 * interpreter checks for a class that it does not export, so a real timeout provides the instance.
 */
export async function createTimeoutError(): Promise<Error> {
  const definition = { StartAt: 'A', States: { A: { Type: 'Task', Resource: 'a', TimeoutSeconds: 0.001, End: true } } };
  const machine = new StateMachine(definition as never, { validationOptions: { noValidate: true } });
  const run = machine.run({}, { overrides: { taskResourceLocalHandlers: { A: neverEnds } } });
  const failure = await run.result.then(
    () => null,
    (error: unknown) => error as ExecutionError,
  );
  const error = failure?.cause;
  if (!(error instanceof Error) || error.name !== 'States.Timeout') {
    throw new Error('the interpreter did not report the expected timeout', { cause: failure });
  }
  return error;
}

function neverEnds(): Promise<never> {
  return new Promise(() => {});
}
