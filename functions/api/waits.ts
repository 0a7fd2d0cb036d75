import { isMoving } from './is-moving.ts';
import type { BulkResult, BulkStartResult, DestinationResource } from './schemas/destinations.ts';
import type { FlowStatusResource } from './schemas/flow.ts';
import type { OperationResource } from './schemas/operations.ts';
import type { OrphanList } from './schemas/orphans.ts';
import type { GroupStartResource } from './schemas/group-starts.ts';
import type { DeliveryResource } from './schemas/notifications.ts';

/** What every slow call waits for with `Prefer: wait=N`, in one table. */

/** Reads a resource as the caller. @returns null when it does not exist */
export type Read = <Resource>(path: string) => Promise<Resource | null>;

/** What was answered before the wait. */
export interface Accepted {
  /** The path of the request, without its query. */
  path: string;
  /** The body of the request. */
  sent: unknown;
  /** The body of the answer. */
  body: unknown;
}

/** The answer once there is nothing more to wait for. */
export interface Settled {
  /** null: the resource is gone, and the answer is 204. */
  body: unknown;
}

export interface Wait {
  /** Returns the final answer, or null while the work continues. */
  look: (read: Read, accepted: Accepted) => Promise<Settled | null>;
  /** The work ends with a resource that is gone. */
  deletes?: true;
}

const DESTINATION = '/api/destinations/{destinationId}';

/** By method and path of the OpenAPI document. */
export const WAITS: Readonly<Record<string, Wait>> = {
  'GET /api/operations/{operationId}': { look: lookAtOperation },
  [`POST ${DESTINATION}/start`]: { look: lookAtDestination },
  [`POST ${DESTINATION}/stop`]: { look: lookAtDestination },
  [`POST ${DESTINATION}/restart`]: { look: lookAtDestination },
  [`POST ${DESTINATION}/show-slate`]: { look: lookAtDestination },
  [`POST ${DESTINATION}/end-slate`]: { look: lookAtDestination },
  [`DELETE ${DESTINATION}`]: { look: lookAtDestination, deletes: true },
  'POST /api/destinations/start': { look: lookAtStarts },
  'POST /api/destinations/stop': { look: lookAtDestinations },
  'POST /api/destinations/show-slate': { look: lookAtDestinations },
  'POST /api/destinations/end-slate': { look: lookAtDestinations },
  'POST /api/group-starts': { look: lookAtGroupStart },
  'POST /api/mediaconnect/flow/start': { look: lookAtFlow },
  'POST /api/mediaconnect/flow/stop': { look: lookAtFlow },
  'POST /api/mediaconnect/flow/switch': { look: lookAtSources },
  'POST /api/deliveries/{deliveryId}/replay': { look: lookAtDelivery },
  'POST /api/orphans/{orphanId}/release': { look: lookAtOrphan, deletes: true },
  'DELETE /api/recordings/{recordingId}': { look: lookAtRecording, deletes: true },
};

async function lookAtOperation(read: Read, { path }: Accepted): Promise<Settled | null> {
  const operation = await read<OperationResource>(path);
  return operation?.state === 'running' ? null : { body: operation };
}

async function lookAtDestination(read: Read, { body }: Accepted): Promise<Settled | null> {
  const { destinationId } = body as DestinationResource;
  const destination = await read<DestinationResource>(`/api/destinations/${destinationId}`);
  return destination && isMoving(destination) ? null : { body: destination };
}

/** Waits for every item, and answers with their new statuses. */
async function lookAtDestinations(read: Read, { body }: Accepted): Promise<Settled | null> {
  const { results, ...rest } = body as BulkResult;
  const list = await read<{ data: DestinationResource[] }>('/api/destinations');
  const now = new Map(list?.data.map((destination) => [destination.destinationId, destination]));
  const accepted = results.filter(({ outcome }) => outcome === 'accepted');
  const waited = accepted.map(({ destinationId }) => now.get(destinationId));
  if (waited.some((destination) => destination && isMoving(destination))) return null;
  const settled = results.map((each) => ({ ...each, status: now.get(each.destinationId)?.status ?? each.status }));
  return { body: { ...rest, results: settled } };
}

/** Some of them wait for their turn, so their group start says when all have had it. */
async function lookAtStarts(read: Read, accepted: Accepted): Promise<Settled | null> {
  const { groupStartId } = accepted.body as BulkStartResult;
  const groupStart = groupStartId && (await read<GroupStartResource>(`/api/group-starts/${groupStartId}`));
  if (groupStart && groupStart.state !== 'ended') return null;
  return lookAtDestinations(read, accepted);
}

async function lookAtGroupStart(read: Read, { body }: Accepted): Promise<Settled | null> {
  const { groupStartId } = body as GroupStartResource;
  const groupStart = await read<GroupStartResource>(`/api/group-starts/${groupStartId}`);
  return groupStart && groupStart.state !== 'ended' ? null : { body: groupStart };
}

async function lookAtFlow(read: Read): Promise<Settled | null> {
  const flow = await read<FlowStatusResource>('/api/mediaconnect/flow/status');
  return flow && ['STARTING', 'STOPPING', 'UPDATING'].includes(flow.status) ? null : { body: flow };
}

async function lookAtSources(read: Read, { sent }: Accepted): Promise<Settled | null> {
  const { to } = sent as { to: string };
  const flow = await read<FlowStatusResource>('/api/mediaconnect/flow/status');
  return flow?.sources.some(({ role, isInUse }) => role === to && isInUse) ? { body: flow } : null;
}

async function lookAtDelivery(read: Read, { body }: Accepted): Promise<Settled | null> {
  const { deliveryId, targetId } = body as DeliveryResource;
  const list = await read<{ data: DeliveryResource[] }>(`/api/notification-targets/${targetId}/deliveries`);
  const delivery = list?.data.find((each) => each.deliveryId === deliveryId);
  return delivery?.state === 'pending' ? null : { body: delivery ?? body };
}

async function lookAtOrphan(read: Read, { body }: Accepted): Promise<Settled | null> {
  const { orphanId } = body as OrphanList['data'][number];
  const list = await read<OrphanList>('/api/orphans');
  return list?.data.some((orphan) => orphan.orphanId === orphanId) ? null : { body: null };
}

async function lookAtRecording(read: Read, { path }: Accepted): Promise<Settled | null> {
  const recording = await read<object>(path);
  return recording ? null : { body: null };
}
