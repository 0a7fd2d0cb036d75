import { createHmac } from 'node:crypto';

/**
 * Addresses of segments that a CDN serves without asking the public side. The stream behind them also has what was before
 * the show and what other shows sent, so each address is signed, and only the show's playlists name them. The addresses
 * are the same for all watchers, so a CDN keeps each segment once. Pure.
 */
export interface SegmentFolder {
  /** Id of the show as watchers see it. */
  id: string;
  isPrivate: boolean;
  source: 'live' | 'recording';
}

/** 128 bits, hexadecimal. */
const SIGNATURE_CHARACTERS = 32;

/**
 * Returns the absolute path of a segment. The function at the edge checks the same text
 * (`infra/aws/stacks/audience-segment-request.js`).
 * @param uri below the stream or the folder of recordings, as a playlist names it; may end in `?m=` and a number
 */
export function segmentAddress(key: string, { id, isPrivate, source }: SegmentFolder, uri: string): string {
  const signature = createHmac('sha256', key)
    .update(`${source} ${id} ${uri}`)
    .digest('hex')
    .slice(0, SIGNATURE_CHARACTERS);
  return `${segmentFolderOf({ id, isPrivate, source })}${signature}/${uri}`;
}

/** Each private show has its folder, which the CDN opens only with signed cookies. */
function segmentFolderOf({ id, isPrivate, source }: SegmentFolder): string {
  if (isPrivate) return `${privateFolderOf(id)}/${source}/`;
  return source === 'live' ? `/audience/hls/${id}/` : `/audience/recordings/${id}/`;
}

/** The unit of signed cookies: everything of one private show. */
export function privateFolderOf(id: string): string {
  return `/audience/private/${id}`;
}
