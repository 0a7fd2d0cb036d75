import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import type { Logger } from './workflow/workflow-deps.ts';

/** A logger that writes structured lines for CloudWatch. */
export function createLambdaLogger(serviceName: string): Logger {
  const logger = new PowertoolsLogger({ serviceName });
  return {
    info: (message, details) => logger.info(message, details ?? {}),
    warn: (message, details) => logger.warn(message, details ?? {}),
    error: (message, details) => logger.error(message, details ?? {}),
  };
}
