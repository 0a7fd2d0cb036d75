import * as z from 'zod/mini';

/**
 * The events of the media services that say something about a running destination, as AWS documents them ("MediaLive
 * events" and "MediaConnect events" in the EventBridge event reference). Only what tells whom an event is about is read:
 * `detail` may say what it likes, because the truth is what the services answer when they are asked.
 */

/** Types that say something may have changed, by source: what the rules on AWS let through, and what is heeded here. */
export const WAKING_TYPES: Record<'aws.medialive' | 'aws.mediaconnect', readonly string[]> = {
  'aws.medialive': ['MediaLive Channel State Change', 'MediaLive Channel Alert'],
  // "MediaConnect Flow Source Metadata Changed" comes every 20 seconds, whatever happens.
  'aws.mediaconnect': ['MediaConnect Flow Status Change', 'MediaConnect Source Health', 'MediaConnect Flow Health'],
};

const isKnownSource = (source: string): source is keyof typeof WAKING_TYPES => Object.hasOwn(WAKING_TYPES, source);

const SERVICES: Record<string, string> = { 'aws.medialive': 'medialive', 'aws.mediaconnect': 'mediaconnect' };

const Text = z.string().check(z.maxLength(300));

const Envelope = z.object({
  source: Text,
  'detail-type': Text,
  account: z.string().check(z.regex(/^\d{12}$/)),
  region: z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/)),
  time: z.iso.datetime(),
  resources: z.array(Text).check(z.minLength(1), z.maxLength(10)),
  detail: z.record(z.string(), z.unknown()),
});

/** Why an event is left alone. */
export type Refusal = 'malformed' | 'unknown' | 'foreign';

/** Whom an event is about: a channel or the flow by ARN, and when it was sent. */
export interface MediaEvent {
  subjectArn: string;
  sentAt: Date;
}

/**
 * Reads an event as it came over the bus, on which anybody with the permission can put anything.
 * @param flowArn of the deployment; says in which account and Region it lives
 */
export function parseMediaEvent(event: unknown, flowArn: string): MediaEvent | Refusal {
  const parsed = Envelope.safeParse(event);
  if (!parsed.success) return 'malformed';
  const { source, account, region, time, resources } = parsed.data;
  const types = isKnownSource(source) ? WAKING_TYPES[source] : [];
  if (!types.includes(parsed.data['detail-type'])) return 'unknown';
  const [, , , ownRegion, ownAccount] = flowArn.split(':');
  if (account !== ownAccount || region !== ownRegion) return 'foreign';
  const prefix = `:${SERVICES[source]}:${region}:${account}:${source === 'aws.medialive' ? 'channel' : 'flow'}:`;
  const subjectArn = resources.find((arn) => arn.includes(prefix));
  if (subjectArn === undefined) return 'malformed';
  if (source === 'aws.mediaconnect' && subjectArn !== flowArn) return 'foreign';
  return { subjectArn, sentAt: new Date(time) };
}
