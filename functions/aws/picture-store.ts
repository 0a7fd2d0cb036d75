import { DeleteObjectsCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { AwsDeps } from './clients.ts';

/** Pictures in the report bucket, each kind below its prefix. All are PNGs that `toPicture` wrote. */

export type PictureStoreDeps = AwsDeps<'s3', 'reportBucket'>;

/** Stores a picture. Storing it again changes nothing. */
export async function putPicture(
  { clients, deployment }: PictureStoreDeps,
  key: string,
  png: Uint8Array,
): Promise<void> {
  await clients.s3.send(
    new PutObjectCommand({ Bucket: deployment.reportBucket, Key: key, Body: png, ContentType: 'image/png' }),
  );
}

/** Reads a picture. Null when it does not exist. */
export async function readPicture(
  { clients, deployment }: PictureStoreDeps,
  key: string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const { Body: body } = await clients.s3.send(new GetObjectCommand({ Bucket: deployment.reportBucket, Key: key }));
    return new Uint8Array(await body!.transformToByteArray());
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return null;
    throw error;
  }
}

/** Lists the keys below a folder, at most 1000. @param folder ends with a slash, so that it matches no longer name */
export async function listPictures({ clients, deployment }: PictureStoreDeps, folder: `${string}/`): Promise<string[]> {
  const { Contents: found = [] } = await clients.s3.send(
    new ListObjectsV2Command({ Bucket: deployment.reportBucket, Prefix: folder }),
  );
  return found.flatMap(({ Key: key }) => key ?? []);
}

/** Deletes pictures, at most 1000. Deleting them again changes nothing. */
export async function deletePictures(
  { clients, deployment }: PictureStoreDeps,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  const { Errors: failed = [] } = await clients.s3.send(
    new DeleteObjectsCommand({
      Bucket: deployment.reportBucket,
      Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
    }),
  );
  if (failed.length > 0)
    throw new Error(`S3 did not delete ${failed.length} of ${keys.length} pictures: ${failed[0]!.Code}`);
}
