import { z } from '@hono/zod-openapi';
import { PRIMARY_MODES } from '../../domain/primary-mode.ts';
import { DestinationResource } from './destinations.ts';

/** Schemas of the channel behind the preview. */

export const PrimaryResource = z
  .object({
    mode: z.enum(PRIMARY_MODES).openapi({
      description:
        'always: while the flow is active; with-source: while the flow is active and an encoder is connected; off: never',
    }),
    configuredMode: z.enum(PRIMARY_MODES).openapi({ description: 'The mode in the configuration of the deployment' }),
    destination: DestinationResource.nullable().openapi({
      description: 'The primary channel with its price; null until the first sweep has created its record',
    }),
  })
  .openapi('Primary');

export type PrimaryResource = z.infer<typeof PrimaryResource>;

export const SetPrimary = z.strictObject({ mode: z.enum(PRIMARY_MODES) }).openapi('SetPrimary');

export type SetPrimary = z.input<typeof SetPrimary>;
