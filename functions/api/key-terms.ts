import { isSrtPlatform } from '../../presets/index.ts';
import type { Destination } from '../domain/destination.ts';
import type { KeyUse } from '../domain/key-use.ts';
import { invalidFields } from './http/validation.ts';

/** Checks what a request says about the terms of a stream key. */

interface Given {
  streamKey?: string | undefined;
  keyValidUntil?: string | null | undefined;
  keyUse?: KeyUse | undefined;
}

type Stored = Pick<Destination, 'keyValidUntil' | 'keyUse' | 'keyUsedAt'>;

/**
 * Returns what is stored. Another key begins unused and without an end; how its platform issues keys stays.
 * @param found null for a new destination
 * @throws {AppError} `validation_failed`
 */
export function requireKeyTerms(
  { keyUse, keyValidUntil, streamKey }: Given,
  { found, now, platform }: { found: Destination | null; now: Date; platform: string },
): Stored {
  const isNewKey = streamKey !== undefined;
  if (isSrtPlatform(platform)) {
    const message = 'an SRT destination has no stream key: leave it out';
    const errors = Object.entries({ keyUse, keyValidUntil }).filter(
      ([, value]) => value !== undefined && value !== null,
    );
    if (errors.length > 0) throw invalidFields(errors.map(([field]) => ({ field, message })));
    return {};
  }
  const until = keyValidUntil ? new Date(keyValidUntil).toISOString() : keyValidUntil;
  const isKept = !isNewKey && until === found?.keyValidUntil;
  if (until && !isKept && Date.parse(until) <= now.getTime()) {
    const message = `${until} has passed: send a later time, or null if the stream key does not expire`;
    throw invalidFields([{ field: 'keyValidUntil', message }]);
  }
  return {
    ...(until !== undefined || (isNewKey && found) ? { keyValidUntil: until ?? null } : {}),
    ...(keyUse === undefined ? {} : { keyUse }),
    ...(found && isNewKey ? { keyUsedAt: null } : {}),
    ...(found && !isNewKey && isOtherUse(found, keyUse) ? { keyUsedAt: usedAt(found, keyUse) } : {}),
  };
}

function isOtherUse(found: Destination, keyUse: KeyUse | undefined): boolean {
  return keyUse !== undefined && keyUse !== (found.keyUse ?? 'reusable');
}

/** A key that is on air is in use, whatever is said about it later. */
function usedAt({ desired, runningSince }: Destination, keyUse: KeyUse | undefined): string | null {
  return keyUse === 'once' && desired === 'running' ? runningSince : null;
}
