import { paginateLookupEvents } from '@aws-sdk/client-cloudtrail';
import { resourceName } from '../../../../functions/aws/names.ts';
import { wrongKeyOf } from '../finding.ts';
import { proofName, type CheckContext } from '../proof-context.ts';
import { OutOfTime, arrived, pending, waitFor } from '../waiting.ts';
import { beginningOf } from '../journal.ts';
import type { Check } from './check.ts';

/** CloudTrail shows an event after five minutes on average and fifteen at most. [awscloudtrail: LookupEvents] */
const LIMIT_MS = 15 * 60_000;
const EVENTS_MAX = 500;

/** Checks whether CloudTrail stores the stream key. The event itself never leaves this file. */
export const cloudtrail: Check = {
  checkId: 'cloudtrail',
  title: 'searching CloudTrail for the made-up key',
  limits: { minutesMax: 16 },
  async run(context) {
    const name = resourceName(context.found.deployment, proofName(context.runId, 'rtmp'));
    const isMade = context.journal.entries.some(
      (entry) => entry.entry === 'made' && entry.resource === 'channel' && entry.name === name,
    );
    if (!isMade) {
      context.decide('AWS-28', 'not decided', 'no RTMP channel was created in this run');
      return;
    }
    try {
      const text = await waitFor(
        context,
        'CloudTrail to record CreateChannel',
        async () => {
          const found = await findCreateChannel(context, name);
          return found === null ? pending('no such event') : arrived(found);
        },
        { limitMs: LIMIT_MS, everyMs: 60_000 },
      );
      const isThere = text.includes(wrongKeyOf(context.runId));
      const seen = `the event of CreateChannel ${isThere ? 'holds' : 'does not hold'} the made-up key`;
      context.decide('AWS-28', isThere ? 'does not hold' : 'holds', seen);
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      context.decide('AWS-28', 'not decided', `${error.message}; npm run prove -- --costs checks again`);
    }
  },
};

async function findCreateChannel({ deps, journal }: CheckContext, name: string): Promise<string | null> {
  const pages = paginateLookupEvents(
    { client: deps.clients.cloudTrail },
    {
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateChannel' }],
      StartTime: new Date(beginningOf(journal)?.atMs ?? 0),
    },
  );
  let read = 0;
  for await (const { Events: events = [] } of pages) {
    const found = events.find(({ CloudTrailEvent: text }) => text?.includes(name));
    if (found?.CloudTrailEvent !== undefined) return found.CloudTrailEvent;
    read += events.length;
    if (read >= EVENTS_MAX) break;
  }
  return null;
}
