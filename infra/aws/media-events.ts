import { Duration } from 'aws-cdk-lib';
import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ALARM_EVENT } from '../../functions/events/alarm-event.ts';
import { WAKING_TYPES } from '../../functions/events/event-schema.ts';

interface MediaEventsProps {
  deploymentId: string;
  flowArn: string;
  monitor: IFunction;
  deadLetters: IQueue;
}

/**
 * Selects the events that wake the monitor, by the types it handles.
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-mediaconnect.html
 */
function patterns(flowArn: string, alarmPrefix: string): Record<string, EventPattern> {
  return {
    MediaLive: {
      source: ['aws.medialive'],
      detailType: [...WAKING_TYPES['aws.medialive']],
    },
    MediaConnect: {
      source: ['aws.mediaconnect'],
      detailType: [...WAKING_TYPES['aws.mediaconnect']],
      resources: [flowArn],
    },
    Alarm: {
      source: [ALARM_EVENT.source],
      detailType: [ALARM_EVENT.detailType],
      detail: { alarmName: [{ prefix: alarmPrefix }] },
    },
  };
}

/** Creates the rules by which events of the media services and our own alarms wake the monitor. */
export function createMediaEvents(
  scope: Construct,
  { deploymentId, flowArn, monitor, deadLetters }: MediaEventsProps,
): void {
  for (const [name, eventPattern] of Object.entries(patterns(flowArn, `sluice-${deploymentId}-`))) {
    new Rule(scope, `Events-${name}`, {
      ruleName: `sluice-${deploymentId}-${name.toLowerCase()}`,
      description: `${name} event: wakes the monitor`,
      eventPattern,
      targets: [
        new LambdaFunction(monitor, {
          deadLetterQueue: deadLetters,
          retryAttempts: 2,
          maxEventAge: Duration.minutes(5),
        }),
      ],
    });
  }
}
