import type { Audience } from '../audience-deps.ts';
import type { AudienceParts } from '../audience-parts.ts';
import { ASSETS_PATH } from '../pages/layout.ts';
import { problem } from '../problem.ts';

/** Serves script and style of the pages. Their names contain a hash of their content. */
export function registerAssets(audience: Audience, { deps }: AudienceParts): void {
  audience.get(`${ASSETS_PATH}/:name`, (context) => {
    const file = deps.assets?.read(context.req.param('name'));
    if (!file) return problem('not_found');
    return context.body(file.content, 200, {
      'content-type': file.contentType,
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });
}
