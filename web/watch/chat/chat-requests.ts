import type { ChatBucket } from '../../../functions/domain/chat-bucket.ts';
import type { ChatOpening, PublicChatMessage } from '../../../functions/domain/chat.ts';

/** The requests of the chat. Reading is shared by all pages; writing is answered to this one. */

/** What a page begins with. */
export interface Beginning {
  opening: ChatOpening;
  slowModeSeconds: number;
  isFirstHeld: boolean;
  hasLinks: boolean;
  /** True while reactions count. */
  canReact: boolean;
  /** Emojis by the names under which they are sent; none where reactions are off. */
  reactions: Record<string, string>;
  messages: PublicChatMessage[];
  likes: number | null;
  rating: { mean: number | null; count: number; isOpen: boolean } | null;
  nextBucket: number;
  nextInMs: number;
  bucketMs: number;
}

/** The answer to a write. */
export interface Written<Body> {
  /** Null when it was refused or did not arrive. */
  body: Body | null;
  /** Code of the refusal; `unreachable` without an answer. */
  code: string;
  retryAfterSeconds: number;
}

const pathOf = (showId: string) => `/audience/v1/shows/${showId}/chat`;
const NOT_CLOSED = 409;
const GONE = 410;

/** Returns null when the server cannot be reached or is busy. */
export async function readBeginning(showId: string): Promise<Beginning | null> {
  try {
    const response = await fetch(pathOf(showId));
    return response.ok ? ((await response.json()) as Beginning) : null;
  } catch {
    return null;
  }
}

/** Returns null when the server cannot be reached or is busy. */
export async function readBucket(showId: string, bucket: number): Promise<ChatBucket | 'early' | 'gone' | null> {
  try {
    const response = await fetch(`${pathOf(showId)}/buckets/${bucket}`);
    if (response.ok) return (await response.json()) as ChatBucket;
    return response.status === NOT_CLOSED ? 'early' : response.status === GONE ? 'gone' : null;
  } catch {
    return null;
  }
}

/** Sends what the person wrote or pressed. */
export async function write<Body>(
  method: 'POST' | 'PUT',
  showId: string,
  path: string,
  fields: object,
): Promise<Written<Body>> {
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(pathOf(showId) + path, { method, headers, body: JSON.stringify(fields) });
    const body = response.status === 204 ? {} : ((await response.json()) as object);
    const retryAfterSeconds = Number(response.headers.get('retry-after')) || 0;
    if (response.ok) return { body: body as Body, code: '', retryAfterSeconds };
    return { body: null, code: (body as { code?: string }).code ?? 'internal', retryAfterSeconds };
  } catch {
    return { body: null, code: 'unreachable', retryAfterSeconds: 0 };
  }
}
