import { createRoute } from '@hono/zod-openapi';
import { escapePassphrase, toSrtUrl } from '../../domain/srt-address.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems } from '../schemas/openapi-parts.ts';
import { toFlowStatusResource, type FlowLookMemo } from '../views/flow-status.ts';
import { EncoderAddressResource, type FlowStatusResource } from '../schemas/flow.ts';

const encoderAddress = createRoute({
  method: 'get',
  path: '/api/mediaconnect/flow/encoder-address',
  tags: ['Source'],
  summary: 'Get the encoder address with the passphrase',
  description: 'On one machine only. On AWS the passphrase is in Secrets Manager, which the API cannot read.',
  request: { query: NoQuery },
  responses: { 200: answers(EncoderAddressResource, 'The address to paste into the encoder'), ...problems(503) },
});

/** For the typed client. */
export type FlowEncoderAddressRoutes = typeof encoderAddress;

/**
 * `GET /api/mediaconnect/flow/encoder-address`. Separate from the flow's status, because that is polled, stored with
 * idempotency keys and readable by viewers. @param passphrase null: the listener is open
 */
export function registerFlowEncoderAddress(
  api: Api,
  deps: ApiDeps,
  look: FlowLookMemo,
  passphrase: string | null,
): void {
  api.openapi(encoderAddress, async (context) => {
    const { ingest, sources } = toFlowStatusResource(deps, await look.get(), new URL(context.req.url).hostname);
    const { host, port, latencyMs } = ingest;
    const escaped = passphrase === null ? {} : { passphrase: escapePassphrase(passphrase) };
    context.header('Cache-Control', 'no-store');
    const backup = sources.find(({ role }) => role === 'backup')?.ingest;
    return context.json(
      {
        srtUrl: toSrtUrl({ host, port, latencyMs, ...escaped }),
        passphrase,
        backup: backup && deps.backupPassphrase ? toAddress(backup, deps.backupPassphrase) : null,
      },
      200,
    );
  });
}

function toAddress({ host, port, latencyMs }: FlowStatusResource['ingest'], passphrase: string) {
  return { srtUrl: toSrtUrl({ host, port, latencyMs, passphrase: escapePassphrase(passphrase) }), passphrase };
}
