import { encryptTargetSecret } from '../../functions/aws/secrets.ts';
import { DEFAULT_FILTER, rotateSecret, type NotificationTarget } from '../../functions/domain/notification-target.ts';
import type { SendDeps } from '../../functions/notify/send-message.ts';

const CREATED_AT = new Date('2026-11-21T10:00:00.000Z');
export const TARGET_ID = 'tgt_01k8m3v0s5n2q8w4x6y7z9a1bc';

/** A target whose URL and signing secret are encrypted like those the API stores. */
export async function makeTarget(
  deps: Pick<SendDeps, 'clients' | 'deployment'>,
  { url, secret, ...changes }: Partial<NotificationTarget> & { url?: string; secret?: string } = {},
): Promise<NotificationTarget> {
  const targetId = changes.targetId ?? TARGET_ID;
  const encrypt = (use: 'url' | 'signing', text: string) => encryptTargetSecret(deps, targetId, use, text);
  return {
    targetId,
    name: 'Studio',
    kind: 'webhook',
    email: null,
    urlHost: url === undefined ? null : new URL(url).hostname,
    urlCiphertext: url === undefined ? null : await encrypt('url', url),
    secrets: secret === undefined ? [] : rotateSecret([], await encrypt('signing', secret), CREATED_AT),
    filter: { ...DEFAULT_FILTER, eventTypes: [] },
    isEnabled: true,
    disabledReason: null,
    failuresInSequence: 0,
    failingSince: null,
    createdAt: CREATED_AT.toISOString(),
    lastModified: CREATED_AT.toISOString(),
    createdBy: 'operator',
    writeCount: 1,
    ...changes,
  };
}
