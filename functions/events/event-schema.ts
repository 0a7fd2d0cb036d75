import * as z from 'zod/mini';

/**
 * The events of the media services that concern a running destination, as AWS documents them. Only the fields that name
 * the subject are read. `detail` is ignored, because the services' own answers are the truth.
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-medialive.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-mediaconnect.html
 */

/** Event types that report a possible change, by source. The rules on AWS forward them, and this code accepts them. */
export const WAKING_TYPES: Record<'aws.medialive' | 'aws.mediaconnect', readonly string[]> = {
  'aws.medialive': ['MediaLive Channel State Change', 'MediaLive Channel Alert'],
  // Leaves out "MediaConnect Flow Source Metadata Changed", which arrives every 20 seconds whether or not it changed.
  'aws.mediaconnect': [
    'MediaConnect Flow Status Change',
    'MediaConnect Source Health',
    'MediaConnect Flow Health',
    'MediaConnect Output Health',
    'MediaConnect Flow Content Quality',
  ],
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

/** Why an event is ignored. */
export type Refusal = 'malformed' | 'unknown' | 'foreign';

/** The subject of an event (the ARN of a channel or of the flow), and when it was sent. */
export interface MediaEvent {
  subjectArn: string;
  sentAt: Date;
}

/**
 * Parses an event from the bus, onto which anyone with the permission can put anything.
 * @param flowArn the deployment's flow, whose account and Region the event must match
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
