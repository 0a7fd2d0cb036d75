import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../domain/errors.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { describeApi } from '../openapi-document.ts';
import { registerWebhooks } from '../schemas/webhooks.ts';

/** The documentation page, served from local files: it works offline and needs no inline script. */

export const DOCS_PATH = '/api/docs';

/** The only files served, with their types; no other file of the directory is reachable. */
const ASSETS: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Sluice API</title>
    <link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png" />
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="documentation"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/init.js"></script>
  </body>
</html>
`;

const INIT = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#documentation',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
`;

const SESSION_COOKIES = {
  token: {
    name: 'sluice_session',
    description: 'Set by POST /api/session. The name ends with a suffix of the installation.',
  },
  redirect: { name: '__Host-sluice_access', description: 'Set by GET /api/session/callback.' },
} as const;

/** `GET /api/openapi.json` and `GET /api/docs`. */
export function registerDocs(api: Api, deps: ApiDeps): void {
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'On one machine its token; on AWS an access token of the user pool, for a person or a script.',
  });
  api.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    ...SESSION_COOKIES[deps.authentication.signIn.kind],
  });
  registerWebhooks(api);
  let document: object | undefined;
  api.get('/api/openapi.json', (context) => {
    document ??= describeApi(api, deps.version);
    return context.json(document, 200, { 'cache-control': 'no-cache' });
  });

  const { docs } = deps;
  if (!docs) return;
  api.get(DOCS_PATH, (context) => context.html(PAGE, 200, { 'cache-control': 'no-cache' }));
  api.get('/api/docs/init.js', (context) =>
    context.body(INIT, 200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' }),
  );
  api.get('/api/docs/:asset', async (context) => {
    const asset = context.req.param('asset');
    const type = Object.hasOwn(ASSETS, asset) ? ASSETS[asset] : undefined;
    if (type === undefined) {
      throw new AppError('not_found', { detail: 'no such page', remedy: 'open /api/docs' });
    }
    const content = await readFile(join(docs.directory, asset));
    return context.body(new Uint8Array(content), 200, {
      'content-type': type,
      'cache-control': 'private, max-age=86400',
    });
  });
}
