/**
 * The local KMS: symmetric keys that never leave it in plain text, encryption contexts that must match, and key states
 * that refuse as AWS's do. Not implemented: key policies and grants (there is one operator on one machine), asymmetric
 * and HMAC keys, imported material, and multiple regions.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as client from '@aws-sdk/client-kms';
import { DAY_MS } from '../../../../functions/domain/utc-day.ts';
import {
  AwsFault,
  cutPage,
  createJsonService,
  missingMember,
  optionalBoolean,
  optionalBlob,
  optionalInteger,
  optionalString,
  requiredString,
} from '../wire/aws-json.ts';
import type { HonouredMembers, JsonBody, JsonOperations } from '../wire/aws-json.ts';
import { systemClock } from '../../host/clock.ts';
import type { Clock } from '../../host/clock.ts';
import { openSealedFile } from '../../host/sealed-file.ts';
import { LOCAL_ACCOUNT_ID } from '../wire/local-service.ts';
import { createMemoryStore } from '../../host/state-store.ts';
import type { LocalService } from '../wire/local-service.ts';
import type { StorageHealth } from '../../host/store/storage-health.ts';
import { openBlob, readBlobHeader, sealBlob } from './ciphertext.ts';
import type { EncryptionContext } from './ciphertext.ts';
import { openKeyRing, toAliasArn, toKeyArn } from './key-ring.ts';
import type { Key, KeyRing } from './key-ring.ts';

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
const PLAINTEXT_BYTES_MAX = 4096;
const BLOB_BYTES_MAX = 6144;
const ALIAS_NAME = /^alias\/[a-zA-Z0-9/_-]{1,250}$/;

const CONTEXT = ['EncryptionAlgorithm', 'EncryptionContext', 'KeyId'];
const PAGE = ['Limit', 'Marker'];
const DATA_KEY = ['DryRun', 'EncryptionContext', 'KeyId', 'KeySpec', 'NumberOfBytes'];

const HONOURED: HonouredMembers = {
  CancelKeyDeletion: ['KeyId'],
  CreateAlias: ['AliasName', 'TargetKeyId'],
  CreateKey: ['CustomerMasterKeySpec', 'Description', 'KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
  Decrypt: ['CiphertextBlob', 'DryRun', ...CONTEXT],
  DescribeKey: ['KeyId'],
  DisableKey: ['KeyId'],
  DisableKeyRotation: ['KeyId'],
  EnableKey: ['KeyId'],
  EnableKeyRotation: ['KeyId', 'RotationPeriodInDays'],
  Encrypt: ['DryRun', 'Plaintext', ...CONTEXT],
  GenerateDataKey: DATA_KEY,
  GenerateDataKeyWithoutPlaintext: DATA_KEY,
  GenerateRandom: ['NumberOfBytes'],
  GetKeyRotationStatus: ['KeyId'],
  ListAliases: ['KeyId', ...PAGE],
  ListKeys: PAGE,
  ReEncrypt: [
    'CiphertextBlob',
    'DestinationEncryptionAlgorithm',
    'DestinationEncryptionContext',
    'DestinationKeyId',
    'DryRun',
    'SourceEncryptionAlgorithm',
    'SourceEncryptionContext',
    'SourceKeyId',
  ],
  RotateKeyOnDemand: ['KeyId'],
  ScheduleKeyDeletion: ['KeyId', 'PendingWindowInDays'],
};

/**
 * Opens the local KMS endpoint.
 * @param options.directory contains `kms.sealed` and the `root.key` that opens it; null keeps the keys in memory
 * @throws {SealedFileError} when the stored keys cannot be opened
 */
export function createKms(options: { directory: string | null; clock?: Clock; health?: StorageHealth }): LocalService {
  const { directory, clock = systemClock, health } = options;
  const store =
    directory === null ? createMemoryStore() : openSealedFile(join(directory, 'kms.sealed'), directory, health);
  const ring = openKeyRing({ store, clock });
  return createJsonService({
    signingName: 'kms',
    targetPrefix: 'TrentService',
    version: '1.1',
    client,
    honours: HONOURED,
    operations: {
      ...keyOperations(ring),
      ...keyStateOperations(ring, clock),
      ...rotationOperations(ring),
      ...cryptographicOperations(ring),
    },
  });
}

