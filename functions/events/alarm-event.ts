import * as z from 'zod/mini';
import type { Logger } from '../workflow/workflow-deps.ts';
import { AGE_SECONDS_MAX } from './event-age.ts';

/**
 * State changes of CloudWatch alarms as reasons to observe and evaluate at once. They decide nothing: an alarm that rings
 * opens no incident, and one that is forged costs one run of the monitor per pause.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */

export const ALARM_EVENT = { source: 'aws.cloudwatch', detailType: 'CloudWatch Alarm State Change' } as const;

const Envelope = z.object({
  source: z.literal(ALARM_EVENT.source),
  'detail-type': z.literal(ALARM_EVENT.detailType),
  account: z.string().check(z.regex(/^\d{12}$/)),
  region: z.string().check(z.maxLength(40)),
  time: z.iso.datetime(),
});

export interface AlarmEventDeps {
  now: () => Date;
  logger: Pick<Logger, 'warn'>;
  /** The deployment's flow, whose account and Region the event must match. */
  deployment: { flowArn: string };
  /** Least time between two runs that alarms cause. */
  lookEverySeconds: number;
}

/** Creates the handler of one process. @param run observes and evaluates */
export function createAlarmEventHandler(
  deps: AlarmEventDeps,
  run: () => Promise<unknown>,
): (event: unknown) => Promise<void> {
  let ranAtMs = -Infinity;
  return async (event) => {
    const parsed = Envelope.safeParse(event);
    const [, , , region, account] = deps.deployment.flowArn.split(':');
    if (!parsed.success || parsed.data.account !== account || parsed.data.region !== region) {
      deps.logger.warn('alarm event ignored', { reason: parsed.success ? 'foreign' : 'malformed' });
      return;
    }
    const nowMs = deps.now().getTime();
    const ageSeconds = (nowMs - Date.parse(parsed.data.time)) / 1000;
    // The monitor has already seen what older events report.
    if (Math.abs(ageSeconds) > AGE_SECONDS_MAX) return;
    const sinceMs = nowMs - ranAtMs;
    if (sinceMs >= 0 && sinceMs < deps.lookEverySeconds * 1000) return;
    ranAtMs = nowMs;
    try {
      await run();
    } catch (error) {
      ranAtMs = -Infinity;
      throw error;
    }
  };
}
