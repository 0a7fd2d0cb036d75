import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PRICED_PART_IDS } from '../../../../presets/price-parts.ts';
import { getPrices, parsePrices } from '../../../../presets/prices.ts';
import type { Finding } from '../finding.ts';
import { checkPrices, fetchPrices } from './fetch-prices.ts';
import { PART_SOURCES } from './part-sources.ts';
import { readPriceFile, renderPriceFiles } from './price-file.ts';
import { makeProduct, startPriceList } from '../../../../test/support/price-list.ts';

const REGION = 'eu-central-1';
const NOW = new Date('2026-12-01T10:00:00.000Z');
let list: Awaited<ReturnType<typeof startPriceList>>;
let folder: string;

beforeEach(async () => {
  list = await startPriceList();
  folder = mkdtempSync(join(tmpdir(), 'sluice-prices-'));
  mkdirSync(join(folder, 'prices'));
  list.products['AWSElementalMediaLive'] = [
    makeProduct('EML1-EUC1-IN-AVC-HD-L20', 'Hrs', { '0': '0.2000000000' }),
    makeProduct('EML1-EUC1-OUT-AVC-HD-L10-30-S', 'Hrs', { '0': '0.4800000000' }),
    makeProduct('EML1-EUC1-OUT-AVC-HD-L20-60-S', 'minutes', { '0': '0.0200000000' }),
    // Two pipelines, higher quality and a commitment have other prices, which do not apply to us.
    makeProduct('EML2-EUC1-OUT-AVC-HD-L10-30-S', 'Hrs', { '0': '0.8000000000' }),
    makeProduct('EML1-EUC1-OUT-AVC-HD-L10-30-E', 'Hrs', { '0': '0.9000000000' }),
    makeProduct('EML1-EUC1-OUT-AVC-HD-L10-30-S', 'Hrs', { '0': '0.1000000000' }, { reserved: true }),
    makeProduct('EUC1-Idle', 'Hrs', { '0': '0.0100000000' }, { operation: 'INACTIVE_CHANNEL' }),
  ];
  list.products['AWSMediaConnect'] = [
    makeProduct('EUC1-Flow-Hours', 'Hrs', { '0': '0.1800000000' }),
    makeProduct('EUC1-Router-20Mbps', 'Hrs', { '0': '0.0900000000' }),
  ];
  list.products['AWSDataTransfer'] = [
    makeProduct('EUC1-DataTransfer-Out-Bytes', 'GB', { '0': '0.0000000000', '100': '0.0900000000', '10240': '0.085' }),
  ];
  list.products['AmazonCloudWatch'] = [
    makeProduct('EUC1-CW:GMD-Metrics', 'Metrics', { '0': '0.0000100000' }),
    makeProduct('EUC1-CW:AlarmMonitorUsage', 'Alarms', { '0': '0.1000000000' }),
  ];
});
afterEach(async () => {
  await list.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = async (now = NOW): Promise<Map<string, Finding>> =>
  new Map((await fetchPrices(list.client, REGION, { now, folder })).map((finding) => [finding.check, finding]));
const written = () => readPriceFile(folder, REGION);

describe('preflight --prices', () => {
  it('reads all pages and writes the prices of the Region in the units of their parts', async () => {
    const findings = await run();
    expect(findings.get('price file')).toMatchObject({
      outcome: 'ok',
      detail: `presets/prices/eu-central-1.json written: 8 of ${PRICED_PART_IDS.length} prices`,
    });
    // A reserved product is skipped and is not a fault.
    expect(findings.has('price list products')).toBe(false);
    const { prices, ...rest } = written()!;
    expect(rest).toMatchObject({ region: REGION, currency: 'USD', seenOn: '2026-12-01', source: 'AWS Price List API' });
    expect(Object.fromEntries(Object.entries(prices).filter(([, price]) => price !== null))).toEqual({
      inputHdAvc10To20Mbps: 0.2,
      outputHdAvcBelow10Mbps30Fps: 0.48,
      outputHdAvc10To20Mbps60Fps: 1.2,
      idleChannel: 0.01,
      runningFlow: 0.18,
      // The first paid tier: the first 100 GB are a free allowance.
      internetEgress: 0.09,
      alarmMetric: 0.1,
      metricReads: 0.01,
    });
    const pages = list.queries.filter(({ service }) => service === 'AWSElementalMediaLive');
    expect(pages.map(({ token }) => token)).toEqual([undefined, '2', '4', '6']);
    expect(pages[0]!.filters).toEqual({ regionCode: REGION });
    expect(readFileSync(join(folder, 'price-files.ts'), 'utf8')).toBe(renderPriceFiles(folder));
  });

  it('lists the parts without a price and MediaConnect’s unmatched usage types', async () => {
    const unknown = (await run()).get('unknown prices');
    expect(unknown?.outcome).toBe('warning');
    expect(unknown?.detail).toContain('without a known usage type: flowTransfer');
    expect(unknown?.detail).toMatch(/inferred: .*inputHdAvcBelow10Mbps, .*; /);
    expect(unknown?.remedy).toContain('EUC1-Router-20Mbps');
  });

  it('waits when AWS throttles it', async () => {
    let throttled = 2;
    list.rules.refuse = () => (throttled-- > 0 ? 'ThrottlingException' : null);
    expect((await run()).get('price file')?.outcome).toBe('ok');
    expect(throttled).toBeLessThan(0);
  });

  it('names a service that denies access and reads the others', async () => {
    list.rules.refuse = ({ service }) => (service === 'AmazonCloudWatch' ? 'AccessDeniedException' : null);
    const findings = await run();
    expect(findings.get('price list')).toMatchObject({
      outcome: 'unknown',
      detail: 'no answer for AmazonCloudWatch (AccessDeniedException)',
      remedy: expect.stringContaining('allow pricing:GetProducts'),
    });
    expect(written()?.prices).toMatchObject({ runningFlow: 0.18, alarmMetric: null });
  });

  it('writes nothing when every service refuses', async () => {
    list.rules.refuse = () => 'AccessDeniedException';
    expect((await run()).get('price file')).toMatchObject({
      outcome: 'failed',
      remedy: expect.stringContaining('allow pricing:GetProducts'),
    });
    expect(written()).toBeNull();
  });

  it('keeps the previous price of a part with two prices and names both', async () => {
    await run();
    list.products['AWSElementalMediaLive']!.push(
      makeProduct('EML1-EUC1-OUT-AVC-HD-L10-30-S', 'Hrs', { '0': '0.5000000000' }),
    );
    const findings = await run(new Date('2027-01-01T00:00:00.000Z'));
    expect(findings.get('two prices')?.outcome).toBe('failed');
    expect(findings.get('two prices')?.detail).toMatch(/outputHdAvcBelow10Mbps30Fps: 0\.48 \(EML1-.*\), 0\.5 \(EML1-/);
    expect(written()).toMatchObject({
      prices: { outputHdAvcBelow10Mbps30Fps: 0.48, runningFlow: 0.18 },
      seenEarlier: { outputHdAvcBelow10Mbps30Fps: '2026-12-01' },
    });
  });

  it('accepts the same price from two products', async () => {
    const product = makeProduct('EML1-EUC1-OUT-AVC-HD-L10-30-S', 'Hrs', { '0': '0.48' });
    list.products['AWSElementalMediaLive']!.push(product);
    expect((await run()).get('price file')?.outcome).toBe('ok');
  });

  it.each([
    ['invalid JSON', '{"product":', 'a product that is not JSON'],
    ['no terms', JSON.stringify({ product: { sku: 'A', attributes: {} } }), 'a product whose terms is wrong'],
    ['another currency', makeProduct('EUC1-X', 'Hrs', { '0': '1' }, { currency: 'CNY' }), 'not a number of dollars'],
    ['a negative price', makeProduct('EUC1-X', 'Hrs', { '0': '-1' }), 'not a number of dollars'],
    ['no number', makeProduct('EUC1-X', 'Hrs', { '0': 'free' }), 'not a number of dollars'],
    ['another unit', makeProduct('EML1-EUC1-IN-AVC-SD-L10', 'Quantity', { '0': '1' }), 'unknown unit "Quantity"'],
  ])('lists a product with %s and continues', async (_name, product, fault) => {
    list.products['AWSElementalMediaLive']!.unshift(product);
    const findings = await run();
    expect(findings.get('price list products')?.detail).toContain(fault);
    expect(written()?.prices).toMatchObject({ outputHdAvcBelow10Mbps30Fps: 0.48, inputSdAvcBelow10Mbps: null });
  });

  it('keeps an earlier price that the answer lacks, with its date, and reports it', async () => {
    await run();
    list.products['AWSMediaConnect'] = [];
    list.products['AmazonCloudWatch']![1] = makeProduct('EUC1-CW:AlarmMonitorUsage', 'Alarms', { '0': '0.12' });
    const finding = (await run(new Date('2027-01-01T00:00:00.000Z'))).get('price file');
    expect(finding).toMatchObject({ outcome: 'warning' });
    expect(finding?.detail).toContain('changed: alarmMetric 0.1 → 0.12; kept from the previous file: runningFlow');
    expect(written()).toMatchObject({ seenOn: '2027-01-01', seenEarlier: { runningFlow: '2026-12-01' } });
    await run(new Date('2027-02-01T00:00:00.000Z'));
    const { prices, seenEarlier } = written()!;
    expect([prices.runningFlow, seenEarlier]).toEqual([0.18, { runningFlow: '2026-12-01' }]);
  });

  it('refuses to overwrite an invalid price file', async () => {
    const path = join(folder, 'prices', `${REGION}.json`);
    writeFileSync(path, JSON.stringify({ region: REGION, prices: { runningFlow: -1 } }));
    await expect(run()).rejects.toThrow('prices.runningFlow');
    expect(readFileSync(path, 'utf8')).toContain('-1');
  });
});

describe('presets/prices', () => {
  it('imports every price file; to fix, run npm run preflight -- --prices or renderPriceFiles', () => {
    const presets = join(import.meta.dirname, '..', '..', '..', '..', 'presets');
    expect(readFileSync(join(presets, 'price-files.ts'), 'utf8')).toBe(renderPriceFiles(presets));
  });

  it('has a source in the price list for every part except flowTransfer', () => {
    const without = PRICED_PART_IDS.filter((id) => !PART_SOURCES.some(({ part }) => part === id));
    expect(without).toEqual(['flowTransfer']);
  });

  it.each([
    [{ prices: { gone: 1 } }, 'prices'],
    [{ prices: { runningFlow: 0 } }, 'prices.runningFlow'],
    [{ currency: 'EUR' }, 'currency'],
    [{ region: 'moon' }, 'region: not a Region'],
    [{ seenOn: 'yesterday' }, 'seenOn'],
    [{ more: 1 }, 'nrecognized'],
  ])('refuses a file with %j and names the field', (change, field) => {
    const valid = getPrices('us-east-1')!;
    expect(() => parsePrices({ ...valid, ...change }, 'x.json')).toThrow(field);
    expect(() => parsePrices(valid, 'x.json')).not.toThrow();
  });

  it('causes a warning when a price file is old or missing', () => {
    const prices = getPrices('us-east-1');
    expect(checkPrices(prices, 'us-east-1', new Date('2026-12-01')).outcome).toBe('ok');
    expect(checkPrices(prices, 'us-east-1', new Date('2027-06-01'))).toMatchObject({ outcome: 'warning' });
    expect(checkPrices(undefined, 'eu-north-1', NOW).detail).toContain('every amount is unknown');
  });
});
