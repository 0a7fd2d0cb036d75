import { createHash } from 'node:crypto';
import type { Picture } from '../domain/picture.ts';
import { SLATE_COLOUR } from './channel-request.ts';
import type { TableDeps } from './clients.ts';
import { putPicture, readPicture, type PictureStoreDeps } from './picture-store.ts';
import { putOwnSlate, type OwnSlate } from './slate-table.ts';
import { buildPlainPng } from '../domain/plain-png.ts';

/** Slates in the report bucket, where the channels' role may read this prefix and nothing else. */
export const SLATE_PREFIX = 'slates/';

/**
 * Stores a plain slate of the size of an output. Storing it again changes nothing.
 * @returns its address as MediaLive wants it, `s3ssl://bucket/key`
 */
export async function storePlainSlate(
  deps: PictureStoreDeps,
  { width, height }: { width: number; height: number },
): Promise<string> {
  return putImage(deps, `plain-${width}x${height}`, buildPlainPng(width, height, SLATE_COLOUR));
}

/**
 * Stores the operator's own slate, named after its content. An earlier one stays in the bucket, because a channel that
 * was set up with it shows it until its next start.
 */
export async function storeOwnSlate(
  deps: PictureStoreDeps & TableDeps,
  { height, png, width }: Picture,
  { uploadedAt, uploadedBy }: Pick<OwnSlate, 'uploadedAt' | 'uploadedBy'>,
): Promise<OwnSlate> {
  const uri = await putImage(deps, `own-${createHash('sha256').update(png).digest('hex').slice(0, 32)}`, png);
  const slate: OwnSlate = { uri, width, height, uploadedAt, uploadedBy };
  await putOwnSlate(deps, slate);
  return slate;
}

/** Reads the image of a slate. Null when it is gone. */
export function readSlate(deps: PictureStoreDeps, { uri }: OwnSlate): Promise<Uint8Array<ArrayBuffer> | null> {
  return readPicture(deps, SLATE_PREFIX + uri.slice(uri.lastIndexOf('/') + 1));
}

async function putImage(deps: PictureStoreDeps, name: string, png: Buffer): Promise<string> {
  const key = `${SLATE_PREFIX}${name}.png`;
  await putPicture(deps, key, png);
  return `s3ssl://${deps.deployment.reportBucket}/${key}`;
}
