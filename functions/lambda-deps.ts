import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import type { Logger } from './workflow/workflow-deps.ts';

/** The parts of Lambda's context that are used. */
export interface InvocationContext {
  awsRequestId?: string;
}

export interface LambdaLogger extends Logger {
  /** Adds the invocation's id to every following line. A function handles one invocation at a time. */
  begin(context: InvocationContext | undefined): void;
}

/** Creates a logger that writes structured lines for CloudWatch. */
export function createLambdaLogger(serviceName: string): LambdaLogger {
  const logger = new PowertoolsLogger({ serviceName });
  return {
    begin: (context) => logger.appendKeys({ awsRequestId: context?.awsRequestId }),
    info: (message, details) => logger.info(message, details ?? {}),
    warn: (message, details) => logger.warn(message, details ?? {}),
    error: (message, details) => logger.error(message, details ?? {}),
  };
}

/** Wraps a handler so that its log lines carry the request id that Lambda's own lines, X-Ray and AWS support use. */
export function withRequestId<Event, Context extends InvocationContext, Result>(
  logger: LambdaLogger,
  handler: (event: Event, context: Context) => Result,
): (event: Event, context: Context) => Result {
  return (event, context) => {
    logger.begin(context);
    return handler(event, context);
  };
}
