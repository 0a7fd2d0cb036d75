import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateRandomCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListAliasesCommand,
  ReEncryptCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  paginateListKeys,
} from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import type { AwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import { createKms } from '../../infra/local/endpoints/kms/create-kms.ts';

const DAY_MS = 86_400_000;
const Plaintext = Buffer.from('what is secret');
const EncryptionContext = { destinationId: 'd1', field: 'streamKey' };

let directory: string;
let nowMs: number;
let front: AwsFront;
let kms: KMSClient;
let KeyId: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-kms-'));
  nowMs = Date.now();
  await start();
  KeyId = (await kms.send(new CreateKeyCommand({ Description: 'stream keys' }))).KeyMetadata!.KeyId!;
});
afterEach(async () => {
  await stop();
  rmSync(directory, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const service = createKms({ directory, clock: { now: () => nowMs, after: () => () => {} } });
  front = await startAwsFront({ port: 0, services: [service] });
  kms = new KMSClient({
    endpoint: front.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}

async function stop(): Promise<void> {
  kms.destroy();
  await front.close();
}

async function encrypt(context: Record<string, string> = EncryptionContext, key = KeyId): Promise<Uint8Array> {
  const input = { KeyId: key, Plaintext, EncryptionContext: context };
  return (await kms.send(new EncryptCommand(input))).CiphertextBlob!;
}

async function decrypt(
  CiphertextBlob: Uint8Array,
  context: Record<string, string> = EncryptionContext,
): Promise<string> {
  const output = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }));
  return Buffer.from(output.Plaintext!).toString();
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return ((await work.catch((error: unknown) => error)) as Error).name;
}

describe('the local KMS endpoint', () => {
  it('decrypts with the same encryption context in any order', async () => {
    const blob = await encrypt();
    expect(await decrypt(blob, { field: 'streamKey', destinationId: 'd1' })).toBe('what is secret');
  });

  it('refuses every other encryption context', async () => {
    const blob = await encrypt();
    const others = [
      {},
      { destinationId: 'd1' },
      { ...EncryptionContext, more: 'x' },
      { ...EncryptionContext, field: 'x' },
    ];
    for (const other of others as Record<string, string>[]) {
      expect(await refusal(decrypt(blob, other))).toBe('InvalidCiphertextException');
    }
    expect(await refusal(decrypt(await encrypt({ ab: 'c' }), { a: 'bc' }))).toBe('InvalidCiphertextException');
  });

  it('refuses a changed, truncated or foreign ciphertext', async () => {
    const blob = await encrypt();
    for (let position = 0; position < blob.length; position += 1) {
      const damaged = Uint8Array.from(blob);
      damaged[position] = damaged[position]! ^ 1;
      expect(await refusal(decrypt(damaged))).toBe('InvalidCiphertextException');
    }
    for (const length of [1, 20, 48, blob.length - 1]) {
      expect(await refusal(decrypt(blob.subarray(0, length)))).toBe('InvalidCiphertextException');
    }
    expect(await refusal(decrypt(new Uint8Array(200)))).toBe('InvalidCiphertextException');
  });

  it('never produces the same ciphertext twice', async () => {
    const blobs = await Promise.all(Array.from({ length: 10 }, () => encrypt()));
    expect(new Set(blobs.map((blob) => Buffer.from(blob).toString('hex'))).size).toBe(10);
  });

  it('accepts a key by id, ARN, alias and alias ARN, and returns NotFoundException for others', async () => {
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/sluice', TargetKeyId: KeyId }));
    const arn = (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata!.Arn!;
    expect(arn).toBe(`arn:aws:kms:us-east-1:000000000000:key/${KeyId}`);
    for (const reference of [KeyId, arn, 'alias/sluice', 'arn:aws:kms:us-east-1:000000000000:alias/sluice']) {
      expect(await decrypt(await encrypt(EncryptionContext, reference))).toBe('what is secret');
    }
    const unknown = [
      'alias/other',
      'no-such-key',
      arn.replace(KeyId, '0'),
      'alias/constructor',
      arn.replace('us-east-1', 'eu-west-1'),
    ];
    for (const reference of unknown) {
      expect(await refusal(encrypt(EncryptionContext, reference))).toBe('NotFoundException');
    }
  });

  it('refuses a duplicate alias and invalid alias names', async () => {
    const alias = (AliasName: string) => kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
    await alias('alias/sluice');
    expect(await refusal(alias('alias/sluice'))).toBe('AlreadyExistsException');
    expect(await refusal(alias('alias/aws/own'))).toBe('InvalidAliasNameException');
    expect(await refusal(alias('sluice'))).toBe('InvalidAliasNameException');
    const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId }));
    expect(Aliases?.map((entry) => [entry.AliasName, entry.TargetKeyId])).toEqual([['alias/sluice', KeyId]]);
  });

  it('refuses to decrypt with another key than the one that encrypted', async () => {
    const other = (await kms.send(new CreateKeyCommand({}))).KeyMetadata!.KeyId!;
    const CiphertextBlob = await encrypt();
    expect(await refusal(kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId: other })))).toBe(
      'IncorrectKeyException',
    );
    const own = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId }));
    expect(Buffer.from(own.Plaintext!).toString()).toBe('what is secret');
  });

  it('uses only enabled keys and deletes a key only after the waiting period', async () => {
    const blob = await encrypt();
    await kms.send(new DisableKeyCommand({ KeyId }));
    expect(await refusal(decrypt(blob))).toBe('DisabledException');
    expect(await refusal(encrypt())).toBe('DisabledException');
    await kms.send(new EnableKeyCommand({ KeyId }));
    expect(await decrypt(blob)).toBe('what is secret');

    const tooSoon = kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 1 }));
    expect(await refusal(tooSoon)).toBe('ValidationException');
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect(await refusal(decrypt(blob))).toBe('KMSInvalidStateException');
    expect(await refusal(kms.send(new EnableKeyCommand({ KeyId })))).toBe('KMSInvalidStateException');
    nowMs += 7 * DAY_MS - 1;
    await kms.send(new CancelKeyDeletionCommand({ KeyId }));
    expect(await refusal(kms.send(new CancelKeyDeletionCommand({ KeyId })))).toBe('KMSInvalidStateException');
    await kms.send(new EnableKeyCommand({ KeyId }));
    expect(await decrypt(blob)).toBe('what is secret');

    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    nowMs += 7 * DAY_MS;
    expect(await refusal(kms.send(new DescribeKeyCommand({ KeyId })))).toBe('NotFoundException');
    expect(await refusal(decrypt(blob))).toBe('InvalidCiphertextException');
  });

  it('decrypts older ciphertexts after a manual or scheduled rotation', async () => {
    const before = await encrypt();
    await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
    const between = await encrypt();
    expect((await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled).toBe(false);
    await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
    nowMs += 91 * DAY_MS;
    const after = await encrypt();
    expect((await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).RotationPeriodInDays).toBe(90);
    for (const blob of [before, between, after]) expect(await decrypt(blob)).toBe('what is secret');
    const materials = [before, between, after].map((blob) => Buffer.from(blob).readUInt32BE(17));
    expect(materials).toEqual([0, 1, 2]);
  });

  it('re-encrypts a ciphertext for another key and context', async () => {
    const other = (await kms.send(new CreateKeyCommand({}))).KeyMetadata!.KeyId!;
    const moved = await kms.send(
      new ReEncryptCommand({
        CiphertextBlob: await encrypt(),
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: other,
        DestinationEncryptionContext: { a: 'b' },
      }),
    );
    expect(moved.SourceKeyId).toContain(KeyId);
    expect(moved.KeyId).toContain(other);
    expect(await decrypt(moved.CiphertextBlob!, { a: 'b' })).toBe('what is secret');
  });

  it('generates data keys and random bytes of the requested length', async () => {
    const made = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }));
    expect(made.Plaintext).toHaveLength(32);
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob: made.CiphertextBlob!, EncryptionContext }));
    expect(Buffer.from(opened.Plaintext!).equals(made.Plaintext!)).toBe(true);
    const sealed = await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId, NumberOfBytes: 64 }));
    const key = await kms.send(new DecryptCommand({ CiphertextBlob: sealed.CiphertextBlob! }));
    expect(key.Plaintext).toHaveLength(64);
    expect(await refusal(kms.send(new GenerateDataKeyCommand({ KeyId })))).toBe('ValidationException');
    expect((await kms.send(new GenerateRandomCommand({ NumberOfBytes: 16 }))).Plaintext).toHaveLength(16);
  });

  it('refuses an empty plaintext and one over 4096 bytes', async () => {
    for (const length of [0, 4097]) {
      const command = new EncryptCommand({ KeyId, Plaintext: new Uint8Array(length) });
      expect(await refusal(kms.send(command))).toBe('ValidationException');
    }
    await kms.send(new EncryptCommand({ KeyId, Plaintext: new Uint8Array(4096) }));
  });

  it('pages the list of keys', async () => {
    for (let index = 0; index < 4; index += 1) await kms.send(new CreateKeyCommand({}));
    const ids: string[] = [];
    for await (const page of paginateListKeys({ client: kms, pageSize: 2 }, {})) {
      ids.push(...(page.Keys ?? []).map((key) => key.KeyId!));
    }
    expect(new Set(ids).size).toBe(5);
    expect(ids).toHaveLength(5);
  });

  it('keeps keys, states, rotations and aliases across a restart in files only the owner can read', async () => {
    const before = await encrypt();
    await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/sluice', TargetKeyId: KeyId }));
    await stop();
    await start();
    expect(await decrypt(before)).toBe('what is secret');
    expect(await decrypt(await encrypt(EncryptionContext, 'alias/sluice'))).toBe('what is secret');
    expect(readdirSync(directory).sort()).toEqual(['kms.sealed', 'root.key']);
    for (const name of readdirSync(directory)) {
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(directory, name)).includes(KeyId)).toBe(false);
    }
  });
});

describe('a KMS dry run', () => {
  it('never succeeds and returns DryRunOperationException', async () => {
    const CiphertextBlob = await encrypt();
    const commands = [
      new EncryptCommand({ KeyId, Plaintext, DryRun: true }),
      new DecryptCommand({ CiphertextBlob, EncryptionContext, DryRun: true }),
      new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', DryRun: true }),
      new GenerateDataKeyWithoutPlaintextCommand({ KeyId, KeySpec: 'AES_256', DryRun: true }),
      new ReEncryptCommand({
        CiphertextBlob,
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: KeyId,
        DryRun: true,
      }),
    ];
    for (const command of commands) {
      await expect(kms.send(command as EncryptCommand), command.constructor.name).rejects.toMatchObject({
        name: 'DryRunOperationException',
        $metadata: { httpStatusCode: 412 },
      });
    }
  });

  it('fails like the real call', async () => {
    const refused = kms.send(new EncryptCommand({ KeyId: 'alias/none', Plaintext, DryRun: true }));
    await expect(refused).rejects.toMatchObject({ name: 'NotFoundException' });
  });
});
