import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A request as it arrived. */
export interface ReceivedRequest {
  headers: IncomingHttpHeaders;
  body: string;
  /** When its last byte arrived, in ms since the epoch. */
  atMs: number;
}

/** A web server that keeps what is posted to it. */
export interface WebhookReceiver {
  /** `http://127.0.0.1:PORT`, without a path. */
  origin: string;
  received: ReceivedRequest[];
  /** How it answers from now on. */
  answer: { status: number; body: string; headers?: Record<string, string> };
  close(): void;
}

/** Starts a receiver on a free port. */
export async function startWebhookReceiver(
  answer: WebhookReceiver['answer'] = { status: 200, body: 'ok' },
): Promise<WebhookReceiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      receiver.received.push({ headers: request.headers, body, atMs: Date.now() });
      response.writeHead(receiver.answer.status, receiver.answer.headers ?? {}).end(receiver.answer.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: WebhookReceiver = {
    origin: `http://127.0.0.1:${port}`,
    received: [],
    answer,
    close: () => void server.close(),
  };
  return receiver;
}

/** Verifies a request with the reference library of Standard Webhooks. @throws unless the secret signed it */
export function verifyWebhook(secret: string, { headers, body }: Pick<ReceivedRequest, 'headers' | 'body'>): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}
