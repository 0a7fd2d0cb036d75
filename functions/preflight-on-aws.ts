import { createIngestProbe } from './connect/create-ingest-probe.ts';
import type { PreflightWays } from './workflow/workflow-deps.ts';

/** How the functions on AWS run preflights: channels send from other addresses than functions. */
export const PREFLIGHT_ON_AWS: PreflightWays = {
  // On AWS, loopback is the function's own sandbox.
  probe: createIngestProbe({ from: 'elsewhere', loopbackAllowed: false }),
  // The monitor runs once a minute and may miss one run.
  freshSeconds: 150,
};
