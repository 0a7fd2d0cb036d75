import { z } from '@hono/zod-openapi';
import { ROLES } from '../auth/roles.ts';

/** Schemas of signing in, of the session and of its end. */

export const WayToSignIn = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('token') }),
    z.object({ kind: z.literal('redirect'), url: z.string() }),
  ])
  .openapi('WayToSignIn', {
    description: 'token: send it to POST /api/session; redirect: open the URL in the browser',
  });

export const SessionResource = z
  .object({
    principal: z.string(),
    role: z.enum(ROLES),
    signIn: WayToSignIn,
    embedded: z.boolean().openapi({ description: 'True on one machine, where destinations may point to loopback' }),
    loopbackTargetsAllowed: z.boolean(),
    version: z.string(),
    ffmpeg: z
      .object({ version: z.string(), origin: z.enum(['environment', 'system', 'npm']) })
      .nullable()
      .openapi({
        description: 'The ffmpeg in use on one machine; npm is the tested version; null on AWS',
      }),
  })
  .openapi('Session');

/** The next step after the session has ended here. */
export const EndedSession = z
  .object({
    continueAt: z.string().openapi({ description: 'URL to open in the browser to sign out at the user pool' }),
  })
  .openapi('EndedSession');

/** How the sluice command signs in through the browser. */
export const CommandLineSignIn = z
  .object({
    clientId: z.string().openapi({ description: 'A public client of the user pool, with PKCE (S256)' }),
    scope: z.string(),
    authorizationUrl: z.string(),
    tokenUrl: z.string(),
    revocationUrl: z.string(),
    redirectUrls: z.array(z.string()).openapi({ description: 'Loopback addresses; use one of which the port is free' }),
  })
  .openapi('CommandLineSignIn');

export type SessionResource = z.infer<typeof SessionResource>;
export type CommandLineSignIn = z.infer<typeof CommandLineSignIn>;
export type EndedSession = z.infer<typeof EndedSession>;

export const CreateSession = z.strictObject({ token: z.string().min(1).max(512) }).openapi('CreateSession');

export type CreateSession = z.input<typeof CreateSession>;
