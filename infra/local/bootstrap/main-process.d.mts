/** Types of `main-process.mjs`, which must stay plain JavaScript. */
export const MAIN_PROCESS_ARGUMENTS: readonly string[];
export const MAIN_PROCESS_ENVIRONMENT: Readonly<Record<string, string>>;
