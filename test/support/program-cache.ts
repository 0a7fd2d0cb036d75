import { join } from 'node:path';

/**
 * Holds what the tests unpack of npm's programs, such as 200 MB of Chromium: once per installation, not once per file.
 */
export const PROGRAM_CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'sluice');
