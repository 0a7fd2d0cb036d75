/**
 * Runs Lambda functions in this process. Events and results pass through JSON as between Lambda and its caller, so that
 * nothing works here that a real invocation would lose (a Date, an undefined, a shared object).
 */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../host/clock.ts';
import type { Clock } from '../../host/clock.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../wire/local-service.ts';

/** Lambda's limit for a synchronous invocation, each way. */
export const LAMBDA_PAYLOAD_BYTES_MAX = 6 * 1024 * 1024;

const CLOSE_GRACE_MS = 5_000;

/** The members of Lambda's context object that handlers may use. */
export interface LambdaContext {
  functionName: string;
  functionVersion: '$LATEST';
  invokedFunctionArn: string;
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** A function as its entry point exports it. */
export type LambdaHandler = (event: never, context: LambdaContext) => Promise<unknown>;

/** The Lambda service's report of a failed function. `ErrorEquals` matches its `errorType`. */
export interface LambdaError {
  errorType: string;
  errorMessage: string;
}

/** The outcome of an invocation. `result` is the function's result, null if it returned nothing. */
export type LambdaOutcome = { ok: true; result: unknown } | { ok: false; error: LambdaError };

/** The functions of this process. */
export interface LambdaRegistry {
  /** @param options.timeoutSeconds a slower function is reported as failed, although it continues to run; default 60 */
  register(name: string, handler: LambdaHandler, options?: { timeoutSeconds?: number }): void;
  /** Returns whether a function exists, by name or ARN, with or without a version. */
  has(nameOrArn: string): boolean;
  /** Runs a function. Its failures are part of the outcome. @throws {UnknownFunctionError} */
  invoke(nameOrArn: string, payload: unknown): Promise<LambdaOutcome>;
  /** Refuses further invocations and gives running ones five seconds to finish. */
  close(): Promise<void>;
}

/** Reports that no function of this name is registered. */
export class UnknownFunctionError extends Error {
  constructor(nameOrArn: string) {
    super(`Function not found: ${nameOrArn}`);
    this.name = 'UnknownFunctionError';
  }
}

/** Returns the ARN of a function in the local account. */
export function toFunctionArn(name: string): string {
  return `arn:aws:lambda:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:function:${name}`;
}

/** Creates an empty registry. */
export function createLambdaRegistry(deps: { clock?: Clock } = {}): LambdaRegistry {
  const { clock = systemClock } = deps;
  const functions = new Map<string, { handler: LambdaHandler; timeoutSeconds: number }>();
  const running = new Set<Promise<unknown>>();
  let closed = false;

  async function invoke(nameOrArn: string, payload: unknown): Promise<LambdaOutcome> {
    const name = readFunctionName(nameOrArn);
    const found = functions.get(name);
    if (found === undefined) throw new UnknownFunctionError(nameOrArn);
    if (closed) return failed('Lambda.ServiceException', 'the process is stopping');
    const event = throughJson(payload);
    const deadlineMs = clock.now() + found.timeoutSeconds * 1000;
    const context: LambdaContext = {
      functionName: name,
      functionVersion: '$LATEST',
      invokedFunctionArn: toFunctionArn(name),
      awsRequestId: randomUUID(),
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - clock.now()),
    };
    const work = runHandler(found.handler, event, context);
    running.add(work);
    void work.finally(() => running.delete(work));
    const { promise: timeout, resolve } = Promise.withResolvers<LambdaOutcome>();
    const message = `RequestId: ${context.awsRequestId} Error: Task timed out after ${found.timeoutSeconds.toFixed(2)} seconds`;
    const cancel = clock.after(found.timeoutSeconds * 1000, () => resolve(failed('Sandbox.Timedout', message)));
    try {
      return await Promise.race([work, timeout]);
    } finally {
      cancel();
    }
  }

  return {
    register(name, handler, { timeoutSeconds = 60 } = {}) {
      if (functions.has(name)) throw new Error(`a function named ${name} is registered already`);
      functions.set(name, { handler, timeoutSeconds });
    },
    has: (nameOrArn) => functions.has(readFunctionName(nameOrArn)),
    invoke,
    async close() {
      closed = true;
      const { promise: patience, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(CLOSE_GRACE_MS, resolve);
      await Promise.race([Promise.all(running), patience]);
      cancel();
    },
  };
}

/** Never rejects. */
async function runHandler(handler: LambdaHandler, event: unknown, context: LambdaContext): Promise<LambdaOutcome> {
  try {
    const result = throughJson(await handler(event as never, context));
    if (Buffer.byteLength(JSON.stringify(result)) > LAMBDA_PAYLOAD_BYTES_MAX) {
      return failed('Function.ResponseSizeTooLarge', 'Response payload size exceeded maximum allowed payload size');
    }
    return { ok: true, result };
  } catch (error) {
    // The report of Lambda's Node runtime, without the stack trace.
    return error instanceof Error ? failed(error.name, error.message) : failed(typeof error, String(error));
  }
}

function failed(errorType: string, errorMessage: string): LambdaOutcome {
  return { ok: false, error: { errorType, errorMessage } };
}

function throughJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? null : (JSON.parse(text) as unknown);
}

/** Reads the name from `name`, `name:version`, `account:function:name`, or an ARN with or without a version. */
function readFunctionName(nameOrArn: string): string {
  return /^(?:arn:[^:]*:lambda:[^:]*:\d+:function:|\d+:function:)?([^:]+)(?::[^:]+)?$/.exec(nameOrArn)?.[1] ?? '';
}
