import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import type { Logger } from './workflow/workflow-deps.ts';

/** What of Lambda's second argument is used. */
export interface InvocationContext {
  awsRequestId?: string;
}

export interface LambdaLogger extends Logger {
  /** Names the invocation on every line from here on. A function works on one invocation at a time. */
  begin(context: InvocationContext | undefined): void;
}

/** A logger that writes structured lines for CloudWatch. */
export function createLambdaLogger(serviceName: string): LambdaLogger {
  const logger = new PowertoolsLogger({ serviceName });
  return {
    begin: (context) => logger.appendKeys({ awsRequestId: context?.awsRequestId }),
    info: (message, details) => logger.info(message, details ?? {}),
    warn: (message, details) => logger.warn(message, details ?? {}),
    error: (message, details) => logger.error(message, details ?? {}),
  };
}

/** A handler whose lines carry the id by which Lambda's own lines, X-Ray and AWS's support know the invocation. */
export function withRequestId<Event, Context extends InvocationContext, Result>(
  logger: LambdaLogger,
  handler: (event: Event, context: Context) => Result,
): (event: Event, context: Context) => Result {
  return (event, context) => {
    logger.begin(context);
    return handler(event, context);
  };
}
