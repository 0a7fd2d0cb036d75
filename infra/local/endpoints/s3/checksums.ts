/** Computes the checksums that S3 stores with an object. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32cJs, Crc64NvmeJs } from '@aws-sdk/checksums/crc';

/** A checksum of a whole object: the algorithm as in its header (`crc32`), and the value in base64. */
export interface Checksum {
  algorithm: string;
  value: string;
}

const ALGORITHMS: Record<string, (body: Uint8Array) => Promise<Buffer>> = {
  crc32: async (body) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes;
  },
  crc32c: (body) => digest(new Crc32cJs(), body),
  crc64nvme: (body) => digest(new Crc64NvmeJs(), body),
  md5: async (body) => createHash('md5').update(body).digest(),
  sha1: async (body) => createHash('sha1').update(body).digest(),
  sha256: async (body) => createHash('sha256').update(body).digest(),
  sha512: async (body) => createHash('sha512').update(body).digest(),
};

/**
 * Computes one checksum in base64, or returns null for an algorithm that is not implemented here.
 * @param algorithm in lower case, as in `x-amz-checksum-<algorithm>`
 */
export async function checksumOf(algorithm: string, body: Uint8Array): Promise<string | null> {
  if (!Object.hasOwn(ALGORITHMS, algorithm)) return null;
  return (await ALGORITHMS[algorithm]!(body)).toString('base64');
}

/** Returns the quoted MD5 of a body, which is the ETag of an object uploaded in one part. */
export const etagOf = (body: Uint8Array) => `"${createHash('md5').update(body).digest('hex')}"`;

async function digest(
  hash: { update(body: Uint8Array): void; digest(): Promise<Uint8Array> },
  body: Uint8Array,
): Promise<Buffer> {
  hash.update(body);
  return Buffer.from(await hash.digest());
}
