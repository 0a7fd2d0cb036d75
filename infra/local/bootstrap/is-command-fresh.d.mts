/** Types of `is-command-fresh.mjs`, which must stay plain JavaScript. */
export const SOURCE_LIST: string;
export function isCommandFresh(root: string): boolean;
