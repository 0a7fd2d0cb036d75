import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { LEFT_OUT, SLOW_FILES } from './test/support/slow-files.ts';

/**
 * Five groups. The first three run together, as many files at a time as there are processors; the last two wait until the
 * machine is quiet.
 *
 * - `isolated`: files that replace parts of Node or mock modules. One process each.
 * - `faults`: the simulation under a virtual clock. Its files share a process per processor, because each process takes
 *   several seconds to load the code and to compile AWS's models.
 * - `unit`: everything else that needs no media. Its files share a process per processor, because loading the AWS SDK
 *   and the CDK once per file took half of the time.
 * - `waiting`: files that mostly wait, for states, for a browser or for the product to start and its media to arrive. Two at
 *   a time, because a browser and an encoder fill a processor.
 * - `media`: files that measure moving video. One at a time, because a starved encoder looks like a broken one.
 */
const MEDIA_TESTS = [
  'infra/local/engine/media-engine.test.ts',
  'infra/local/engine/{colours,failover,failover-gstreamer,frame-rates,gstreamer,interlaced,sounds,source-picture,source-program,two-pipelines}.test.ts',
  'infra/local/engine/analysis/source-analyser.test.ts',
  'infra/local/engine/{child-registry,encoder-program,ffmpeg-abilities,srt-line}.test.ts',
  'infra/local/engine/rtmp/{publisher*,kernel-send-queues}.test.ts',
  'infra/local/engine/srt/senders.test.ts',
  'infra/local/engine/slate/slate.test.ts',
  'infra/local/rehearsal/**/*.test.ts',
  'test/e2e/**/*.test.ts',
];

const WAITING_TESTS = [
  'test/e2e/{automate,completions,command-line,command-line-shows,command-line-sign-in,command-line-transfer,dev,generated-client,incidents-real,picture-analysis,prometheus,public-side,recording,run-sheet,show,start-up,store}.test.ts',
  'test/browser/*.test.ts',
];

const FAULT_TESTS = ['test/faults/**/*.test.ts'];

const ISOLATED_TESTS = [
  'functions/{api.lambda,audience.lambda,lambda-deps}.test.ts',
  'infra/aws/preview-keys/handler.test.ts',
  'infra/local/endpoints/dynamodb/create-dynamodb.test.ts',
  'web/src/api/snapshot.test.ts',
  'web/src/editor/drafts.test.ts',
];

const EXCLUDED = [...configDefaults.exclude, ...LEFT_OUT];

/** Started last, a long file would leave the other processors idle. */
const LONGEST_FIRST = ['planted-bugs', 'single-faults', 'faults/random', 'fault-pairs', 'faults/found', ...SLOW_FILES];

/** Starts the longest files first on a machine that has not measured them yet, as in continuous integration. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const position = LONGEST_FIRST.findIndex((part) => moduleId.includes(part));
      return position === -1 ? LONGEST_FIRST.length : position;
    };
    const sorted = await super.sort(files);
    const order = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return sorted.toSorted((a, b) => order(a) - order(b) || rank(a) - rank(b));
  }
}

/** Ends a test that hangs. Far above what a busy machine needs, so that load alone fails none. */
const LIMIT_MS = 120_000;
const SLOW = {
  environment: 'node',
  testTimeout: LIMIT_MS,
  hookTimeout: LIMIT_MS,
  // Below the limit of the test, so that the failure says what was missing.
  expect: { poll: { timeout: LIMIT_MS - 20_000 } },
} as const;
const QUICK = { ...SLOW, maxWorkers: '100%' } as const;

export default defineConfig({
  test: {
    // Override a NODE_ENV from git hooks or editors: a test run is not production.
    env: { NODE_ENV: 'test' },
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...QUICK, name: 'isolated', include: ISOLATED_TESTS, sequence: { groupOrder: 0 } } },
      { test: { ...QUICK, name: 'faults', include: FAULT_TESTS, isolate: false, sequence: { groupOrder: 0 } } },
      {
        test: {
          ...QUICK,
          name: 'unit',
          include: ['{functions,infra,presets,statemachines,web,test}/**/*.test.{ts,tsx}'],
          exclude: [...EXCLUDED, ...ISOLATED_TESTS, ...FAULT_TESTS, ...WAITING_TESTS, ...MEDIA_TESTS],
          isolate: false,
          // A spy must not reach the next file.
          restoreMocks: true,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...SLOW,
          name: 'waiting',
          include: WAITING_TESTS,
          exclude: EXCLUDED,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...SLOW,
          name: 'media',
          include: MEDIA_TESTS,
          exclude: [...EXCLUDED, ...WAITING_TESTS],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
