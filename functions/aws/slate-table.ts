import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { TableDeps } from './clients.ts';

/** The record of the operator's own slate. The image is stored first, so a record always has one. */
export interface OwnSlate {
  /** As MediaLive wants it, `s3ssl://bucket/key`. */
  uri: string;
  width: number;
  height: number;
  uploadedAt: string;
  uploadedBy: string;
}

const KEY = { pk: 'SLATE-IMAGE', sk: 'deployment' };

/** Returns the operator's own slate; null for the plain one. */
export async function getOwnSlate({ clients, deployment }: TableDeps): Promise<OwnSlate | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: KEY, ConsistentRead: true }),
  );
  return item ? (item.slate as OwnSlate) : null;
}

/** Returns to the plain slate. */
export async function removeOwnSlate({ clients, deployment }: TableDeps): Promise<void> {
  await clients.table.send(new DeleteCommand({ TableName: deployment.tableName, Key: KEY }));
}

/** Stores the record of an image that is stored already. */
export async function putOwnSlate({ clients, deployment }: TableDeps, slate: OwnSlate): Promise<void> {
  await clients.table.send(new PutCommand({ TableName: deployment.tableName, Item: { ...KEY, slate } }));
}
