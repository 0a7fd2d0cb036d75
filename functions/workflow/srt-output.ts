import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { getPlatform } from '../../presets/index.ts';
import { awsErrorKind } from '../aws/aws-errors.ts';
import type { OutputTarget } from '../aws/flow.ts';
import { createSecret, deleteSecret, findSecret, putSecretValue } from '../aws/passphrase-secret.ts';
import { decryptStreamKey } from '../aws/secrets.ts';
import type { HeldResources } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { parseIngestUrl } from '../domain/ingest-url.ts';
import { checkResolvedAddresses } from '../domain/public-address.ts';
import type { Released } from './release.ts';
import { requireFlow } from './require-flow.ts';
import { resourceMissing, settleWithin, type StepContext } from './step-context.ts';
import { NotSettled } from './workflow-errors.ts';

/** What only an SRT destination has: the receiver its flow output calls, and the secret with its passphrase. */

/** MediaConnect's default. */
const DEFAULT_LATENCY_MS = 2000;

/**
 * Resolves the receiver. MediaConnect takes an address and no name, so the name is resolved and checked at each start,
 * and exactly a checked address is called.
 * @throws {AppError} `url_not_allowed`
 */
async function resolveReceiver({ deps, record }: StepContext): Promise<{ addresses: string[]; port: number }> {
  const rules = { loopbackAllowed: deps.deployment.loopbackTargetsAllowed, platform: getPlatform(record.platform) };
  const parsed = parseIngestUrl(record.rtmpUrl, rules);
  if (!parsed.ok) throw new AppError('url_not_allowed', { detail: parsed.message, remedy: parsed.remedy });
  const resolved = await deps.resolveHost(parsed.url.host);
  const checked = checkResolvedAddresses(resolved, rules);
  if (!checked.ok) throw new AppError('url_not_allowed', { detail: checked.message, remedy: checked.remedy });
  const addresses = resolved.filter((address) => isIPv4(address));
  if (addresses.length === 0) {
    throw new AppError('url_not_allowed', {
      detail: 'the receiver has no IPv4 address, which MediaConnect needs',
      remedy: 'give the receiver an IPv4 address',
    });
  }
  return { addresses, port: parsed.url.port };
}

/** Resolves what the destination's flow output must be. */
export async function resolveSrtTarget(context: StepContext): Promise<OutputTarget> {
  const { record } = context;
  return {
    kind: 'srt',
    ...(await resolveReceiver(context)),
    streamId: record.streamId ?? null,
    latencyMs: record.latencyMs ?? DEFAULT_LATENCY_MS,
    encryption: encryptionOf(context),
  };
}

/** Returns null without a passphrase. With one, the feed must never leave in the clear. */
function encryptionOf({ deps, record }: StepContext): { secretArn: string; roleArn: string } | null {
  if (record.streamKeyCiphertext === null) return null;
  const { secret } = record.held;
  if (!secret) throw resourceMissing('the secret with the passphrase is not known');
  return { secretArn: secret.secretArn, roleArn: deps.deployment.flowRoleArn };
}

/**
 * Stores the passphrase for MediaConnect, which reads passphrases from Secrets Manager only. A destination without one
 * holds no secret.
 */
export async function ensureSecret(context: StepContext): Promise<Partial<HeldResources>> {
  const { deps, record, generation } = context;
  // First of all, so that nothing is stored for a start that cannot succeed.
  await requireFlow(context);
  await resolveReceiver(context);
  const { destinationId, streamKeyCiphertext: ciphertext } = record;
  // The secret of a passphrase that an edit has removed goes with the next stop.
  if (ciphertext === null) return {};
  const found = await findSecret(deps, destinationId);
  const ciphertextHash = createHash('sha256').update(ciphertext).digest('hex').slice(0, 16);
  const recorded = record.held.secret;
  if (found && recorded?.secretArn === found.secretArn && recorded.ciphertextHash === ciphertextHash) {
    return { secret: recorded };
  }
  const passphrase = await decryptStreamKey(deps, destinationId, ciphertext);
  const value = { destinationId, generation, passphrase, ciphertextHash };
  const secretArn = await unlessBeingDeleted(async () => {
    if (!found) return createSecret(deps, value);
    await putSecretValue(deps, found.secretArn, value);
    return found.secretArn;
  });
  return { secret: { secretArn, ciphertextHash } };
}

/** A deletion is asynchronous: for a while the former secret blocks its name. */
async function unlessBeingDeleted<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (awsErrorKind(error) === 'conflict') throw new NotSettled('the former secret is still being deleted');
    throw error;
  }
}

/** Deletes the secret. It is looked up by its name too, because a crash may have left it unrecorded. */
export async function releaseSecret(context: StepContext): Promise<Released> {
  const { deps, record } = context;
  const { destinationId } = record;
  const found = await findSecret(deps, destinationId);
  if (found) {
    await deleteSecret(deps, found.secretArn);
    const find = () => findSecret(deps, destinationId);
    await settleWithin(context, find, (view) => view === null, 'the secret to be deleted');
  }
  return { released: 'secret' };
}