/** Keys and their aliases. */
function keyOperations(ring: KeyRing): JsonOperations {
  return {
    CreateKey(input) {
      const spec =
        optionalString(input, 'KeySpec') ?? optionalString(input, 'CustomerMasterKeySpec') ?? 'SYMMETRIC_DEFAULT';
      const usage = optionalString(input, 'KeyUsage') ?? 'ENCRYPT_DECRYPT';
      const origin = optionalString(input, 'Origin') ?? 'AWS_KMS';
      if (
        spec !== 'SYMMETRIC_DEFAULT' ||
        usage !== 'ENCRYPT_DECRYPT' ||
        origin !== 'AWS_KMS' ||
        optionalBoolean(input, 'MultiRegion') === true
      ) {
        throw new AwsFault('UnsupportedOperationException', 'the local KMS creates symmetric encryption keys only');
      }
      return { KeyMetadata: describeKey(ring.make(optionalString(input, 'Description') ?? '')) };
    },
    DescribeKey: (input) => ({ KeyMetadata: describeKey(ring.find(requiredString(input, 'KeyId'))) }),
    ListKeys(input) {
      const { page, next } = cutInput(input, ring.list(), 100);
      const keys = page.map((key) => ({ KeyId: key.keyId, KeyArn: toKeyArn(key.keyId) }));
      return { Keys: keys, Truncated: next !== undefined, NextMarker: next };
    },
    CreateAlias(input) {
      const name = requiredString(input, 'AliasName');
      if (!ALIAS_NAME.test(name) || name.startsWith('alias/aws/')) {
        throw new AwsFault('InvalidAliasNameException', `${name} is not a valid alias name`);
      }
      const key = ring.find(requiredString(input, 'TargetKeyId'));
      if (key.state === 'PendingDeletion') throw pendingDeletion(key);
      ring.addAlias(name, key);
    },
    ListAliases(input) {
      const keyReference = optionalString(input, 'KeyId');
      const keyId = keyReference === undefined ? null : ring.find(keyReference).keyId;
      const aliases = ring.listAliases().filter((alias) => keyId === null || alias.keyId === keyId);
      const { page, next } = cutInput(input, aliases, 50);
      const list = page.map((alias) => ({
        AliasName: alias.name,
        AliasArn: toAliasArn(alias.name),
        TargetKeyId: alias.keyId,
        CreationDate: alias.createdAtMs / 1000,
        LastUpdatedDate: alias.createdAtMs / 1000,
      }));
      return { Aliases: list, Truncated: next !== undefined, NextMarker: next };
    },
  };
}

function keyStateOperations(ring: KeyRing, clock: Clock): JsonOperations {
  return {
    EnableKey(input) {
      const key = findByKeyId(ring, input);
      if (key.state === 'PendingDeletion') throw pendingDeletion(key);
      ring.change(key, { state: 'Enabled' });
    },
    DisableKey(input) {
      const key = findByKeyId(ring, input);
      if (key.state === 'PendingDeletion') throw pendingDeletion(key);
      ring.change(key, { state: 'Disabled' });
    },
    ScheduleKeyDeletion(input) {
      const key = findByKeyId(ring, input);
      if (key.state === 'PendingDeletion') throw pendingDeletion(key);
      const days = optionalInteger(input, 'PendingWindowInDays', 7, 30) ?? 30;
      const deletionAtMs = clock.now() + days * DAY_MS;
      ring.change(key, { state: 'PendingDeletion', deletionAtMs });
      return {
        KeyId: toKeyArn(key.keyId),
        DeletionDate: deletionAtMs / 1000,
        KeyState: 'PendingDeletion',
        PendingWindowInDays: days,
      };
    },
    CancelKeyDeletion(input) {
      const key = findByKeyId(ring, input);
      if (key.state !== 'PendingDeletion') {
        throw new AwsFault('KMSInvalidStateException', `${toKeyArn(key.keyId)} is not pending deletion.`);
      }
      ring.change(key, { state: 'Disabled', deletionAtMs: null });
      return { KeyId: toKeyArn(key.keyId) };
    },
  };
}

