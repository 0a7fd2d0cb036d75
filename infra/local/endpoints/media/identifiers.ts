import { createHash } from 'node:crypto';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../wire/local-service.ts';
import type { MediaState } from './media-state.ts';

/** Generates ids for new resources from a seed and a stored counter, so the same calls produce the same ids. */
export interface Identifiers {
  /** An id in MediaLive's format: digits only. */
  digits(): string;
  /** Lower-case hexadecimal of the given length, at most 64. */
  hex(length: number): string;
  /** The number of this resource, counting from 1. */
  ordinal(): number;
}

/** Creates the ids of resources. The counter is part of the state, so no id is reused after a restart. */
export function createIdentifiers(state: MediaState, seed: string): Identifiers {
  const ordinal = () => {
    state.counter += 1;
    return state.counter;
  };
  return {
    ordinal,
    digits: () => String(1_000_000 + ordinal()),
    hex: (length) => hash(`${seed}:${ordinal()}`).slice(0, length),
  };
}

/** Creates ids for requests and events, which are not stored. They are unique to a run as long as `epochMs` is. */
export function createTransientIds(seed: string, epochMs: number): () => string {
  let count = 0;
  return () => {
    count += 1;
    const hex = hash(`${seed}:${epochMs}:${count}`);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
}

/** Builds an ARN in the local account: `arn:aws:<service>:<region>:<account>:<resource>`. */
export function toArn(service: string, resource: string): string {
  return `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${resource}`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
