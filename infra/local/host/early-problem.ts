import { randomUUID } from 'node:crypto';
import { SECURITY_HEADERS } from '../../../functions/api/http/security-headers.ts';
import { AppError, type ErrorCode } from '../../../functions/domain/errors.ts';
import type { EarlyRefusal, GuardedServerOptions } from './guarded-server.ts';

const CODES: Record<EarlyRefusal['status'], ErrorCode> = {
  400: 'malformed_request',
  405: 'method_not_allowed',
  408: 'malformed_request',
  413: 'payload_too_large',
  417: 'malformed_request',
  431: 'payload_too_large',
};

/** Formats a refusal as the API formats its own: an RFC 9457 problem with the headers of every response. */
export const explainAsProblem: GuardedServerOptions['explain'] = ({ status, detail }) => {
  const remedy = 'send an HTTP/1.1 request as GET /api/docs describes it';
  const { code, title } = new AppError(CODES[status], { detail, remedy });
  const requestId = randomUUID();
  const body = { type: `urn:sluice:problem:${code}`, title, status, detail, code, remedy, requestId };
  return {
    headers: {
      ...SECURITY_HEADERS,
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': requestId,
      ...(status === 405 ? { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' } : {}),
    },
    body: JSON.stringify(body),
  };
};

/** Returns the same kind of problem for a request that Node could parse but the API cannot. */
export function explainUnreadable(): Response {
  const { headers, body } = explainAsProblem({ status: 400, detail: 'the path or the Host header cannot be read' });
  return new Response(body, { status: 400, headers });
}
