/**
 * SRT's encryption: AES in counter mode with a random key, which the handshake carries wrapped in a key derived from
 * the passphrase.
 * @see https://datatracker.ietf.org/doc/html/draft-sharabayko-srt-01#section-6
 */
import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';

/** AES-128, which every receiver accepts: the caller decides. */
const KEY_BYTES = 16;
const SALT_BYTES = 16;
const ITERATIONS = 2048;
/** The initial value of RFC 3394, section 2.2.3.1. */
const WRAP_START = Buffer.alloc(8, 0xa6);
/** Version 1, packet type 2 (key material), signature 0x2029, and one key for even packets. */
const HEADER = [0x12, 0x20, 0x29, 0x01];
const CIPHER_AES_COUNTER = 2;
const STREAM_OF_SRT = 2;

export interface PayloadKey {
  /** The key material extension of the handshake. */
  message: Buffer;
  /** Encrypts the payload of the packet with this sequence number. */
  encrypt(payload: Buffer, sequence: number): Buffer;
}

/**
 * Creates the key of one call.
 * @param passphrase 10 to 79 characters, UTF-8
 */
export function createPayloadKey(passphrase: string): PayloadKey {
  const key = randomBytes(KEY_BYTES);
  const salt = randomBytes(SALT_BYTES);
  // The derivation uses the last eight bytes of the salt.
  const wrapping = pbkdf2Sync(passphrase, salt.subarray(SALT_BYTES - 8), ITERATIONS, KEY_BYTES, 'sha1');
  const wrap = createCipheriv('id-aes128-wrap', wrapping, WRAP_START);
  const wrapped = Buffer.concat([wrap.update(key), wrap.final()]);
  const fields = [
    ...HEADER,
    ...[0, 0, 0, 0],
    ...[CIPHER_AES_COUNTER, 0, STREAM_OF_SRT, 0],
    ...[0, 0, SALT_BYTES / 4, KEY_BYTES / 4],
  ];
  return {
    message: Buffer.concat([Buffer.from(fields), salt, wrapped]),
    encrypt(payload, sequence) {
      const counter = Buffer.alloc(SALT_BYTES);
      salt.copy(counter, 0, 0, 14);
      counter.writeUInt32BE((counter.readUInt32BE(10) ^ sequence) >>> 0, 10);
      return createCipheriv('aes-128-ctr', key, counter).update(payload);
    },
  };
}
