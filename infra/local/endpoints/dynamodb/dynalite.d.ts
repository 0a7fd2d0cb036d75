/** The parts of dynalite 4.0.0 that run without its HTTP server. They are internal, so the version is pinned. */
declare module 'dynalite/db/index.js' {
  /** A stored table description. */
  export interface StoredTable {
    TableArn: string;
    AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
    GlobalSecondaryIndexes?: { IndexName: string; [member: string]: unknown }[];
  }
  type Done = (error: unknown) => void;
  type BatchOperation = { type: 'put'; key: string; value: unknown } | { type: 'del'; key: string };
  /** The members of the database that dynalite and its streams call; they are looked up at each call. */
  export interface MemoryIterator {
    close(): Promise<void>;
    /** dynalite calls it when a stream ends or is destroyed; memory-level does not have it. */
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
