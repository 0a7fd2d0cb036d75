// Generated from the files in presets/prices by `npm run preflight -- --prices`. Do not edit.
import usEast1 from './prices/us-east-1.json' with { type: 'json' };

/** Every price file as it is on disk, by Region. */
export const PRICE_FILES: Readonly<Record<string, unknown>> = {
  'us-east-1': usEast1,
};
