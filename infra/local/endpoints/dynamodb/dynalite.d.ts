/** The parts of dynalite 4.0.0 that run without its HTTP server. Internal to the package: its version is pinned. */
declare module 'dynalite/db/index.js' {
  /** A table's description as it is kept. */
  export interface StoredTable {
    TableArn: string;
    AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
    GlobalSecondaryIndexes?: { IndexName: string; [member: string]: unknown }[];
  }
  type Done = (error: unknown) => void;
  type BatchOperation = { type: 'put'; key: string; value: unknown } | { type: 'del'; key: string };
  /** The database as dynalite calls it: by these members and its streams, looked up at each call. */
  export interface MemoryIterator {
    close(): Promise<void>;
    /** What dynalite calls when a stream ends or is destroyed; memory-level has none. */
    return?: () => Promise<void>;
  }
  export interface MemoryDb {
    open(): Promise<void>;
    put(key: string, value: unknown, done: Done): void;
    del(key: string, done: Done): void;
    batch(operations: BatchOperation[], done: Done): void;
    batch(operations: BatchOperation[]): Promise<void>;
    keys(options?: object): MemoryIterator;
    values(options?: object): MemoryIterator;
    iterator(): AsyncIterable<readonly [key: string, value: unknown]>;
  }
  export interface DynaliteStore {
    tableDb: {
      awsAccountId: string;
      awsRegion: string;
      put(name: string, table: StoredTable, done: (error: unknown) => void): void;
    };
    getTable(name: string, checkStatus: boolean, done: (error: unknown, table?: StoredTable) => void): void;
    db: MemoryDb;
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
