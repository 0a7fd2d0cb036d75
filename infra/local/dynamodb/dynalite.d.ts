/** The parts of dynalite 4.0.0 that run without its HTTP server. Internal to the package: its version is pinned. */
declare module 'dynalite/db/index.js' {
  /** A table's description as it is kept. */
  export interface StoredTable {
    TableArn: string;
    AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
    GlobalSecondaryIndexes?: { IndexName: string; [member: string]: unknown }[];
  }
  interface KeyIterator {
    /** The next keys; none at the end. */
    nextv(size: number): Promise<string[]>;
    close(): Promise<void>;
  }
  export interface DynaliteStore {
    tableDb: {
      awsAccountId: string;
      awsRegion: string;
      put(name: string, table: StoredTable, done: (error: unknown) => void): void;
    };
    getTable(name: string, checkStatus: boolean, done: (error: unknown, table?: StoredTable) => void): void;
    db: { open(): Promise<void>; keys(): KeyIterator };
    lifecycleManager: { gracefulClose(): Promise<void> };
  }
  export function create(options: {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): DynaliteStore;
}

declare module 'dynalite/validations/index.js' {
  import type { DynaliteStore } from 'dynalite/db/index.js';
  export function toLowerFirst(name: string): string;
  export function checkTypes(data: unknown, types: unknown): Record<string, unknown>;
  export function checkValidations(data: unknown, types: unknown, custom: unknown, store: DynaliteStore): void;
}
