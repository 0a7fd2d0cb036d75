import { AppError, errorName } from '../domain/errors.ts';
import type { MadeRequest } from '../domain/made-request.ts';
import type { Logger } from './workflow-deps.ts';

/**
 * Makes a request of a show or a group start. A refusal is an outcome.
 * @param whose names the caller in the log: a show
 * @returns nothing when the request is not known to be made, so that it is made again later
 */
export async function makeRequest(
  { logger }: { logger: Logger },
  { destinationId, whose }: { destinationId: string; whose: string },
  make: () => Promise<unknown>,
): Promise<MadeRequest[]> {
  try {
    await make();
    return [{ destinationId, refusal: null }];
  } catch (error) {
    const isRefused = error instanceof AppError && error.kind === 'conflict' && error.code !== 'concurrent_change';
    if (isRefused) return [{ destinationId, refusal: error.detail }];
    logger.warn(`a request of ${whose} failed`, {
      destinationId,
      error: error instanceof AppError ? error.code : errorName(error),
    });
    return [];
  }
}
