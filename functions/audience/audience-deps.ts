import type { Context, Hono } from 'hono';
import type { AwsDeps } from '../aws/clients.ts';
import type { SigningKey } from '../aws/signed-cookies.ts';

/**
 * The public side: pages and media of shows for watchers. It reads shows, covers, watch links and recordings, and writes
 * nothing of the control plane. It never sees a session or a token of the dashboard.
 */
export interface AudienceDeps extends AwsDeps<'s3' | 'table', 'recordingBucket' | 'reportBucket' | 'tableName'> {
  now: () => Date;
  /** Returns text that cannot be guessed, for the address of one viewing. */
  newSecret: () => string;
  logger: AudienceLogger;
  /** Absent on AWS, where CloudWatch counts. */
  meter?: AudienceMeter;
  /** Built script and style of the pages; null while they are not built, when pages have no player. */
  assets: PageAssets | null;
  /** What is live now; absent where viewers cannot be given the picture. */
  live?: LiveMedia;
  /** Returns what signs the cookies with which watchers load the media of private shows. */
  mediaKey: () => Promise<SigningKey>;
  /** A CDN in front that serves the segments itself; absent where this code serves them. */
  cdn?: Cdn;
  /** Key of the cookies with which people write in chats, at least 32 bytes; absent: no show has a chat. */
  chatKey?: Uint8Array;
  /** How many may watch at once. */
  viewersMax: number;
  /** Names the caller of a connection from the bindings that the server passes with a request. */
  nameCaller: (bindings: unknown) => string;
  /** Returns true for a `Host` header, without its port, that is answered. Keeps rebound DNS names out. */
  isHostAllowed?: (host: string) => boolean;
  /** True where the pages are served over TLS. */
  https: boolean;
  /** Where watchers reach the pages, such as `https://watch.example.com`; absent: where the request was sent. */
  origin?: string;
}

/** The part of the product's logger that the public side uses. Addresses and secrets of watchers never get into it. */
export interface AudienceLogger {
  error(message: string, fields: Record<string, unknown>): void;
}

/** Counts what the public side does, for the administrators. */
export interface AudienceMeter {
  /** Counts an answer. */
  answered(status: number): void;
  /** @param count returns how many players watch now; null where they are not counted */
  watchedBy(count: () => number | null): void;
}

/** The page's own files. */
export interface PageAssets {
  /** Names of the files for the pages. */
  script: string;
  style: string;
  /** Reads a file by its name; null for one that is not a file of the pages. */
  read: (name: string) => { content: Uint8Array<ArrayBuffer>; contentType: string } | null;
}

/** The HLS stream that the product makes of its source, as a CDN reads it. */
export interface LiveMedia {
  /** Fetches a playlist or a segment by its path below the stream, such as `index.m3u8`. */
  fetch: (path: string) => Promise<Response>;
}

/** A CDN that keeps one copy of each playlist and segment for all watchers. */
export interface Cdn {
  /** Signs the addresses of segments, which the CDN checks. */
  segmentKey: string;
}

interface AudienceVariables {
  requestId: string;
  /** Sites that may show the answer in a frame; absent: none. */
  framedBy?: string;
}

export type AudienceEnv = { Variables: AudienceVariables };
export type Audience = Hono<AudienceEnv>;
export type AudienceContext = Context<AudienceEnv>;
