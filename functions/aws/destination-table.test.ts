import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { DESTINATION_ID, makeRecord, useTestApi } from '../../test/support/api.ts';
import { changeDestination, getDestination } from './destination-table.ts';

const test = useTestApi();

it('a record of version 0.2 is read with wishedBy as desiredBy, until a change writes desiredBy', async () => {
  const { deps } = test;
  const { tableName } = deps.deployment;
  const item = { ...makeRecord(), pk: 'DESTINATIONS', sk: DESTINATION_ID, wishedBy: 'ada' };
  await deps.clients.table.send(new PutCommand({ TableName: tableName, Item: item }));
  const record = await getDestination(deps, DESTINATION_ID);
  expect(record).toMatchObject({ desiredBy: 'ada' });
  expect(record).not.toHaveProperty('wishedBy');
  await changeDestination(deps, DESTINATION_ID, (before) => ({ ...before, desiredBy: 'grace' }));
  expect(await getDestination(deps, DESTINATION_ID)).toMatchObject({ desiredBy: 'grace' });
});
