import { z } from '@hono/zod-openapi';
import { WayToSignIn } from './session.ts';

/** Schema of every refusal. */

/** RFC 9457 problem. `code` is stable; `detail` and `remedy` are for people. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    remedy: z.string(),
    requestId: z.string(),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: 'One entry per offending field; `field` is a path such as streamKey' }),
    allowedActions: z.array(z.string()).optional(),
    retryAfterSeconds: z.number().optional(),
    signIn: WayToSignIn.optional().openapi({ description: 'How to sign in; only in a 401' }),
  })
  .openapi('Problem');

export type ProblemBody = z.infer<typeof Problem>;
