import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { z } from '@hono/zod-openapi';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { useTestApi } from '../../test/support/api.ts';
import type { Api } from './api-deps.ts';
import { ANSWER_EXAMPLES } from './schemas/answer-examples.ts';

const test = useTestApi();
const directory = mkdtempSync(join(tmpdir(), 'sluice-openapi-'));
const redocly = join(dirname(createRequire(import.meta.url).resolve('@redocly/cli/package.json')), 'bin/cli.js');

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a linter that others wrote. @returns its output, empty without a finding */
async function lint(document: unknown, ...options: string[]): Promise<string> {
  const file = join(directory, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  try {
    await promisify(execFile)(
      process.execPath,
      [redocly, 'lint', file, '--extends', 'recommended-strict', ...options],
      {
        cwd: directory,
        env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      },
    );
    return '';
  } catch (error) {
    return (error as { stdout: string; stderr: string }).stdout + (error as { stderr: string }).stderr;
  }
}

/** Returns the schemas of all JSON request bodies with their names in the document. */
function requestSchemasOf(api: Api, { paths }: { paths: Record<string, any> }): [string, z.ZodType][] {
  return api.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route') return [];
    const { method, path, request } = definition.route;
    const media = request?.body?.content['application/json'];
    if (!media || !('schema' in media)) return [];
    const { $ref: reference } = paths[path][method].requestBody.content['application/json'].schema;
    return [[reference.split('/').at(-1), media.schema as z.ZodType] as [string, z.ZodType]];
  });
}

interface Operation {
  operationId?: string;
}

describe('the OpenAPI document', () => {
  it('passes the strict rules of an independent linter', async () => {
    const { body } = await test.call('GET', '/api/openapi.json');
    expect(await lint(body, '--skip-rule', 'no-ambiguous-paths')).toBe('');
    // Its path alone is ambiguous, and harmless: no destination id is `by-reference`.
    const { '/api/destinations/by-reference/{reference}': _, ...paths } = body.paths;
    expect(await lint({ ...body, paths }, '--skip-rule', 'no-unused-components')).toBe('');
    // The linter finds what is wrong.
    expect(await lint({ ...body, servers: [] })).toContain('no-empty-servers');
  }, 120_000);

  it('gives each call a name that a generated client can use', async () => {
    const { body } = await test.call('GET', '/api/openapi.json');
    const all = { ...body.paths, ...body.webhooks };
    const ids = Object.values<Record<string, Operation>>(all).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(ids.filter((id) => !/^[a-z][A-Za-z0-9]+$/.test(id ?? ''))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(body.paths['/api/shows'].post.operationId).toBe('createShow');
    expect(body.paths['/api/destinations/{destinationId}/start'].post.operationId).toBe('startDestination');
    expect(body.paths['/api/destinations/start'].post.operationId).toBe('startDestinations');
    expect(body.paths['/api/shows/{showId}/report'].get.operationId).toBe('getShowReport');
  });

  it('shows an example of every request body, which the API accepts', async () => {
    const { body } = await test.call('GET', '/api/openapi.json');
    const named = requestSchemasOf(test.api, body);
    expect(named.map(([name]) => name).filter((name) => !body.components.schemas[name].examples)).toEqual([]);
    const refused = named.filter(
      ([name, schema]) => !schema.safeParse(body.components.schemas[name].examples[0]).success,
    );
    expect(refused.map(([name]) => name)).toEqual([]);
  });

  it('shows examples of the main answers that match their schemas', async () => {
    const { body } = await test.call('GET', '/api/openapi.json');
    const shown = Object.entries<{ examples?: unknown[] }>(body.components.schemas).filter(
      ([, { examples }]) => examples,
    );
    expect(shown.map(([name]) => name)).toEqual(expect.arrayContaining(Object.keys(ANSWER_EXAMPLES)));
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, binary: true, password: true } }).addSchema(
      body,
      'document',
    );
    const faults = shown.flatMap(([name, { examples }]) => {
      const isValid = ajv.getSchema(`document#/components/schemas/${name}`)!;
      return isValid(examples![0]) ? [] : [`${name}: ${ajv.errorsText(isValid.errors)}`];
    });
    expect(faults).toEqual([]);
  });
});
