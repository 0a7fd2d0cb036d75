import type { DynaliteStore, StoredTable } from 'dynalite/db/index.js';
import type { JsonBody } from '../wire/aws-json.ts';

/** The part of an UpdateTable request that adds an index. */
interface NewIndex {
  AttributeDefinitions: StoredTable['AttributeDefinitions'];
  Create: { IndexName: string; KeySchema: unknown; Projection: unknown };
}

/** Reads the new index from an UpdateTable request; null if it requests something else. */
export function readNewIndex(input: JsonBody): NewIndex | null {
  const updates = input['GlobalSecondaryIndexUpdates'];
  const create = Array.isArray(updates) && updates.length === 1 ? (updates[0] as JsonBody)['Create'] : undefined;
  if (typeof create !== 'object' || create === null) return null;
  const definitions = (input['AttributeDefinitions'] ?? []) as NewIndex['AttributeDefinitions'];
  return { AttributeDefinitions: definitions, Create: create as NewIndex['Create'] };
}

/**
 * Adds an index to a table, which dynalite's own UpdateTable cannot. The index goes into the table's description, where
 * every later write finds it. The caller must write existing items once more to add them to the index.
 * @returns false when the table has an index of this name
 */
export async function addIndex(store: DynaliteStore, tableName: string, newIndex: NewIndex): Promise<boolean> {
  const table = await new Promise<StoredTable>((resolve, reject) => {
    store.getTable(tableName, true, (error, found) => (error ? reject(error) : resolve(found!)));
  });
  const indexes = table.GlobalSecondaryIndexes ?? [];
  const { IndexName, KeySchema, Projection } = newIndex.Create;
  if (indexes.some((index) => index.IndexName === IndexName)) return false;
  const known = new Set(table.AttributeDefinitions.map(({ AttributeName }) => AttributeName));
  const added = newIndex.AttributeDefinitions.filter(({ AttributeName }) => !known.has(AttributeName));
  const changed: StoredTable = {
    ...table,
    AttributeDefinitions: [...table.AttributeDefinitions, ...added],
    GlobalSecondaryIndexes: [
      ...indexes,
      {
        IndexName,
        KeySchema,
        Projection,
        IndexArn: `${table.TableArn}/index/${IndexName}`,
        IndexSizeBytes: 0,
        ItemCount: 0,
        IndexStatus: 'ACTIVE',
        ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 },
      },
    ],
  };
  await new Promise<void>((resolve, reject) => {
    store.tableDb.put(tableName, changed, (error) => (error ? reject(error) : resolve()));
  });
  return true;
}
