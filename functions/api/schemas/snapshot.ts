import { z } from '@hono/zod-openapi';
import { DestinationList } from './destinations.ts';
import { FlowStatusResource } from './flow.ts';
import { OrphanList } from './orphans.ts';
import { PrimaryResource } from './primary.ts';
import { Problem } from './problem.ts';
import { HealthResource } from './service-health.ts';
import { CeilingList } from './ceilings.ts';
import { CostNow } from './costs.ts';
import { GroupStartList } from './group-starts.ts';
import { IncidentList } from './incidents.ts';
import { NoSourceLimitResource } from './no-source-limit.ts';
import { PresenceList } from './presence.ts';
import { RehearsalResource } from './rehearsal.ts';

/** Everything that an open dashboard polls. Each part has the shape of the call for it alone. */

const parts = {
  destinations: DestinationList.shape.data.openapi({ description: 'All of them, oldest first' }),
  source: FlowStatusResource,
  primary: PrimaryResource,
  incidents: IncidentList.shape.data.openapi({ description: 'The newest 200' }),
  groupStarts: GroupStartList.shape.data,
  orphans: OrphanList.shape.data,
  costs: CostNow,
  ceilings: CeilingList,
  noSourceLimit: NoSourceLimitResource,
  presence: PresenceList.shape.data,
  rehearsal: RehearsalResource.shape.data.openapi({ description: 'The drills; null on AWS, where there are none' }),
  service: HealthResource,
};

export type SnapshotPart = keyof typeof parts;

export const Snapshot = z
  .object({
    ...(Object.fromEntries(Object.entries(parts).map(([name, schema]) => [name, schema.nullable()])) as {
      [Part in SnapshotPart]: z.ZodNullable<(typeof parts)[Part]>;
    }),
    problems: z
      .record(z.string(), Problem)
      .openapi({ description: 'Why a part is null, by its name; empty when everything could be read' }),
  })
  .openapi('Snapshot');
export type Snapshot = z.infer<typeof Snapshot>;
