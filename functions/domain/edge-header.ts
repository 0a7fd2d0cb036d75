/** The header with which our distribution shows that a request came through it. Its value is a secret. */
export const EDGE_HEADER = 'x-sluice-edge';
