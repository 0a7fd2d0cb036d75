/** The logger methods the engine uses; Powertools and the console have them. Callers never pass a secret. */
export interface EngineLogger {
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
}

/** Logs nothing; for tests. */
export const silentLogger: EngineLogger = { info() {}, warn() {}, error() {} };
