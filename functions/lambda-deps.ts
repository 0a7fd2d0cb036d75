import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { createAwsClients } from './aws/clients.ts';
import { readEnvironment } from './environment.ts';
import { resolveHost } from './resolve-host.ts';
import type { Logger, WorkflowDeps } from './workflow/workflow-deps.ts';

/** A logger that writes structured lines for CloudWatch. */
export function createLambdaLogger(serviceName: string): Logger {
  const logger = new PowertoolsLogger({ serviceName });
  return {
    info: (message, details) => logger.info(message, details ?? {}),
    warn: (message, details) => logger.warn(message, details ?? {}),
    error: (message, details) => logger.error(message, details ?? {}),
  };
}

/**
 * What the functions behind the API need, from the environment.
 * @param attemptsMax 1 where Step Functions or the next schedule retries: retry layers multiply
 */
export function makeLambdaDeps(serviceName: string, attemptsMax: number): WorkflowDeps {
  return {
    clients: createAwsClients({ attemptsMax }),
    deployment: readEnvironment().deployment,
    now: () => new Date(),
    sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
    resolveHost,
    logger: createLambdaLogger(serviceName),
  };
}
