/** Refusals of the public side's data routes, as RFC 9457 problems. Their texts reveal nothing about a show. */
const PROBLEMS = {
  not_found: { status: 404, title: 'Not found', detail: 'nothing is here, or it is not public' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here', detail: 'use GET' },
  not_live: { status: 409, title: 'Not live', detail: 'the show is not live; read its phase and try again' },
  too_large: { status: 413, title: 'The request body is too large', detail: 'send at most 16 KiB' },
  chat_closed: {
    status: 409,
    title: 'The chat is closed',
    detail:
      'it is off, or too early or too late: a chat is open from half an hour before its show to half an hour after it',
  },
  not_closed: { status: 409, title: 'Too early', detail: 'the bucket is still being written; ask again in a second' },
  gone: {
    status: 410,
    title: 'No longer kept',
    detail: 'read the chat of the show again and continue at its nextBucket',
  },
  name_needed: { status: 401, title: 'No name', detail: 'choose a name first' },
  name_taken: {
    status: 409,
    title: 'The name is taken',
    detail: 'another person here has a name that looks the same; choose a different one',
  },
  name_refused: {
    status: 422,
    title: 'The name cannot be used',
    detail: 'use 1 to 40 characters with a letter or a digit, and no name that looks like a moderator',
  },
  text_refused: {
    status: 422,
    title: 'The message cannot be sent',
    detail: 'write 1 to 500 characters, without control characters',
  },
  link_refused: {
    status: 422,
    title: 'Links are off in this chat',
    detail: 'remove the address; after a full stop, put a space',
  },
  word_refused: {
    status: 422,
    title: 'A word is not allowed in this chat',
    detail: 'write it without the word',
  },
  fields_refused: { status: 422, title: 'The request is invalid', detail: 'send the fields as documented, as JSON' },
  slow_mode: { status: 429, title: 'Too soon', detail: 'wait before the next message' },
  blocked: { status: 403, title: 'Blocked', detail: 'a moderator has stopped your messages in this chat' },
  forbidden: { status: 403, title: 'Not allowed', detail: 'send the request from a page of this site' },
  wrong_host: { status: 421, title: 'Wrong host', detail: 'use the address of the operator of this site' },
  throttled: { status: 429, title: 'Too many requests', detail: 'wait before the next request' },
  internal: { status: 500, title: 'Something went wrong on our side', detail: 'try again in a moment' },
  not_supported: { status: 501, title: 'Not supported', detail: 'only format=json is supported' },
  busy: { status: 503, title: 'Too many visitors', detail: 'try again in a few seconds' },
  closed: { status: 503, title: 'Closed', detail: 'the people who run this site have closed it for now' },
  no_picture: { status: 503, title: 'No picture', detail: 'the source delivers nothing at the moment' },
  full: { status: 503, title: 'Too many viewers', detail: 'all places are taken; try again in a minute' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** Returns a refusal. @param detail instead of the usual one; must reveal nothing about a show */
export function problem(code: ProblemCode, headers: Record<string, string> = {}, detail?: string): Response {
  const { status, title, detail: usual } = PROBLEMS[code];
  const body = { type: `urn:sluice:problem:${code}`, title, status, detail: detail ?? usual, code };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}
