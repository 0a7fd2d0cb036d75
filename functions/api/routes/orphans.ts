import { createRoute, z } from '@hono/zod-openapi';
import { listOrphans, requestOrphanRelease, type Orphan } from '../../aws/orphan-table.ts';
import { pricingOf } from '../../aws/pricing-of.ts';
import { priceOfLeftover } from '../../domain/cost.ts';
import { AppError } from '../../domain/errors.ts';
import type { OrphanReason } from '../../domain/orphans.ts';
import { isComplete, toUsd } from '../../domain/money.ts';
import type { Pricing } from '../../domain/pricing.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { OrphanId, OrphanList, OrphanResource } from '../schemas/orphans.ts';

const tags = ['Orphans'];

const DETAILS: Record<OrphanReason, string> = {
  no_destination: 'its destination no longer exists',
  duplicate: 'its destination uses another one',
  unrecorded: 'its destination has no record of it',
  tags_missing: 'it has a Sluice name but not the tags, so its owner is unknown',
};

const list = createRoute({
  method: 'get',
  path: '/api/orphans',
  tags,
  summary: 'List orphans: AWS resources no destination uses',
  description: 'As the last sweeps found them. The sweep releases tagged orphans after 10 minutes.',
  request: { query: NoQuery },
  responses: { 200: answers(OrphanList, 'The orphans, oldest first'), ...problems(503) },
});

const release = createRoute({
  method: 'post',
  path: '/api/orphans/{orphanId}/release',
  tags,
  summary: 'Release an orphan now',
  description: 'The next sweep deletes it; dependent resources may take several sweeps.',
  request: { params: z.object({ orphanId: OrphanId }), query: NoQuery },
  responses: {
    202: answers(OrphanResource, 'The orphan that is being released'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 503),
  },
});

/** For the typed client. */
export type OrphansRoutes = typeof list | typeof release;

/** Orphans: resources that cost money although no destination uses them. */
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
    detail: `no orphan ${orphanId}`,
    remedy: 'it may be released already; GET /api/orphans lists all orphans',
  });
}

function notOurs({ resource, resourceId }: Orphan): AppError {
  return new AppError('illegal_transition', {
    detail: `the ${resource} ${resourceId} is not tagged by Sluice, and untagged resources are never deleted`,
    remedy: 'check it in the AWS console: delete it there, or restore its tags',
    allowedActions: [],
  });
}
