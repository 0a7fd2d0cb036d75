import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SLATE_COLOUR } from './channel-request.ts';
import type { AwsDeps } from './clients.ts';
import { buildPlainPng } from './plain-png.ts';

/** Slates in the report bucket, where the channels' role may read this prefix and nothing else. */
export const SLATE_PREFIX = 'slates/';

/**
 * Stores a plain slate of the size of an output, which MediaLive shows without scaling. Storing it again changes nothing.
 * @returns its address as MediaLive wants it, `s3ssl://bucket/key`
 */
export async function storePlainSlate(
  { clients, deployment }: AwsDeps<'s3', 'reportBucket'>,
  { width, height }: { width: number; height: number },
): Promise<string> {
  const { reportBucket } = deployment;
  const key = `${SLATE_PREFIX}plain-${width}x${height}.png`;
  const body = buildPlainPng(width, height, SLATE_COLOUR);
  await clients.s3.send(new PutObjectCommand({ Bucket: reportBucket, Key: key, Body: body, ContentType: 'image/png' }));
  return `s3ssl://${reportBucket}/${key}`;
}
