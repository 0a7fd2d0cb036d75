import { beforeAll, describe, expect, it } from 'vitest';
import type { FunctionName } from '../../../infra/aws/functions.ts';
import { packagesOf } from './bundle.ts';
import { BYTES_RATIO_MAX, measureBundles, type MeasuredBundle } from './bundle-sizes.ts';

/** Tests the contents of the bundles as esbuild reports them. */

let measured: MeasuredBundle[];

beforeAll(async () => {
  measured = await measureBundles();
}, 120_000);

/** SDK clients that a function must not contain. */
const FORBIDDEN: Record<FunctionName, readonly string[]> = {
  api: ['medialive'],
  workflow: ['cloudwatch', 'cloudwatch-logs'],
  sweep: ['kms', 'cloudwatch', 'cloudwatch-logs', 's3', 'mediapackage'],
  monitor: ['kms', 's3', 'mediapackage', 'cloudwatch-logs'],
  'cost-report': ['kms', 'medialive', 'mediaconnect', 'mediapackage', 'cloudwatch', 'cloudwatch-logs'],
};

describe('a bundle', () => {
  it('contains only the SDK clients its function needs', () => {
    for (const { name, bundle } of measured) {
      const packages = packagesOf(bundle);
      const present = FORBIDDEN[name].filter((client) => packages.has(`@aws-sdk/client-${client}`));
      expect(present, name).toEqual([]);
      expect(packages.has('@aws-sdk/client-dynamodb'), name).toBe(true);
    }
  });

  it('contains Hono only if the function serves HTTP', () => {
    expect(measured.filter(({ bundle }) => packagesOf(bundle).has('hono')).map(({ name }) => name)).toEqual(['api']);
  });

  it('is within the ratio to its floor, which has no code of ours', () => {
    for (const { name, bundle, floors, gatedBy } of measured) {
      expect([...floors[gatedBy].inputs.keys()].filter((path) => /^(functions|presets|infra)\//.test(path))).toEqual(
        [],
      );
      expect(bundle.bytes / floors[gatedBy].bytes, name).toBeLessThanOrEqual(BYTES_RATIO_MAX[name]);
    }
  });
});
