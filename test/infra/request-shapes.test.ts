import { describe, expect, it } from 'vitest';
import type { RecordedCall } from './recorded-call.ts';
import { checkRequest } from './request-rules.ts';

/** Shows that the rules can fail. iam-lifecycle.test.ts applies them to every request of a whole run. */

const wrong: [what: string, service: RecordedCall['service'], operation: string, input: object, complaint: RegExp][] = [
  ['an empty key', 'table', 'GetItem', { TableName: 'sluice', Key: { pk: 'A', sk: '' } }, /Key\.sk/],
  [
    'an undefined placeholder',
    'table',
    'DeleteItem',
    { TableName: 'sluice', Key: { pk: 'A', sk: 'b' }, ConditionExpression: 'a = :b' },
    /:b is not defined/,
  ],
  [
    'an unused value',
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
  ['an invalid execution name', 'sfn', 'StartExecution', { name: 'a b' }, /name/],
  [
    'an invalid log stream name',
    'cloudWatchLogs',
    'GetLogEvents',
    { logGroupName: 'G', logStreamName: 'a:b', limit: 1, startFromHead: false },
    /logStreamName/,
  ],
  [
    'a port given as text',
    'mediaConnect',
    'AddFlowOutputs',
    { Outputs: [{ Protocol: 'rtp-fec', Port: '5000' }] },
    /Outputs\.0\.Port/,
  ],
  [
    'an encryption with an algorithm',
    'mediaConnect',
    'AddFlowOutputs',
    { Outputs: [{ Protocol: 'srt-caller', Encryption: { KeyType: 'srt-password', Algorithm: 'aes256' } }] },
    /Outputs\.0\.Encryption/,
  ],
  [
    'a passphrase that SRT cannot use',
    'secretsManager',
    'CreateSecret',
    { Name: 'sluice/x', SecretString: 'short' },
    /SecretString/,
  ],
  ['a channel without a class, which would be STANDARD', 'mediaLive', 'CreateChannel', {}, /ChannelClass/],
  [
    'a channel of two pipelines with one address',
    'mediaLive',
    'CreateChannel',
    { ChannelClass: 'STANDARD', Destinations: [{ Id: 'destination', Settings: [{}] }] },
    /Destinations\.0\.Settings/,
  ],
  ['a tag with AWS’s reserved prefix', 'mediaLive', 'CreateInput', { Tags: { 'aws:mine': 'x' } }, /Tags/],
  [
    'a setting out of range',
    'mediaLive',
    'UpdateChannel',
    { EncoderSettings: { VideoDescriptions: [{ CodecSettings: { H264Settings: { QvbrQualityLevel: 11 } } }] } },
    /QvbrQualityLevel is 11/,
  ],
  ['a setting without a listed range', 'mediaLive', 'UpdateChannel', { EncoderSettings: { Unheard: 1 } }, /not listed/],
  ['an unknown member', 'mediaLive', 'StartChannel', { ChannelId: '1', Force: true }, /Force/],
  ['an unlisted operation', 'mediaLive', 'RebootInputDevice', {}, /no rule/],
];

describe('checkRequest', () => {
  it.each(wrong)('refuses %s', (_, service, operation, input, complaint) => {
    expect(checkRequest({ service, operation, input }).join('\n')).toMatch(complaint);
  });

  it('accepts a valid request', () => {
    const input = { TableName: 'sluice', Key: { pk: 'A', sk: 'b' }, ConsistentRead: true };
    expect(checkRequest({ service: 'table', operation: 'GetItem', input })).toEqual([]);
  });
});
