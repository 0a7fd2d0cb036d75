import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { DEFAULT_RECORDING_SETTINGS, type Recording, type RecordingSettings } from '../domain/recording.ts';
import { changeRecord, replaceItem } from './change-record.ts';
import type { TableDeps } from './clients.ts';
import { insertItem } from './insert-item.ts';
import { queryNewest, queryPartition } from './query-partition.ts';

/**
 * Recordings, one partition in the order of their age:
 *
 *   RECORDINGS          <recordingId>
 *   RECORDINGS-OPEN     <recordingId>    a mark while work on it is left, by which the sweep finds it
 *   RECORDING-SETTINGS  main
 *
 * The mark is written before the recording and removed after its work has ended, so one may be left over, but none is
 * missing.
 */

const PARTITION = 'RECORDINGS';
const OPEN = 'RECORDINGS-OPEN';
const SETTINGS = { pk: 'RECORDING-SETTINGS', sk: 'main' };

function fromItem({ pk: _pk, sk: _sk, ...recording }: Record<string, unknown>): Recording {
  return recording as unknown as Recording;
}

/** Reads one recording, strongly consistent. Returns null when it does not exist. */
export async function getRecording({ clients, deployment }: TableDeps, recordingId: string): Promise<Recording | null> {
  const key = { pk: PARTITION, sk: recordingId };
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: key, ConsistentRead: true }),
  );
  return item ? fromItem(item) : null;
}

/** Lists one page, newest first. @param page.after the last id of the page before */
export async function listRecordings(
  deps: TableDeps,
  page: { limit: number; after?: string | undefined },
): Promise<{ recordings: Recording[]; last: string | null }> {
  const { items, last } = await queryNewest(deps, PARTITION, page);
  return { recordings: items.map(fromItem), last };
}

/** Lists all recordings, oldest first. */
export async function listAllRecordings(deps: TableDeps): Promise<Recording[]> {
  return (await queryPartition(deps, PARTITION)).map(({ item }) => fromItem(item));
}

/** Lists the ids of recordings with work left, oldest first. One may have none, or be gone. */
export async function listOpenRecordings(deps: TableDeps): Promise<string[]> {
  return (await queryPartition(deps, OPEN)).map(({ sk }) => sk);
}

/** Stores a new recording with its mark. Repeating it changes nothing. */
export async function insertRecording(deps: TableDeps, recording: Recording): Promise<void> {
  await markOpen(deps, recording.recordingId);
  await insertItem(deps, { pk: PARTITION, sk: recording.recordingId, ...recording });
}

/** Marks a recording as having work left. */
export async function markOpen({ clients, deployment }: TableDeps, recordingId: string): Promise<void> {
  await clients.table.send(new PutCommand({ TableName: deployment.tableName, Item: { pk: OPEN, sk: recordingId } }));
}

/** Removes the mark of a recording. */
export async function removeOpenMark({ clients, deployment }: TableDeps, recordingId: string): Promise<void> {
  await clients.table.send(new DeleteCommand({ TableName: deployment.tableName, Key: { pk: OPEN, sk: recordingId } }));
}

/**
 * Reads, changes and writes a recording, and computes the change again when another writer came first.
 * @param change returns the recording to store, or the same object to write nothing
 * @returns the recording as stored; null when it does not exist
 * @throws {AppError} `concurrent_change` when other writers came first on every attempt
 */
export function changeRecording(
  deps: TableDeps,
  recordingId: string,
  change: (recording: Recording) => Recording,
): Promise<Recording | null> {
  return changeRecord(`recording ${recordingId}`, {
    read: () => getRecording(deps, recordingId),
    change,
    write: (before, after) => replaceItem(deps, before, { pk: PARTITION, sk: recordingId, ...after }),
  });
}

/** Removes the record of a recording whose objects are gone, and its mark. */
export async function removeRecording(deps: TableDeps, recordingId: string): Promise<void> {
  const { clients, deployment } = deps;
  await clients.table.send(
    new DeleteCommand({ TableName: deployment.tableName, Key: { pk: PARTITION, sk: recordingId } }),
  );
  await removeOpenMark(deps, recordingId);
}

/** Reads the settings. */
export async function getRecordingSettings({ clients, deployment }: TableDeps): Promise<RecordingSettings> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: SETTINGS, ConsistentRead: true }),
  );
  const { pk: _pk, sk: _sk, ...stored } = item ?? {};
  return { ...DEFAULT_RECORDING_SETTINGS, ...stored };
}

/** Replaces the settings. */
export async function putRecordingSettings(
  { clients, deployment }: TableDeps,
  settings: RecordingSettings,
): Promise<void> {
  await clients.table.send(new PutCommand({ TableName: deployment.tableName, Item: { ...SETTINGS, ...settings } }));
}
