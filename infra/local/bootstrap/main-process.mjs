/**
 * How the main process is started, so that it stays small. Without limits V8 lets garbage pile up on a machine with much
 * memory, and glibc keeps a heap per thread: after an hour of requests over 500 MB, of which 80 MB were in use.
 */

/** The old generation may take this much: several times what a thousand destinations need. */
const OLD_SPACE_MB = 512;
const SEMI_SPACE_MB = 8;

/** Arguments of Node. */
export const MAIN_PROCESS_ARGUMENTS = [
  `--max-old-space-size=${OLD_SPACE_MB}`,
  `--max-semi-space-size=${SEMI_SPACE_MB}`,
];

/** What glibc reads when the process starts. */
export const MAIN_PROCESS_ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };
