import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { useTestApi } from '../../test/support/api.ts';

const test = useTestApi();
const directory = mkdtempSync(join(tmpdir(), 'sluice-openapi-'));
const redocly = join(dirname(createRequire(import.meta.url).resolve('@redocly/cli/package.json')), 'bin/cli.js');

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a linter that others wrote. @returns its output, empty without a finding */
async function lint(document: unknown): Promise<string> {
  const file = join(directory, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  try {
    await promisify(execFile)(process.execPath, [redocly, 'lint', file, '--extends', 'recommended-strict'], {
      cwd: directory,
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    });
    return '';
  } catch (error) {
    return (error as { stdout: string; stderr: string }).stdout + (error as { stderr: string }).stderr;
  }
}

interface Operation {
  operationId?: string;
}

describe('the OpenAPI document', () => {
  it('passes the strict rules of an independent linter', async () => {
    const { body } = await test.call('GET', '/api/openapi.json');
    expect(await lint(body)).toBe('');
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
});
