import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { TableDeps } from './clients.ts';
import { queryNewest } from './query-partition.ts';

/** E-mails that were not sent because no mail server is configured, kept 7 days for the outbox page. */
export interface OutboxMail {
  deliveryId: string;
  at: string;
  to: string;
  subject: string;
  text: string;
}

const PARTITION = 'OUTBOX';
const KEPT_SECONDS = 7 * 86_400;

/** Keeps an e-mail. Keeping the same one again has no effect. */
export async function putOutboxMail({ clients, deployment }: TableDeps, mail: OutboxMail): Promise<void> {
  const expiresAt = Math.floor(Date.parse(mail.at) / 1000) + KEPT_SECONDS;
  // The part of a delivery's id behind its target sorts by time.
  const sk = mail.deliveryId.split('_').toReversed().join('_');
  await clients.table.send(
    new PutCommand({ TableName: deployment.tableName, Item: { pk: PARTITION, sk, ...mail, expiresAt } }),
  );
}

/** Lists the newest e-mails, newest first. */
export async function listOutboxMails(deps: TableDeps, limit: number): Promise<OutboxMail[]> {
  const { items } = await queryNewest(deps, PARTITION, { limit });
  return items.map(({ pk: _pk, sk: _sk, expiresAt: _expiresAt, ...mail }) => mail as unknown as OutboxMail);
}
