import { createRoute } from '@hono/zod-openapi';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems } from '../schemas/openapi-parts.ts';
import { toPresetsResource } from '../views/resources.ts';
import { PresetsResource } from '../schemas/presets.ts';

const presets = createRoute({
  method: 'get',
  path: '/api/presets',
  tags: ['Presets'],
  summary: 'List platforms and encodings, and which fit together',
  request: { query: NoQuery },
  responses: { 200: answers(PresetsResource, 'All presets'), ...problems() },
});

/** For the typed client. */
export type PresetsRoutes = typeof presets;

/** `GET /api/presets`. */
export function registerPresets(api: Api, deps: ApiDeps): void {
  const resource = toPresetsResource(deps.deployment);
  api.openapi(presets, (context) => context.json(resource, 200));
}
