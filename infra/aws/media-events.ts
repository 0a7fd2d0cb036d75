import { Duration } from 'aws-cdk-lib';
import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

interface MediaEventsProps {
  deploymentId: string;
  flowArn: string;
  monitor: IFunction;
  deadLetters: IQueue;
}

/**
 * Events that are a reason to look. Only what changes what is shown: MediaConnect also reports every twenty seconds that
 * the source's metadata is as it was.
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-mediaconnect.html
 */
function patterns(flowArn: string): Record<string, EventPattern> {
  return {
    MediaLive: {
      source: ['aws.medialive'],
      detailType: ['MediaLive Channel State Change', 'MediaLive Channel Alert'],
    },
    MediaConnect: {
      source: ['aws.mediaconnect'],
      detailType: [
        'MediaConnect Flow Status Change',
        'MediaConnect Source Health',
        'MediaConnect Output Health',
        'MediaConnect Alert',
      ],
      resources: [flowArn],
    },
  };
}

/** Lets events of the media services wake the monitor. */
export function createMediaEvents(
  scope: Construct,
  { deploymentId, flowArn, monitor, deadLetters }: MediaEventsProps,
): void {
  for (const [name, eventPattern] of Object.entries(patterns(flowArn))) {
    new Rule(scope, `Events-${name}`, {
      ruleName: `sluice-${deploymentId}-${name.toLowerCase()}`,
      description: `${name} reports something: look`,
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
