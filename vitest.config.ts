import { configDefaults, defineConfig } from 'vitest/config';

/**
 * Two groups that run one after the other. `unit` runs its files in parallel. `media` moves real video, binds real
 * ports or drives a browser: its files run one at a time, after `unit`, because a starved encoder looks just like a
 * broken one.
 */
const MEDIA_TESTS = [
  'infra/local/engine/**/*.test.ts',
  'infra/local/main.test.ts',
  'infra/local/rehearsal/**/*.test.ts',
  'test/{e2e,browser,bench}/**/*.test.ts',
  'web/**/*.browser.test.ts',
];

export default defineConfig({
  test: {
    // Override a NODE_ENV from git hooks or editors: a test run is not production.
    env: { NODE_ENV: 'test' },
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['{functions,infra,presets,statemachines,web,test}/**/*.test.{ts,tsx}'],
          exclude: [...configDefaults.exclude, ...MEDIA_TESTS],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'media',
          environment: 'node',
          include: MEDIA_TESTS,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
