import { MAIN_PROCESS_ENVIRONMENT } from '../bootstrap/main-process.mjs';

/** Returns the environment of a child process: these variables and no others, so that it gets no secret. */
export function pickEnvironment(names: readonly string[]): Record<string, string> {
  const environment: Record<string, string> = { ...MAIN_PROCESS_ENVIRONMENT };
  for (const name of names) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
