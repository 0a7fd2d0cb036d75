/** A request as an HTTP API passes it to a function behind CloudFront, payload format 2.0. */
export interface HttpRequest {
  method: string;
  /** Includes the query. */
  path: string;
  /** Sent as JSON; a string and bytes are sent unchanged. */
  body?: unknown;
  headers?: Record<string, string>;
  cookies?: string[];
  /** The gateway encodes bodies that it considers binary. */
  isBase64Encoded?: boolean;
}

/** The function's response. */
export interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string>;
  cookies?: string[];
  body: string;
  isBase64Encoded: boolean;
}

/**
 * Builds the event. Header names are lower case, cookies are a separate list, repeated query values are joined by
 * commas.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function makeHttpEvent({ method, path, body, headers = {}, cookies, isBase64Encoded = false }: HttpRequest) {
  const [rawPath = '', rawQueryString = ''] = path.split('?');
  const isPlain = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
  const text = isPlain ? body : JSON.stringify(body);
  const query = new URLSearchParams(rawQueryString);
  const names = [...new Set(query.keys())];
  return {
    version: '2.0',
    routeKey: 'ANY /api/{proxy+}',
    rawPath,
    rawQueryString,
    ...(cookies ? { cookies } : {}),
    headers: {
      accept: 'application/json',
      'content-length': String(Buffer.byteLength(text ?? '')),
      host: 'abcde12345.execute-api.us-east-1.amazonaws.com',
      'user-agent': 'Amazon CloudFront',
      via: '2.0 abcdef.cloudfront.net (CloudFront)',
      'x-amz-cf-id': 'kVmUZjO2',
      'x-amzn-trace-id': 'Root=1-65f0c0de-000000000000000000000000',
      'x-forwarded-for': '203.0.113.9, 198.51.100.7',
      'x-forwarded-host': 'd111111abcdef8.cloudfront.net',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(names.length > 0
      ? { queryStringParameters: Object.fromEntries(names.map((name) => [name, query.getAll(name).join(',')])) }
      : {}),
    requestContext: {
      accountId: '000000000000',
      apiId: 'abcde12345',
      domainName: 'abcde12345.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'abcde12345',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '198.51.100.7', userAgent: 'Amazon CloudFront' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: 'ANY /api/{proxy+}',
      stage: '$default',
      time: '21/Nov/2026:18:00:00 +0000',
      timeEpoch: 1_795_284_000_000,
    },
    pathParameters: { proxy: rawPath.replace(/^\/api\//, '') },
    ...(text === undefined ? {} : { body: isBase64Encoded ? Buffer.from(text).toString('base64') : text }),
    isBase64Encoded,
  };
}
