import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { SlateImage } from '../domain/slate-image.ts';
import { SLATE_COLOUR } from './channel-request.ts';
import type { AwsDeps, TableDeps } from './clients.ts';
import { putOwnSlate, type OwnSlate } from './slate-table.ts';
import { buildPlainPng } from '../domain/plain-png.ts';

/** Slates in the report bucket, where the channels' role may read this prefix and nothing else. */
export const SLATE_PREFIX = 'slates/';

type StoreDeps = AwsDeps<'s3', 'reportBucket'>;

/**
 * Stores a plain slate of the size of an output. Storing it again changes nothing.
 * @returns its address as MediaLive wants it, `s3ssl://bucket/key`
 */
export async function storePlainSlate(
  deps: StoreDeps,
  { width, height }: { width: number; height: number },
): Promise<string> {
  return putImage(deps, `plain-${width}x${height}`, buildPlainPng(width, height, SLATE_COLOUR));
}

/**
 * Stores the operator's own slate, named after its content. An earlier one stays in the bucket, because a channel that
 * was set up with it shows it until its next start.
 */
export async function storeOwnSlate(
  deps: StoreDeps & TableDeps,
  { height, png, width }: SlateImage,
  { uploadedAt, uploadedBy }: Pick<OwnSlate, 'uploadedAt' | 'uploadedBy'>,
): Promise<OwnSlate> {
  const uri = await putImage(deps, `own-${createHash('sha256').update(png).digest('hex').slice(0, 32)}`, png);
  const slate: OwnSlate = { uri, width, height, uploadedAt, uploadedBy };
  await putOwnSlate(deps, slate);
  return slate;
}

/** Reads the image of a slate. */
export async function readSlate(
  { clients, deployment }: StoreDeps,
  { uri }: OwnSlate,
): Promise<Uint8Array<ArrayBuffer>> {
  const Key = SLATE_PREFIX + uri.slice(uri.lastIndexOf('/') + 1);
  const { Body: body } = await clients.s3.send(new GetObjectCommand({ Bucket: deployment.reportBucket, Key }));
  return new Uint8Array(await body!.transformToByteArray());
}

async function putImage({ clients, deployment }: StoreDeps, name: string, png: Buffer): Promise<string> {
  const { reportBucket } = deployment;
  const key = `${SLATE_PREFIX}${name}.png`;
  await clients.s3.send(new PutObjectCommand({ Bucket: reportBucket, Key: key, Body: png, ContentType: 'image/png' }));
  return `s3ssl://${reportBucket}/${key}`;
}
