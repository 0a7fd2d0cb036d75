import { configDefaults, defineConfig } from 'vitest/config';

/**
 * Two groups, one after the other. `unit` runs its files side by side. `media` moves real video, binds real ports or
 * drives a browser: its files run one at a time and only once the machine is quiet, because a starved encoder looks
 * just like a broken one.
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
    // Git hooks and editors may set it; a test run is not production.
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
