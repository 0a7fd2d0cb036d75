import { z } from '@hono/zod-openapi';

/** Schema of the health of the service itself. */

export const HealthResource = z
  .object({
    status: z.enum(['ok', 'degraded']),
    version: z.string(),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  })
  .openapi('ServiceHealth');

export type HealthResource = z.infer<typeof HealthResource>;
