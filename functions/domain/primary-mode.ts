/**
 * When the primary, the channel behind the HLS preview, runs:
 *
 * - `always`: while the flow is active.
 * - `with-source`: while the flow is active and an encoder is connected.
 * - `off`: never.
 */
export const PRIMARY_MODES = ['always', 'with-source', 'off'] as const;
export type PrimaryMode = (typeof PRIMARY_MODES)[number];
