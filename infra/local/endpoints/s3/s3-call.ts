import { LOCAL_ACCOUNT_ID } from '../wire/local-service.ts';
import type { ObjectStore } from './object-store.ts';
import type { Payload } from './payload.ts';
import type { RecognisedRequest } from './recognise.ts';
import { invalidArgument, notImplemented } from './s3-fault.ts';

/** A call of an implemented operation. */
export interface S3Call extends RecognisedRequest, Payload {
  store: ObjectStore;
  headers: Headers;
}

/** An operation and its supported members. Any other member is refused before `handle` runs. */
export interface S3Operation {
  honours: readonly string[];
  handle(call: S3Call): Response | Promise<Response>;
}

/** The owner of every bucket and object; the id is as long as S3's. */
export const OWNER = { ID: LOCAL_ACCOUNT_ID.padEnd(64, '0'), DisplayName: 'local' };

/**
 * Reads a whole number of at least `min` from the query.
 * @throws {S3Fault} `InvalidArgument`
 */
export function readCount(members: Record<string, string>, member: string, fallback: number, min = 0): number {
  const text = members[member];
  if (text === undefined) return fallback;
  if (!/^\d{1,9}$/.test(text) || Number(text) < min) {
    throw invalidArgument(`Argument ${member} must be a whole number of at least ${min}`);
  }
  return Number(text);
}

/**
 * Requires a member to have a value without effect here, such as the storage class STANDARD.
 * @throws {S3Fault} `NotImplemented`
 */
export function requireValue(call: S3Call, member: string, allowed: readonly string[]): void {
  const value = call.members[member];
  if (value === undefined || allowed.includes(value)) return;
  throw notImplemented(`${call.operation} with a ${member} other than ${allowed.join(' or ')}`);
}
