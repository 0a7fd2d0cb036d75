import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { DEFAULT_SOUND, type SoundSettings } from '../domain/sound.ts';
import type { TableDeps } from './clients.ts';

/** The sound of destinations that have no settings of their own. */
const KEY = { pk: 'SOUND-SETTINGS', sk: 'deployment' };

/** Reads the deployment's settings. */
export async function getCommonSound({ clients, deployment }: TableDeps): Promise<SoundSettings> {
  const { Item: item } = await clients.table.send(new GetCommand({ TableName: deployment.tableName, Key: KEY }));
  return item ? (item.sound as SoundSettings) : DEFAULT_SOUND;
}

/** Stores the deployment's settings. */
export async function putCommonSound({ clients, deployment }: TableDeps, sound: SoundSettings): Promise<void> {
  await clients.table.send(new PutCommand({ TableName: deployment.tableName, Item: { ...KEY, sound } }));
}
