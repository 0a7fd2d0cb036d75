import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { createCheckedLookup, requireAllowedAddress, type CheckedLookupOptions } from '../connect/checked-lookup.ts';
import type { SendError } from '../domain/delivery.ts';
import { portOf } from '../domain/outgoing-url.ts';

/**
 * Posts JSON to a URL that a person entered. The address is checked when the connection is made, redirects are answers
 * like any other, and time and size are bounded, so no receiver can hold us up or lead us into a private network.
 */

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 65_536;

export interface PostOptions extends CheckedLookupOptions {
  /** How long a request may take as a whole. */
  timeoutMs?: number;
  /** Certificates to trust in addition, for tests. */
  ca?: string;
}

export type PostAnswer =
  | { status: number; error: null; retryAfter: string | undefined; text: string }
  | { status: null; error: SendError; retryAfter?: undefined; text: '' };

export interface PostRequest {
  url: string;
  body: string;
  headers?: Record<string, string>;
}

/** Sends one request and returns the answer. Never throws; what failed is in the answer. */
export async function post({ url, body, headers = {} }: PostRequest, options: PostOptions): Promise<PostAnswer> {
  const target = new URL(url);
  const checks = { ...options, port: portOf(target) };
  try {
    // Sockets look up names only.
    requireAllowedAddress(target.hostname.replace(/^\[|\]$/g, ''), checks);
  } catch (error) {
    return failed(error);
  }
  return new Promise((resolve) => {
    const send = target.protocol === 'https:' ? requestHttps : requestHttp;
    const bytes = Buffer.from(body);
    let answer: PostAnswer | null = null;
    const request = send(target, {
      method: 'POST',
      // A new connection, because a pooled one was checked for another request.
      agent: false,
      lookup: createCheckedLookup(checks),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Sluice',
        'content-length': bytes.length,
        ...headers,
      },
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    });
    const finish = (found: PostAnswer) => {
      if (answer) return;
      answer = found;
      clearTimeout(timer);
      request.destroy();
      resolve(found);
    };
    let take: (() => PostAnswer) | null = null;
    // Once the status is known, a body that does not end changes nothing.
    const timer = setTimeout(
      () => finish(take?.() ?? { status: null, error: 'timeout', text: '' }),
      options.timeoutMs ?? TIMEOUT_MS,
    );
    request.on('error', (error) => finish(take?.() ?? failed(error)));
    request.on('response', (response) => {
      const { add, read } = collect(response);
      take = read;
      response.on('data', (chunk: Buffer) => add(chunk) || finish(read()));
      response.on('error', () => finish(read()));
      response.on('close', () => finish(read()));
    });
    request.end(bytes);
  });
}

function collect({ statusCode, headers }: IncomingMessage) {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    /** @returns false once the answer is as long as it may be */
    add(chunk: Buffer): boolean {
      chunks.push(chunk.subarray(0, ANSWER_BYTES_MAX - size));
      size += chunk.length;
      return size < ANSWER_BYTES_MAX;
    },
    read: (): PostAnswer => ({
      status: statusCode ?? 0,
      error: null,
      retryAfter: headers['retry-after'],
      text: Buffer.concat(chunks).toString(),
    }),
  };
}

function failed(error: unknown): PostAnswer {
  return { status: null, error: toSendError(error), text: '' };
}

function toSendError(error: unknown): SendError {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const code = String((first as { code?: unknown } | undefined)?.code ?? '');
  if (code === 'ERR_ADDRESS_NOT_ALLOWED') return 'address_not_allowed';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'host_not_found';
  if (['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'].includes(code)) return 'connection_refused';
  if (/^(ERR_TLS|ERR_SSL|CERT_|EPROTO|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_)/.test(code)) return 'tls_failed';
  return 'connection_lost';
}
