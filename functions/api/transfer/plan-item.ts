import { isDeepStrictEqual } from 'node:util';
import type { AppError } from '../../domain/errors.ts';
import type { OwnRequest } from '../read-as-caller.ts';
import type { ImportItem } from '../schemas/transfer.ts';
import type { TransferKind } from '../../domain/transfer-kinds.ts';

/** Ids here by the references of the document: those that are here, and those that the import has created. */
export type Ids = Map<string, string>;

type Problem = NonNullable<ImportItem['problem']>;

/** An item of an import, and how it is carried out. */
export interface PlannedItem extends Omit<ImportItem, 'outcome'> {
  /** The reference under which others refer to it once it is here. */
  reference?: string;
  /** References without which it cannot be imported. */
  refersTo: readonly string[];
  /** The item that has to be here first. */
  after?: string;
  /** Builds the request that imports it whole; null when there is nothing to do. */
  request: ((ids: Ids) => OwnRequest) | null;
  /** What a preview checks besides, as the request itself does. @throws {AppError} */
  check?: () => Promise<void> | void;
  /** Remembers what the request has created. */
  note?: (answer: Record<string, unknown>) => void;
}

/** Builds an item without a problem. */
export function planItem(
  kind: TransferKind,
  { name, key = name }: { name: string; key?: string },
  rest: Pick<PlannedItem, 'status' | 'request'> & Partial<PlannedItem>,
): PlannedItem {
  return {
    item: `${kind}:${key}`.slice(0, 200),
    kind,
    name,
    fields: [],
    needs: [],
    problem: null,
    refersTo: [],
    ...rest,
  };
}

/** Turns an item into one that cannot be imported. */
export function refuseItem(planned: PlannedItem, problem: Problem): PlannedItem {
  return { ...planned, status: 'conflict', problem, request: null };
}

/** Returns the problem of an error, in which no secret ever is. */
export function problemOf({ detail, remedy }: AppError): Problem {
  return { detail, remedy };
}

/** Returns the fields that differ; null and absent mean the same. */
export function changedFields(wanted: object, here: object): string[] {
  const before = new Map(Object.entries(here));
  return Object.entries(wanted)
    .filter(([field, value]) => !isDeepStrictEqual(value ?? null, before.get(field) ?? null))
    .map(([field]) => field);
}
