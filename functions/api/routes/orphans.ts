import { createRoute, z } from '@hono/zod-openapi';
import { listOrphans, requestOrphanRelease, type Orphan } from '../../aws/orphan-table.ts';
import { pricingOf } from '../../aws/pricing-of.ts';
import { priceOfLeftover } from '../../domain/cost.ts';
import { AppError } from '../../domain/errors.ts';
import type { OrphanReason } from '../../domain/inventory.ts';
import { isComplete, toUsd } from '../../domain/money.ts';
import type { Pricing } from '../../domain/pricing.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, WRITE_PROBLEMS } from '../schemas/contract.ts';
import { OrphanId } from '../schemas/requests.ts';
import { OrphanList, OrphanResource } from '../schemas/answers.ts';

const tags = ['Leftovers'];

const DETAILS: Record<OrphanReason, string> = {
  no_destination: 'no destination holds it: the one it was made for is gone',
  duplicate: 'its destination holds another one',
  unrecorded: 'its destination does not know of it',
  tags_missing: 'it has our name but not our tags, so nobody can tell whose it is',
};

const list = createRoute({
  method: 'get',
  path: '/api/orphans',
  tags,
  summary: 'AWS resources that belong to no destination',
  description: 'As the last sweeps saw them. Those with our tags are released by themselves after ten minutes.',
  request: { query: NoQuery },
  responses: { 200: answers(OrphanList, 'The leftovers, oldest first'), ...problems(503) },
});

const release = createRoute({
  method: 'post',
  path: '/api/orphans/{orphanId}/release',
  tags,
  summary: 'Release a leftover now',
  description: 'The next sweep takes it down in the right order; it may take several.',
  request: { params: z.object({ orphanId: OrphanId }), query: NoQuery },
  responses: { 202: answers(OrphanResource, 'It is being released'), ...problems(...WRITE_PROBLEMS, 404, 409, 503) },
});

/** What costs although nothing uses it. */
export function registerOrphans(api: Api, deps: ApiDeps): void {
  const pricing = pricingOf(deps);

  api.openapi(list, async (context) => {
    const orphans = await listOrphans(deps);
    return context.json({ data: orphans.map((orphan) => toResource(orphan, pricing)) }, 200);
  });

  api.openapi(release, async (context) => {
    const { orphanId } = context.req.valid('param');
    const orphan = (await listOrphans(deps)).find((each) => each.orphanId === orphanId);
    if (!orphan) throw missing(orphanId);
    if (!orphan.isTagged) throw notOurs(orphan);
    const requestedBy = context.get('principal').id;
    if (!(await requestOrphanRelease(deps, orphanId, requestedBy))) throw missing(orphanId);
    return context.json(toResource({ ...orphan, releaseRequestedBy: requestedBy }, pricing), 202);
  });
}

function toResource({ isTagged, reason, ...orphan }: Orphan, pricing: Pricing): z.infer<typeof OrphanResource> {
  const price = priceOfLeftover(pricing, orphan);
  return {
    ...orphan,
    reason,
    detail: DETAILS[reason],
    isReleasable: isTagged,
    usdPerHour: toUsd(price),
    isPriceComplete: isComplete(price),
  };
}

function missing(orphanId: string): AppError {
  return new AppError('not_found', {
    detail: `there is no leftover ${orphanId}`,
    remedy: 'GET /api/orphans lists what there is; it may be gone already',
  });
}

function notOurs({ resource, resourceId }: Orphan): AppError {
  return new AppError('illegal_transition', {
    detail: `the ${resource} ${resourceId} does not carry our tags, and what may be somebody else’s is not deleted`,
    remedy: 'look at it in the AWS console: delete it there, or put its tags back',
    allowedActions: [],
  });
}
