import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  bucketOf,
  BUCKETS_KEPT_MS,
  closesAtMs,
  toBucket,
  type ChatBucket,
  type ChatEvent,
} from '../domain/chat-bucket.ts';
import { REACTION_NAMES, type ReactionCounts } from '../domain/chat-reactions.ts';
import { CHAT_PARTITIONS, expiresAfter } from './chat-partitions.ts';
import type { TableDeps } from './clients.ts';
import { queryPages } from './query-partition.ts';

/**
 * What happens in chats, by bucket. Events that readers have had are of no use, so the table deletes them soon.
 *
 *   audience#chat-events#<showId>    <bucket>#<eventId>
 *   audience#chat-events#<showId>    <bucket>#~reactions    counters
 */

interface PublishDeps extends TableDeps {
  now: () => Date;
  /** Returns text that is different at each call. */
  newEventId: () => string;
}

const BUCKET_DIGITS = 12;
const REACTIONS = '~reactions';
const WRITES_MAX = 4;

const placeOf = (bucket: number, id: string) => `${String(bucket).padStart(BUCKET_DIGITS, '0')}#${id}`;

/**
 * Publishes an event to readers. A write that arrives after its bucket was read is repeated in a later one, because the
 * answer with the first bucket may be in caches already.
 * @throws {Error} when the table is too slow each time
 */
export async function publishChatEvent(deps: PublishDeps, showId: string, event: ChatEvent): Promise<void> {
  const { clients, deployment, now, newEventId } = deps;
  const eventId = newEventId();
  for (let writes = 0; writes < WRITES_MAX; writes += 1) {
    const startedAt = now();
    const bucket = bucketOf(startedAt.getTime());
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: {
          pk: CHAT_PARTITIONS.events(showId),
          sk: placeOf(bucket, eventId),
          event,
          expiresAt: expiresAfter(startedAt, BUCKETS_KEPT_MS * 2),
        },
      }),
    );
    if (now().getTime() < closesAtMs(bucket)) return;
  }
  throw new Error('the chat event was stored too late for its readers each time');
}

/** Adds reactions to the bucket of now, with one write whatever their number. */
export async function addReactionsToBucket(
  { clients, deployment }: TableDeps,
  showId: string,
  counts: ReactionCounts,
  now: Date,
): Promise<void> {
  const names = REACTION_NAMES.filter((name) => (counts[name] ?? 0) > 0);
  if (names.length === 0) return;
  await clients.table.send(
    new UpdateCommand({
      TableName: deployment.tableName,
      Key: { pk: CHAT_PARTITIONS.events(showId), sk: placeOf(bucketOf(now.getTime()), REACTIONS) },
      UpdateExpression: `SET expiresAt = :expires ADD ${names.map((name) => `${name} :${name}`).join(', ')}`,
      ExpressionAttributeValues: {
        ':expires': expiresAfter(now, BUCKETS_KEPT_MS * 2),
        ...Object.fromEntries(names.map((name) => [`:${name}`, counts[name]])),
      },
    }),
  );
}

/** Reads a bucket. Read it after it was closed, because the answer is kept. */
export async function readChatBucket(deps: TableDeps, showId: string, bucket: number): Promise<ChatBucket> {
  const events: ChatEvent[] = [];
  let reactions: ReactionCounts = {};
  const pages = queryPages(deps, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': CHAT_PARTITIONS.events(showId),
      ':from': placeOf(bucket, ''),
      ':to': placeOf(bucket, REACTIONS),
    },
    ConsistentRead: true,
  });
  for await (const items of pages) {
    for (const { sk, event, ...rest } of items) {
      if (String(sk).endsWith(REACTIONS)) reactions = toCounts(rest);
      else events.push(event as ChatEvent);
    }
  }
  return toBucket(bucket, events, reactions);
}

function toCounts(item: Record<string, unknown>): ReactionCounts {
  return Object.fromEntries(REACTION_NAMES.flatMap((name) => (name in item ? [[name, Number(item[name])]] : [])));
}
