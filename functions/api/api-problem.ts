import type { ProblemBody } from './schemas/problem.ts';

/** How a client of the API reports failures. Runs in the browser and in the command line; loads nothing of the server. */

/** A failed request with the API's problem, or with a local one when the server is unreachable. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly problem: ProblemBody;

  constructor(problem: ProblemBody) {
    super(problem.detail);
    this.problem = problem;
  }
}

/**
 * Wraps a `fetch` so that it throws an `ApiProblem` instead of returning a problem. An error status always is one, also
 * from a gateway in front of the API, except for the health of a service that is not well: its 503 is an answer.
 * @throws {unknown} what the signal of the request aborts with
 */
export function throwProblems(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    let response: Response;
    try {
      response = await send(input, init);
    } catch (error) {
      if (init?.signal?.aborted || error instanceof ApiProblem) throw error;
      throw new ApiProblem(unreachable());
    }
    if (response.status < 400 || isUnwell(input, response)) return response;
    throw new ApiProblem(toProblem(response, await response.text()));
  };
}

function isUnwell(input: RequestInfo | URL, { headers, status }: Response): boolean {
  const path = input instanceof Request ? input.url : String(input);
  const isJson = /^application\/json\b/i.test(headers.get('content-type') ?? '');
  return status === 503 && path.endsWith('/api/health') && isJson;
}

/** Returns the problem of an answer with an error status, of Sluice or of a proxy. */
export function toProblem(response: Response, text: string): ProblemBody {
  try {
    const body: Partial<ProblemBody> = JSON.parse(text);
    if (typeof body.detail === 'string' && typeof body.code === 'string') {
      return { ...unreachable(), remedy: '', requestId: '', ...body };
    }
  } catch {
    // Not JSON: a proxy has answered.
  }
  return {
    ...unreachable(),
    title: 'Unreadable answer',
    status: response.status,
    code: 'unreadable_answer',
    detail: `the server answered ${response.status} without a reason`,
    requestId: response.headers.get('x-request-id') ?? '',
  };
}

/** Returns the problem of a server that does not answer. */
export function unreachable(): ProblemBody {
  return {
    type: 'about:blank',
    title: 'Server unreachable',
    status: 0,
    code: 'unreachable',
    detail: 'the server does not answer',
    remedy: 'check that it is running and that this machine can reach it',
    requestId: '',
  };
}
