/** The parts of dynalite 4.0.0 that run without its HTTP server. Internal to the package: its version is pinned. */
declare module 'dynalite/db/index.js' {
  export interface DynaliteStore {
    tableDb: { awsAccountId: string; awsRegion: string };
    db: { open(): Promise<void> };
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
