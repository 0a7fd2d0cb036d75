import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { describe, expect, it } from 'vitest';
import {
  DESTINATION_ID,
  makeRecord,
  makeRunning,
  OTHER_ID,
  STREAM_KEY,
  useTestApi,
} from '../../../test/support/api.ts';
import { findInstalledProgram } from '../../../test/support/installed-programs.ts';
import { CATALOG } from '../scrape/catalog.ts';
import type { Family } from '../scrape/write-exposition.ts';

const test = useTestApi();
const scrape = (headers: Record<string, string> = {}) => test.call('GET', '/metrics', { headers });
const parse = async () => parsePrometheusTextFormat((await scrape()).text);
/** Of Debian's package prometheus. */
const hasPromtool = findInstalledProgram('promtool') !== null;
/** How promtool ends after a remark on a name; what it cannot read ends with 1. */
const LINTED = 3;
const NAMES = Object.values(CATALOG).map(({ name }) => name);

describe('GET /metrics', () => {
  it('200 with every destination, its state, and values that another parser reads', async () => {
    await test.put(makeRunning());
    await test.put(makeRecord({ destinationId: OTHER_ID, name: 'Main "stage" \\ 2' }));
    const families = await parse();
    const valueOf = (name: string, labels: Record<string, string> = {}) =>
      families
        .find((family) => family.name === name)
        ?.metrics.find((metric) => Object.entries(labels).every(([key, value]) => metric.labels?.[key] === value))
        ?.value;
    const running = { destination_id: DESTINATION_ID };
    expect(valueOf('sluice_destination_state', { ...running, state: 'running' })).toBe('1');
    expect(valueOf('sluice_destination_state', { ...running, state: 'idle' })).toBe('0');
    expect(valueOf('sluice_destination_state', { name: 'Main "stage" \\ 2', state: 'idle' })).toBe('1');
    const { body: shown } = await test.call('GET', `/api/destinations/${DESTINATION_ID}`);
    expect(valueOf('sluice_destination_bitrate_bits_per_second', running)).toBe(String(shown.bitrateBps));
    // An idle destination has no bitrate, which is not the same as 0.
    expect(valueOf('sluice_destination_bitrate_bits_per_second', { destination_id: OTHER_ID })).toBeUndefined();
    // Nothing was reported, which is not the same as 0.
    expect(valueOf('sluice_destination_dropped_frames', running)).toBeUndefined();
    expect(valueOf('sluice_incidents_open', { severity: 'high' })).toBe('0');
    const { body: costs } = await test.call('GET', '/api/costs/now');
    expect(valueOf('sluice_cost_today_usd')).toBe(String(costs.soFarToday));
    expect(valueOf('sluice_build_info', { version: '0.1.0' })).toBe('1');
  });

  it.each([
    [{ droppedFrames: 3 }, '3'],
    [{ unsentFrames: 2 }, '2'],
    [{ droppedFrames: 3, unsentFrames: 2 }, '5'],
    [{ droppedFrames: 0 }, '0'],
  ])('200 with the dropped frames of %j', async (seen, value) => {
    const running = makeRunning();
    await test.put({ ...running, observation: { ...running.observation!, ...seen } });
    const family = (await parse()).find(({ name }) => name === 'sluice_destination_dropped_frames');
    expect(family?.metrics.map((metric) => metric.value)).toEqual([value]);
  });

  it('200 with names and labels of the catalog only', async () => {
    await test.put(makeRunning());
    for (const { name, help, metrics } of await parse()) {
      const family: Family | undefined = Object.values<Family>(CATALOG).find((each) => each.name === name);
      expect(help, name).toBe(family?.help);
      for (const { labels = {} } of metrics) expect(Object.keys(labels), name).toEqual([...family!.labels]);
    }
  });

  it.skipIf(!hasPromtool)(
    '200 with metrics at which promtool finds nothing but bits per second, the unit of this field',
    async () => {
      const running = makeRunning();
      await test.put({ ...running, observation: { ...running.observation!, droppedFrames: 3, roundTripMs: 20 } });
      await test.put(makeRecord({ destinationId: OTHER_ID, name: 'Main "stage" \\ 2' }));
      const { text } = await scrape();
      const { status, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
      const remarks = stderr.split('\n').filter((line) => !line.endsWith('use base unit "bytes" instead of "bits"'));
      expect([status, remarks, stdout]).toEqual([LINTED, [''], '']);
    },
  );

  it('200 without secrets and addresses', async () => {
    await test.put(makeRunning());
    const { text } = await scrape();
    expect(text).not.toContain(STREAM_KEY);
    expect(text).not.toMatch(/rtmps?:|srt:|arn:/);
  });

  it('200 in the format that Accept prefers', async () => {
    const prometheus = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';
    for (const [accept, type, isOpen] of [
      [prometheus, 'application/openmetrics-text; version=1.0.0; charset=utf-8', true],
      ['text/plain,application/openmetrics-text;q=0.5', 'text/plain; version=0.0.4; charset=utf-8', false],
      ['application/openmetrics-text;q=0', 'text/plain; version=0.0.4; charset=utf-8', false],
      ['*/*', 'text/plain; version=0.0.4; charset=utf-8', false],
    ] as const) {
      const { headers, text } = await scrape({ accept });
      expect([headers.get('content-type'), text.endsWith('\n# EOF\n')], accept).toEqual([type, isOpen]);
    }
  });

  it('200 without a part that cannot be read', async () => {
    await test.put(makeRunning());
    test.mediaConnect.flow = null as never;
    const { status, text } = await scrape();
    expect(status).toBe(200);
    expect(text).toContain('sluice_part_readable{part="source"} 0\n');
    expect(text).toContain('sluice_part_readable{part="destinations"} 1\n');
    expect(text).not.toContain('sluice_source_');
  });

  it('200 without a process on AWS, and with costs that are billed', async () => {
    test.rebuild({ embedded: false });
    const { text } = await scrape();
    expect(text).not.toContain('process_');
    expect(text).toContain('sluice_cost_billed 1\n');
  });

  it('200 from one read for many scrapes', async () => {
    await scrape();
    const calls = test.mediaConnect.calls.length;
    await test.put(makeRunning());
    const { text } = await scrape();
    expect([test.mediaConnect.calls.length, text.includes(DESTINATION_ID)]).toEqual([calls, false]);
    test.time.now = new Date(test.time.now.getTime() + 2_000);
    expect((await scrape()).text).toContain(DESTINATION_ID);
  });

  it('401 without a token, except to a scraper on the same machine that sends none', async () => {
    const open = (headers = {}) => test.call('GET', '/metrics', { signedIn: false, headers });
    expect((await open()).status).toBe(401);
    test.rebuild({ isLocalScraper: () => true });
    expect((await open()).status).toBe(200);
    expect((await open({ authorization: 'Bearer wrong' })).status).toBe(401);
    for (const path of ['/api/snapshot', '/api/metrics', '/metrics/x']) {
      expect((await test.call('GET', path, { signedIn: false })).status, path).not.toBe(200);
    }
    test.rebuild({ isLocalScraper: () => false });
    expect((await open()).status).toBe(401);
  });

  it('405 for a write', async () => {
    const { status, headers } = await test.call('POST', '/metrics');
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('422 for a query', async () => {
    expect((await test.call('GET', '/metrics?name=x')).status).toBe(422);
  });

  it('answers no name that the README does not list', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
    const listed = [...readme.matchAll(/^\| `((?:sluice|process)_\w+)`/gm)].map(([, name]) => name);
    expect(listed).toEqual(NAMES);
  });
});
