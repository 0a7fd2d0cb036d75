import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDynamodb, LocalDatabaseError } from './create-dynamodb.ts';

let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-database-'));
  const { handle, close } = await createDynamodb({ directory });
  await handle(makeTable());
  await close();
  // Opened once more, what was only in the log comes into a table file.
  await (await createDynamodb({ directory })).close();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function makeTable(): Request {
  const body = {
    TableName: 'records',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  };
  const headers = { 'x-amz-target': 'DynamoDB_20120810.CreateTable', 'content-type': 'application/x-amz-json-1.0' };
  return new Request('http://127.0.0.1/', { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('a damaged database', () => {
  it.each([
    ['its list of files is', 'CURRENT'],
    ['its manifest is', 'MANIFEST-'],
    ['a table file is', '.ldb'],
  ])('is refused when it is opened, with a remedy and not as one in use: %s', async (_what, part) => {
    const file = readdirSync(directory).find((name) => name.includes(part));
    writeFileSync(join(directory, file!), '');
    const failure = await createDynamodb({ directory }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LocalDatabaseError);
    const { message } = failure as Error;
    expect(message).toContain(directory);
    expect(message).toContain('backup');
    expect(message).not.toContain('another process');
  });
});