function rotationOperations(ring: KeyRing): JsonOperations {
  return {
    EnableKeyRotation(input) {
      const key = requireUsable(findByKeyId(ring, input));
      ring.change(key, { rotationPeriodDays: optionalInteger(input, 'RotationPeriodInDays', 90, 2560) ?? 365 });
    },
    DisableKeyRotation(input) {
      ring.change(requireUsable(findByKeyId(ring, input)), { rotationPeriodDays: null });
    },
    GetKeyRotationStatus(input) {
      const key = findByKeyId(ring, input);
      const days = key.rotationPeriodDays;
      return {
        KeyId: toKeyArn(key.keyId),
        KeyRotationEnabled: days !== null && key.state !== 'PendingDeletion',
        ...(days === null
          ? {}
          : { RotationPeriodInDays: days, NextRotationDate: (key.rotatedAtMs + days * DAY_MS) / 1000 }),
      };
    },
    RotateKeyOnDemand(input) {
      const key = requireUsable(findByKeyId(ring, input));
      ring.addMaterial(key);
      return { KeyId: toKeyArn(key.keyId) };
    },
  };
}

function cryptographicOperations(ring: KeyRing): JsonOperations {
  function decrypt(input: JsonBody, names: { keyId: string; context: string }): { key: Key; plaintext: Buffer } {
    const blob = optionalBlob(input, 'CiphertextBlob');
    if (blob === undefined) throw missingMember('CiphertextBlob');
    if (blob.length < 1 || blob.length > BLOB_BYTES_MAX) {
      throw new AwsFault('ValidationException', `ciphertextBlob must be 1 to ${BLOB_BYTES_MAX} bytes`);
    }
    const context = readContext(input, names.context);
    const header = readBlobHeader(blob);
    const key = header === null ? undefined : ring.list().find((candidate) => candidate.keyId === header.keyId);
    const reference = optionalString(input, names.keyId);
    const expected = reference === undefined ? undefined : ring.find(reference);
    if (key === undefined || header === null) throw invalidCiphertext();
    if (expected !== undefined && expected.keyId !== key.keyId) {
      throw new AwsFault(
        'IncorrectKeyException',
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    }
    requireUsable(key);
    const material = key.materials[header.materialIndex];
    const plaintext = material === undefined ? null : openBlob(blob, Buffer.from(material, 'base64'), context);
    if (plaintext === null) throw invalidCiphertext();
    return { key, plaintext };
  }

  function makeDataKey(input: JsonBody): { key: Key; plaintext: Buffer; blob: string } {
    const context = readContext(input, 'EncryptionContext');
    const key = requireUsable(ring.find(requiredString(input, 'KeyId')));
    const bytes = readDataKeyBytes(input);
    endDryRun(input);
    const plaintext = randomBytes(bytes);
    return { key, plaintext, blob: encrypt(key, plaintext, context) };
  }

  return {
    Encrypt(input) {
      requireSymmetric(input, 'EncryptionAlgorithm');
      const plaintext = optionalBlob(input, 'Plaintext');
      if (plaintext === undefined) throw missingMember('Plaintext');
      if (plaintext.length < 1 || plaintext.length > PLAINTEXT_BYTES_MAX) {
        throw new AwsFault('ValidationException', `plaintext must be 1 to ${PLAINTEXT_BYTES_MAX} bytes`);
      }
      const context = readContext(input, 'EncryptionContext');
      const key = requireUsable(ring.find(requiredString(input, 'KeyId')));
      endDryRun(input);
      return {
        CiphertextBlob: encrypt(key, plaintext, context),
        KeyId: toKeyArn(key.keyId),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    },
    Decrypt(input) {
      requireSymmetric(input, 'EncryptionAlgorithm');
      const { key, plaintext } = decrypt(input, { keyId: 'KeyId', context: 'EncryptionContext' });
      endDryRun(input);
      return {
        KeyId: toKeyArn(key.keyId),
        Plaintext: plaintext.toString('base64'),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    },
    ReEncrypt(input) {
      requireSymmetric(input, 'SourceEncryptionAlgorithm');
      requireSymmetric(input, 'DestinationEncryptionAlgorithm');
      const source = decrypt(input, { keyId: 'SourceKeyId', context: 'SourceEncryptionContext' });
      const context = readContext(input, 'DestinationEncryptionContext');
      const destination = requireUsable(ring.find(requiredString(input, 'DestinationKeyId')));
      endDryRun(input);
      return {
        CiphertextBlob: encrypt(destination, source.plaintext, context),
        SourceKeyId: toKeyArn(source.key.keyId),
        KeyId: toKeyArn(destination.keyId),
        SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    },
    GenerateDataKey(input) {
      const { key, plaintext, blob } = makeDataKey(input);
      return { KeyId: toKeyArn(key.keyId), Plaintext: plaintext.toString('base64'), CiphertextBlob: blob };
    },
    GenerateDataKeyWithoutPlaintext(input) {
      const { key, blob } = makeDataKey(input);
      return { KeyId: toKeyArn(key.keyId), CiphertextBlob: blob };
    },
    GenerateRandom(input) {
      const bytes = optionalInteger(input, 'NumberOfBytes', 1, 1024);
      if (bytes === undefined) throw missingMember('NumberOfBytes');
      return { Plaintext: randomBytes(bytes).toString('base64') };
    },
  };
}

function encrypt(key: Key, plaintext: Buffer, context: EncryptionContext): string {
  const materialIndex = key.materials.length - 1;
  const material = Buffer.from(key.materials[materialIndex]!, 'base64');
  return sealBlob({ keyId: key.keyId, materialIndex }, material, plaintext, context).toString('base64');
}

function describeKey(key: Key): Record<string, unknown> {
  return {
    AWSAccountId: LOCAL_ACCOUNT_ID,
    KeyId: key.keyId,
    Arn: toKeyArn(key.keyId),
    CreationDate: key.createdAtMs / 1000,
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: key.state,
    ...(key.deletionAtMs === null ? {} : { DeletionDate: key.deletionAtMs / 1000 }),
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
  };
}

/** Finds a key by id or ARN. Operations that change a key do not accept an alias. */
function findByKeyId(ring: KeyRing, input: JsonBody): Key {
  const reference = requiredString(input, 'KeyId');
  if (/^(arn:.*:)?alias\//.test(reference)) {
    throw new AwsFault('NotFoundException', `Invalid keyId '${reference}'`);
  }
  return ring.find(reference);
}

function requireUsable(key: Key): Key {
  if (key.state === 'Disabled') throw new AwsFault('DisabledException', `${toKeyArn(key.keyId)} is disabled.`);
  if (key.state === 'PendingDeletion') throw pendingDeletion(key);
  return key;
}

function pendingDeletion(key: Key): AwsFault {
  return new AwsFault('KMSInvalidStateException', `${toKeyArn(key.keyId)} is pending deletion.`);
}

/**
 * Ends a dry run, after every check has passed and before anything changes.
 * @throws {AwsFault} `DryRunOperationException`
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html
 */
function endDryRun(input: JsonBody): void {
  if (optionalBoolean(input, 'DryRun') !== true) return;
  const message = 'The request would have succeeded, but the DryRun option is set.';
  throw new AwsFault('DryRunOperationException', message, 412);
}

/** Creates an error without a reason, as AWS does, so that an attacker learns nothing. */
function invalidCiphertext(): AwsFault {
  return new AwsFault('InvalidCiphertextException', '');
}

function requireSymmetric(input: JsonBody, member: string): void {
  const algorithm = optionalString(input, member);
  if (algorithm !== undefined && algorithm !== 'SYMMETRIC_DEFAULT') {
    throw new AwsFault('InvalidKeyUsageException', `${algorithm} cannot be used with a symmetric key`);
  }
}

function readDataKeyBytes(input: JsonBody): number {
  const spec = optionalString(input, 'KeySpec');
  const bytes = optionalInteger(input, 'NumberOfBytes', 1, 1024);
  if ((spec === undefined) === (bytes === undefined)) {
    throw new AwsFault('ValidationException', 'Please specify either number of bytes or key spec.');
  }
  if (bytes !== undefined) return bytes;
  if (spec === 'AES_256') return 32;
  if (spec === 'AES_128') return 16;
  throw new AwsFault('ValidationException', `keySpec must be AES_256 or AES_128, not ${spec}`);
}

function readContext(input: JsonBody, member: string): EncryptionContext {
  const value = input[member];
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new AwsFault('SerializationException', `${member} must be an object of strings`);
  }
  for (const entry of Object.values(value)) {
    if (typeof entry !== 'string')
      throw new AwsFault('SerializationException', `${member} must be an object of strings`);
  }
  return value as EncryptionContext;
}

function cutInput<Item>(input: JsonBody, items: Item[], defaultLimit: number) {
  const limit = optionalInteger(input, 'Limit', 1, 1000) ?? defaultLimit;
  return cutPage(items, limit, optionalString(input, 'Marker'), 'InvalidMarkerException');
}
