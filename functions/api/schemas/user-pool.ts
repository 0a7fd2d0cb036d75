import { z } from '@hono/zod-openapi';
import { ROLES } from '../auth/roles.ts';
import { timestamp } from './parts.ts';

/** The users of a Cognito user pool, and its clients for scripts. */

const role = z.enum(ROLES).nullable().openapi({ description: 'Of the strongest group; null: no access' });

export const PoolUserResource = z
  .object({
    username: z.string().openapi({ description: 'Names the user in commands of the AWS CLI' }),
    email: z.string().nullable(),
    role,
    groups: z.array(z.string()).openapi({ description: 'The groups that are roles' }),
    status: z.string().openapi({ description: 'Cognito’s word', example: 'CONFIRMED' }),
    isEnabled: z.boolean().openapi({ description: 'False: an administrator has disabled the user in Cognito' }),
    createdAt: timestamp.nullable(),
    changedAt: timestamp.nullable(),
  })
  .openapi('PoolUser');
export type PoolUserResource = z.infer<typeof PoolUserResource>;

export const UserPoolResource = z
  .object({
    userPoolId: z.string(),
    region: z.string(),
    consoleUrl: z
      .string()
      .nullable()
      .openapi({ description: 'Where to manage the users; null outside aws.amazon.com' }),
    users: z.array(PoolUserResource).openapi({ description: 'By name' }),
    isComplete: z.boolean().openapi({ description: 'False: there are more users than are listed' }),
    scripts: z
      .array(z.object({ clientId: z.string(), role: z.enum(ROLES), scope: z.string() }))
      .openapi({ description: 'Clients with client credentials, from scriptRoles of the environment file' }),
  })
  .openapi('UserPool');
export type UserPoolResource = z.infer<typeof UserPoolResource>;
