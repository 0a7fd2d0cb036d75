/** What the engine needs of a logger; Powertools' and the console's fit. Nothing passed to it ever holds a secret. */
export interface EngineLogger {
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
}

/** Says nothing: for tests. */
export const silentLogger: EngineLogger = { info() {}, warn() {}, error() {} };
