/**
 * Options that keep the main process small. Without limits V8 lets garbage accumulate on a machine with much memory,
 * and glibc keeps a heap per thread: after an hour of requests over 500 MB, of which 80 MB were in use.
 */

/** Limit of the old generation: several times what a thousand destinations need. */
const OLD_SPACE_MB = 512;
const SEMI_SPACE_MB = 8;

/** Arguments for Node. */
export const MAIN_PROCESS_ARGUMENTS = [
  `--max-old-space-size=${OLD_SPACE_MB}`,
  `--max-semi-space-size=${SEMI_SPACE_MB}`,
];

/** Variables that glibc reads when the process starts. */
export const MAIN_PROCESS_ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };
