import { createApi } from '../../functions/api/app.ts';
import { createAccessTokens } from '../../functions/api/auth/access-tokens.ts';
import { createTokenAuthentication } from '../../functions/api/auth/authentication.ts';
import { createRevokedSessions } from '../../functions/api/auth/revoked-sessions.ts';
import { createClosedAudience } from '../../functions/audience/app.ts';
import { createMediaEventHandler } from '../../functions/events/media-event.ts';
import { reportCosts } from '../../functions/schedules/cost-report.ts';
import { runMonitor } from '../../functions/schedules/monitor-run.ts';
import { recordUptime } from '../../functions/schedules/record-uptime.ts';
import { sweep } from '../../functions/schedules/sweep.ts';
import { handleStep } from '../../functions/workflow/handle-step.ts';

/**
 * What the product on one machine calls in `functions/`. On AWS each of these is an entry point of a Lambda function.
 */
export type ProductCode = typeof productCode;

/** `npm run dev` imports this file again after an edit and hands the new value to `Embedded.useCode`. */
export const productCode = {
  createAccessTokens,
  createApi,
  createClosedAudience,
  createTokenAuthentication,
  createRevokedSessions,
  createMediaEventHandler,
  handleStep,
  recordUptime,
  reportCosts,
  runMonitor,
  sweep,
};
