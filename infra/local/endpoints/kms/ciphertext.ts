/**
 * The ciphertext blob and the data that is authenticated with it.
 *
 * Layout: 1 byte version, 16 bytes key id, 4 bytes number of the key material, 12 bytes IV, 16 bytes tag, then the
 * plaintext under AES-256-GCM. The tag also authenticates everything before the IV, and the encryption context.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Names and values of an encryption context. */
export type EncryptionContext = Record<string, string>;

const VERSION = 1;
const HEADER_BYTES = 21;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The key and the material that a blob claims to be encrypted with. Unverified until `openBlob` has succeeded. */
export interface BlobHeader {
  keyId: string;
  materialIndex: number;
}

/** Encrypts under one key material. @param header.keyId a UUID */
export function sealBlob(header: BlobHeader, material: Buffer, plaintext: Buffer, context: EncryptionContext): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt8(VERSION, 0);
  head.write(header.keyId.replaceAll('-', ''), 1, 'hex');
  head.writeUInt32BE(header.materialIndex, 17);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', material, iv);
  cipher.setAAD(Buffer.concat([head, encodeContext(context)]));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([head, iv, cipher.getAuthTag(), body]);
}

/** Reads the claimed header of a blob; null if the format is unknown. */
export function readBlobHeader(blob: Buffer): BlobHeader | null {
  if (blob.length <= HEADER_BYTES + IV_BYTES + TAG_BYTES || blob.readUInt8(0) !== VERSION) return null;
  const hex = blob.toString('hex', 1, 17);
  const keyId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { keyId, materialIndex: blob.readUInt32BE(17) };
}

/** Decrypts a blob; null if the blob, the material or the context does not match. */
export function openBlob(blob: Buffer, material: Buffer, context: EncryptionContext): Buffer | null {
  const tagStart = HEADER_BYTES + IV_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', material, blob.subarray(HEADER_BYTES, tagStart));
  decipher.setAAD(Buffer.concat([blob.subarray(0, HEADER_BYTES), encodeContext(context)]));
  decipher.setAuthTag(blob.subarray(tagStart, tagStart + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(blob.subarray(tagStart + TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

/**
 * Encodes a context as one unique byte string: pairs sorted by the UTF-8 bytes of their names, each part after its
 * length.
 */
function encodeContext(context: EncryptionContext): Buffer {
  const pairs = Object.entries(context)
    .map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const)
    .sort(([first], [second]) => Buffer.compare(first, second));
  const parts = pairs.flatMap(([name, value]) => [uint32(name.length), name, uint32(value.length), value]);
  return Buffer.concat([uint32(pairs.length), ...parts]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
