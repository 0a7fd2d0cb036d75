import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findInstalledProgram } from '../support/installed-programs.ts';
import { findFreePorts, findFreeTcpPort, startProduct, type Product } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';

/**
 * Prometheus scrapes the running product, configured as the README says, and answers what the product shows. Skipped
 * without Prometheus, which is in Debian's package of that name.
 */

const prometheus = findInstalledProgram('prometheus');
const directory = mkdtempSync(join(tmpdir(), 'sluice-prometheus-'));
/** A job for each way to scrape. */
const JOBS = { local: 'sluice', withToken: 'token', withWrongToken: 'wrong-token' };
let product: Product;
let server: ChildProcess;
let origin: string;
let printed = '';

interface Series {
  metric: Record<string, string>;
  value: [number, string];
}

async function ask(path: string, query: Record<string, string> = {}) {
  const answer = await fetch(`${origin}/api/v1/${path}?${new URLSearchParams(query)}`);
  // oxlint-disable-next-line typescript/no-explicit-any
  return ((await answer.json()) as { data: any }).data;
}

const query = async (expression: string): Promise<Series[]> => (await ask('query', { query: expression })).result;

/** A few scrapes and evaluations, also on a busy machine. */
const LIMIT = { limitMs: 90_000, everyMs: 500 };

/** Waits until an expression has one value, and that is this one. */
const becomes = (expression: string, value: string): Promise<boolean> =>
  waitFor(
    `${expression} to be ${value}`,
    async () => {
      const found = await query(expression);
      return found.length === 1 && found[0]!.value[1] === value;
    },
    LIMIT,
  );

async function addDestination(name: string): Promise<string> {
  const body = { name, platform: 'custom', rtmpUrl: 'rtmp://127.0.0.1:19991/live', streamKey: `key-of-${name.length}` };
  const added = await product.call('POST', '/api/destinations', { ...body, preset: 'source', standby: 'cold' });
  expect(added.status, JSON.stringify(added.body)).toBe(201);
  return added.body.destinationId;
}

/** Returns the two YAML examples of the README's section: scrape configuration and rules. */
function examples(): string[] {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, section = ''] = /^## Prometheus\n(.*?)^## /ms.exec(readme) ?? [];
  return [...section.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, yaml = '']) => yaml);
}

function writeConfiguration(token: string): string {
  const [scrape = '', rules = ''] = examples();
  const target = product.origin.replace('http://', '');
  const job = (name: string, given: string): string => {
    writeFileSync(join(directory, name), given);
    return `  - job_name: ${name}\n    static_configs: [{ targets: ['${target}'] }]\n    authorization: { credentials_file: ${join(directory, name)} }\n`;
  };
  writeFileSync(join(directory, 'rules.yml'), rules);
  const file = join(directory, 'prometheus.yml');
  const often =
    'global: { scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 5s }\nrule_files: [rules.yml]\n';
  const local = scrape.replace('127.0.0.1:8080', target);
  writeFileSync(file, often + local + job(JOBS.withToken, token) + job(JOBS.withWrongToken, 'wrong'));
  return file;
}

describe.skipIf(prometheus === null)('Prometheus', () => {
  beforeAll(async () => {
    product = await startProduct(await findFreePorts(), join(directory, 'data'));
    await addDestination('Still');
    const waiting = await addDestination('Main "stage" \\ 2');
    await product.call('POST', `/api/destinations/${waiting}/start`, {});
    const { body } = await product.call('POST', '/api/access-tokens', {
      ...{ name: 'Prometheus', role: 'viewer', expiresAt: null },
    });
    const port = await findFreeTcpPort();
    origin = `http://127.0.0.1:${port}`;
    server = spawn(
      prometheus!,
      [
        `--config.file=${writeConfiguration(body.token)}`,
        `--storage.tsdb.path=${join(directory, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    server.stderr!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    await waitFor(
      'Prometheus to answer',
      async () => {
        if (server.exitCode !== null) throw new Error(`Prometheus ended with ${server.exitCode}:\n${printed}`);
        return fetch(`${origin}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        );
      },
      LIMIT,
    );
  });

  afterAll(async () => {
    if (server && server.exitCode === null) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    await product?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('scrapes without a token on the same machine, with the token of a viewer, and not with a wrong one', async () => {
    await becomes(`up{job="${JOBS.local}"}`, '1');
    await becomes(`up{job="${JOBS.withToken}"}`, '1');
    await becomes(`up{job="${JOBS.withWrongToken}"}`, '0');
    const { activeTargets } = await ask('targets');
    const errors = activeTargets.map(({ labels, lastError }: { labels: { job: string }; lastError: string }) => [
      labels.job,
      lastError,
    ]);
    expect(Object.fromEntries(errors)).toEqual({
      [JOBS.local]: '',
      [JOBS.withToken]: '',
      [JOBS.withWrongToken]: expect.stringContaining('401'),
    });
  });

  it('has every series that the product shows, and no other', async () => {
    await waitFor(
      'the series to agree',
      async () => {
        const { body } = await product.call('GET', '/metrics');
        const shown = parsePrometheusTextFormat(body as string).flatMap(({ name, metrics }) =>
          metrics.map(({ labels }) => seriesOf({ __name__: name, ...labels })),
        );
        const held = (await query(`{job="${JOBS.local}", __name__=~"(sluice|process)_.*"}`)).map(({ metric }) =>
          seriesOf(metric),
        );
        return shown.length > 20 && shown.toSorted().join('\n') === held.toSorted().join('\n');
      },
      LIMIT,
    );
  });

  it('answers the state and the price of a destination by its name', async () => {
    const is = (metric: string, labels: string, value: string): Promise<boolean> =>
      becomes(`${metric}{job="${JOBS.local}", ${labels}}`, value);
    await is('sluice_destination_state', 'name="Still", state="idle"', '1');
    await is('sluice_destination_state', 'name="Still", state="running"', '0');
    await is('sluice_destination_desired_running', 'name="Still"', '0');
    await is('sluice_destination_desired_running', 'name="Main \\"stage\\" \\\\ 2"', '1');
    const { body } = await product.call('GET', '/api/destinations');
    const still = body.data.find(({ name }: { name: string }) => name === 'Still');
    expect(still.cost.perHourNow).toBeTypeOf('number');
    await is('sluice_destination_cost_per_hour_usd', 'name="Still"', String(still.cost.perHourNow));
  });

  it('raises the alert of the README for a destination that should be on air and is not', async () => {
    // Without an encoder, the HLS preview raises it as well.
    const alert = await waitFor(
      'the alert',
      async () =>
        (await ask('alerts')).alerts.find(
          ({ labels }: { labels: { job: string; name: string } }) =>
            labels.job === JOBS.local && labels.name !== 'HLS preview',
        ),
      LIMIT,
    );
    expect(alert).toMatchObject({
      state: 'pending',
      labels: { alertname: 'DestinationNotOnAir', name: 'Main "stage" \\ 2' },
      annotations: { summary: 'Main "stage" \\ 2 should be on air and is not' },
    });
  });
});

/** Returns the name of a series with its labels, without those that a scrape adds. */
function seriesOf({ job: _job, instance: _instance, ...labels }: Record<string, string>): string {
  return JSON.stringify(Object.entries(labels).toSorted());
}
