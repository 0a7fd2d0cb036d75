import { describe, expect, it } from 'vitest';
import type { RecordedCall } from './recorded-call.ts';
import { checkRequest } from './request-rules.ts';

/** That the rules bite; iam-lifecycle.test.ts holds every request of a whole run against them. */

const wrong: [what: string, service: RecordedCall['service'], operation: string, input: object, complaint: RegExp][] = [
  ['a key that is empty', 'table', 'GetItem', { TableName: 'sluice', Key: { pk: 'A', sk: '' } }, /Key\.sk/],
  [
    'a placeholder nobody defines',
    'table',
    'DeleteItem',
    { TableName: 'sluice', Key: { pk: 'A', sk: 'b' }, ConditionExpression: 'a = :b' },
    /:b is not defined/,
  ],
  [
    'a value nobody uses',
    'table',
    'Query',
    { TableName: 'sluice', KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'A', ':sk': 'b' } },
    /:sk is not used/,
  ],
  [
    'a plaintext above 4096 bytes',
    'kms',
    'Encrypt',
    { KeyId: 'key', Plaintext: Array(4097).fill(0), EncryptionContext: {} },
    /Plaintext/,
  ],
  ['a name Step Functions refuses', 'sfn', 'StartExecution', { name: 'a b' }, /name/],
  [
    'a stream of another form',
    'cloudWatchLogs',
    'GetLogEvents',
    { logGroupName: 'G', logStreamName: 'a:b', limit: 1, startFromHead: false },
    /logStreamName/,
  ],
  ['a port that is text', 'mediaConnect', 'AddFlowOutputs', { Outputs: [{ Port: '5000' }] }, /Outputs\.0\.Port/],
  ['a channel at twice the price', 'mediaLive', 'CreateChannel', { ChannelClass: 'STANDARD' }, /ChannelClass/],
  ['a tag of AWS’s own', 'mediaLive', 'CreateInput', { Tags: { 'aws:mine': 'x' } }, /Tags/],
  [
    'a setting out of its range',
    'mediaLive',
    'UpdateChannel',
    { EncoderSettings: { VideoDescriptions: [{ CodecSettings: { H264Settings: { QvbrQualityLevel: 11 } } }] } },
    /QvbrQualityLevel is 11/,
  ],
  ['a setting nobody has looked up', 'mediaLive', 'UpdateChannel', { EncoderSettings: { Unheard: 1 } }, /looked up/],
  ['a member that is none', 'mediaLive', 'StartChannel', { ChannelId: '1', Force: true }, /Force/],
  ['an operation nobody has looked up', 'mediaLive', 'RebootInputDevice', {}, /no rule/],
];

describe('the rules of AWS’s requests', () => {
  it.each(wrong)('refuse %s', (_, service, operation, input, complaint) => {
    expect(checkRequest({ service, operation, input }).join('\n')).toMatch(complaint);
  });

  it('let a request pass that is in order', () => {
    const input = { TableName: 'sluice', Key: { pk: 'A', sk: 'b' }, ConsistentRead: true };
    expect(checkRequest({ service: 'table', operation: 'GetItem', input })).toEqual([]);
  });
});
