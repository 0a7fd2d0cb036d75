import { describe, expect, it } from 'vitest';
import { findMissingPermission, type AccessRule, type SignedCall } from './limited-key.ts';

const RULES: AccessRule[] = [
  { actions: ['dynamodb:GetItem', 'dynamodb:Query'], resources: ['table/SHOWS', 'table/LINKS#*'] },
  { actions: ['dynamodb:PutItem'], resources: ['table/notes#*'] },
  { actions: ['s3:GetObject'], resources: ['bucket/covers/*'] },
  { actions: ['mediapackage:ListOriginEndpoints'] },
];

function lacks(call: Partial<Omit<SignedCall, 'body' | 'url'>> & { path?: string; body?: object | string }) {
  const { path = '/', body = '', ...rest } = call;
  return findMissingPermission(RULES, {
    ...{ signingName: 'dynamodb', method: 'POST', target: undefined, ...rest },
    url: new URL(`http://127.0.0.1${path}`),
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });
}

const table = (name: string, body: object | string) => lacks({ target: `DynamoDB_20120810.${name}`, body });
const key = (pk: string) => ({ TableName: 'table', Key: { pk: { S: pk }, sk: { S: 'x' } } });
const query = (expression: string, pk: string, more: object = {}) => ({
  ...{ TableName: 'table', KeyConditionExpression: expression, ...more },
  ExpressionAttributeValues: { ':pk': { S: pk } },
});

describe('findMissingPermission', () => {
  it('allows the partitions that a rule names, for its actions', () => {
    expect(table('GetItem', key('SHOWS'))).toBeNull();
    expect(table('GetItem', key('LINKS#a'))).toBeNull();
    expect(table('Query', query('pk = :pk', 'SHOWS'))).toBeNull();
    expect(table('Query', query('pk = :pk AND begins_with(sk, :x)', 'LINKS#a'))).toBeNull();
    expect(table('PutItem', { TableName: 'table', Item: { pk: { S: 'notes#1' } } })).toBeNull();
  });

  it.each([
    ['GetItem', key('DESTINATIONS'), 'dynamodb:GetItem on table/DESTINATIONS'],
    ['GetItem', key('SHOWS-OF-OTHERS'), 'dynamodb:GetItem on table/SHOWS-OF-OTHERS'],
    ['GetItem', { ...key('SHOWS'), TableName: 'other' }, 'dynamodb:GetItem on other/SHOWS'],
    ['PutItem', { TableName: 'table', Item: { pk: { S: 'SHOWS' } } }, 'dynamodb:PutItem on table/SHOWS'],
    ['DeleteItem', key('SHOWS'), 'dynamodb:DeleteItem on table/SHOWS'],
    ['Query', query('pk = :pk', 'SHOWS', { IndexName: 'ByDay' }), 'dynamodb:Query'],
    ['Query', query('#a = :pk', 'SHOWS'), 'dynamodb:Query'],
    ['Query', query('pk = :pk', 'SHOWS', { ExclusiveStartKey: { pk: { S: 'OTHER' } } }), 'dynamodb:Query'],
    ['Scan', { TableName: 'table' }, 'dynamodb:Scan'],
    ['BatchGetItem', { RequestItems: { table: { Keys: [key('SHOWS').Key] } } }, 'dynamodb:BatchGetItem'],
    ['ExecuteStatement', { Statement: 'SELECT * FROM "table"' }, 'dynamodb:ExecuteStatement'],
    ['GetItem', 'no JSON', 'dynamodb:GetItem'],
  ])('denies %s of %j', (name, body, missing) => expect(table(name, body)).toBe(missing));

  it('denies a call without a readable action', () => {
    expect(lacks({ body: key('SHOWS') })).toBe('this request to dynamodb');
    expect(lacks({ signingName: 'kms', target: 'TrentService.Decrypt' })).toBe('this request to kms');
  });

  it.each([
    ['GET', '/bucket/covers/shw_1/a.png?x-id=GetObject', null],
    ['HEAD', '/bucket/covers/a.png', null],
    ['GET', '/bucket/reports/a.json', 's3:GetObject on bucket/reports/a.json'],
    ['GET', '/other/covers/a.png', 's3:GetObject on other/covers/a.png'],
    ['GET', '/bucket/%63overs/a.png', null],
    ['GET', '/bucket/covers/a.png?acl', 'this request to s3'],
    ['GET', '/bucket?list-type=2', 'this request to s3'],
    ['GET', '/', 'this request to s3'],
    ['PUT', '/bucket/covers/a.png', 'this request to s3'],
  ])('reads %s %s of S3', (method, path, missing) => expect(lacks({ signingName: 's3', method, path })).toBe(missing));

  it('allows an action whose rule has no resources', () => {
    const call = { signingName: 'mediapackage', method: 'GET' };
    expect(lacks({ ...call, path: '/origin_endpoints?channelId=x' })).toBeNull();
    expect(lacks({ ...call, path: '/channels' })).toBe('this request to mediapackage');
    expect(lacks({ ...call, method: 'POST', path: '/origin_endpoints' })).toBe('this request to mediapackage');
  });
});
