import type { Picture } from '../domain/picture.ts';
import type { ShowCover } from '../domain/show-cover.ts';
import { deletePictures, listPictures, putPicture, readPicture, type PictureStoreDeps } from './picture-store.ts';

/** Covers of shows and series in the report bucket: `covers/<id of the owner>/<id of the cover>.png`. */
export const COVER_PREFIX = 'covers/';
/**
 * How long a picture is kept at most. A series ends within two years of its planning and its last show is kept for 400
 * days more, so only what a crash left behind, or no stored show has any more, gets that old.
 */
export const COVER_KEPT_DAYS = 1200;

function folderOf(ownerId: string): `${string}/` {
  return `${COVER_PREFIX}${ownerId}/`;
}

function keyOf({ coverId, ownerId }: Pick<ShowCover, 'coverId' | 'ownerId'>): string {
  return `${folderOf(ownerId)}${coverId}.png`;
}

/** Stores the picture of a cover. A record names it afterwards, so that no record names a picture that is missing. */
export async function storeCover(
  deps: PictureStoreDeps,
  { png, height, width }: Picture,
  cover: Omit<ShowCover, 'width' | 'height'>,
): Promise<ShowCover> {
  await putPicture(deps, keyOf(cover), png);
  return { ...cover, width, height };
}

/** Reads the picture of a cover. Null when it is gone. */
export function readCover(deps: PictureStoreDeps, cover: ShowCover): Promise<Uint8Array<ArrayBuffer> | null> {
  return readPicture(deps, keyOf(cover));
}

/** Copies a cover for another owner. Null when its picture is gone. */
export async function copyCover(
  deps: PictureStoreDeps,
  cover: ShowCover,
  copy: Pick<ShowCover, 'coverId' | 'ownerId'>,
): Promise<ShowCover | null> {
  const png = await readCover(deps, cover);
  if (!png) return null;
  await putPicture(deps, keyOf(copy), png);
  return { ...cover, ...copy };
}

/** Deletes the picture of a cover. */
export async function removeCover(deps: PictureStoreDeps, cover: ShowCover): Promise<void> {
  await deletePictures(deps, [keyOf(cover)]);
}

/** Deletes all pictures of an owner, those included that no record names. */
export async function removeCoversOf(deps: PictureStoreDeps, ownerId: string): Promise<void> {
  await deletePictures(deps, await listPictures(deps, folderOf(ownerId)));
}
