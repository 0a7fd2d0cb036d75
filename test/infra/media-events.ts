/**
 * Builds events as AWS documents them: MediaLive and MediaConnect on the default bus, and EventBridge Scheduler's event
 * for a function without a configured input.
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-medialive.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-mediaconnect.html
 */

const envelope = {
  version: '0',
  id: '05ab7b67-8f2a-4d0a-9d6f-6d2b6b1c8a11',
  account: '000000000000',
  region: 'us-east-1',
};
const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

/** Returns the event of a channel state change. */
export function makeChannelEvent(channelArn: string, state = 'RUNNING') {
  return {
    ...envelope,
    'detail-type': 'MediaLive Channel State Change',
    source: 'aws.medialive',
    time: now(),
    resources: [channelArn],
    detail: { channel_arn: channelArn, state, message: 'State Change', pipelines_running_count: 1 },
  };
}

/** Returns the event of a flow status change. */
export function makeFlowEvent(flowArn: string) {
  return {
    ...envelope,
    'detail-type': 'MediaConnect Flow Status Change',
    source: 'aws.mediaconnect',
    time: now(),
    resources: [flowArn],
    detail: { 'flow-arn': flowArn, 'previous-status': 'STARTING', 'new-status': 'ACTIVE' },
  };
}

/** Returns the event of a schedule. */
export function makeScheduledEvent(name: string) {
  return {
    ...envelope,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    time: now(),
    resources: [`arn:aws:scheduler:us-east-1:000000000000:schedule/default/${name}`],
    detail: '{}',
  };
}
