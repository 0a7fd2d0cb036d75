import { SHARE, SHARES } from './share.ts';

/**
 * The files that take turns, with the seconds each took on two processors. A whole run takes a quarter of them, because all
 * of them take most of an hour. Rough figures suffice: they spread the files over the turns.
 */
const TURNS: readonly Readonly<Record<string, number>>[] = [
  // Two at a time.
  {
    'test/browser/accessibility.test.ts': 111,
    'test/browser/ceilings.test.ts': 95,
    'test/browser/dashboard.test.ts': 424,
    'test/browser/group-start.test.ts': 21,
    'test/browser/incidents.test.ts': 187,
    'test/browser/interruptions.test.ts': 213,
    'test/browser/notifications.test.ts': 78,
    'test/browser/operator.test.ts': 205,
    'test/browser/orphans.test.ts': 61,
    'test/browser/pages.test.ts': 212,
    'test/browser/people.test.ts': 101,
    'test/browser/shows.test.ts': 161,
    'test/browser/transfer.test.ts': 38,
    'test/e2e/automate.test.ts': 94,
    'test/e2e/command-line-transfer.test.ts': 49,
    'test/e2e/command-line-shows.test.ts': 45,
    'test/e2e/command-line.test.ts': 55,
    'test/e2e/dev.test.ts': 27,
    'test/e2e/generated-client.test.ts': 25,
    'test/e2e/incidents-real.test.ts': 97,
    'test/e2e/picture-analysis.test.ts': 40,
    'test/e2e/recording.test.ts': 85,
    'test/e2e/run-sheet.test.ts': 80,
    'test/e2e/show.test.ts': 64,
    'test/e2e/start-up.test.ts': 317,
    'test/e2e/store.test.ts': 187,
  },
  // One at a time.
  {
    'infra/local/engine/analysis/source-analyser.test.ts': 26,
    'infra/local/engine/failover.test.ts': 38,
    'infra/local/engine/frame-rates.test.ts': 25,
    'infra/local/engine/media-engine.test.ts': 123,
    'infra/local/engine/rtmp/publisher.hostile.test.ts': 23,
    'infra/local/engine/slate/slate.test.ts': 43,
    'infra/local/engine/sounds.test.ts': 27,
    'infra/local/engine/srt/senders.test.ts': 22,
    'infra/local/engine/two-pipelines.test.ts': 27,
    'test/e2e/isolation.test.ts': 91,
    'test/e2e/srt-destination.test.ts': 28,
    'test/e2e/transfer-between-products.test.ts': 22,
  },
  // One per processor.
  {
    'functions/schedules/sweep.test.ts': 52,
    'infra/aws/prove/admission.test.ts': 30,
    'infra/aws/prove/findings.test.ts': 29,
    'infra/aws/prove/interruptions.test.ts': 64,
    'test/bench/bundle/bundle.test.ts': 25,
    'test/bench/go-live/virtual-show.test.ts': 73,
    'test/infra/bundles.test.ts': 22,
    'test/infra/iam-lifecycle.test.ts': 82,
  },
];

/** Returns the slow files that have their turn in the other shares. */
export function otherTurns(share = SHARE, shares = SHARES): string[] {
  return TURNS.flatMap((group) => spread(group, shares).flatMap((files, each) => (each === share ? [] : files)));
}

/** What this run leaves out. `npm test` without a path sets the variable; a run of named files leaves out nothing. */
export const LEFT_OUT: string[] = process.env['TEST_TURNS'] === '1' ? otherTurns() : [];

/** All slow files, the longest first. */
export const SLOW_FILES: string[] = longestFirst(Object.assign({}, ...TURNS)).map(([file]) => file);

/** Spreads files over the shares so that each takes about as long: the longest first, each to the shortest share so far. */
function spread(group: Readonly<Record<string, number>>, count: number): string[][] {
  const shares = Array.from({ length: count }, () => ({ files: [] as string[], seconds: 0 }));
  for (const [file, seconds] of longestFirst(group)) {
    const shortest = shares.reduce((least, each) => (each.seconds < least.seconds ? each : least));
    shortest.files.push(file);
    shortest.seconds += seconds;
  }
  return shares.map(({ files }) => files);
}

function longestFirst(group: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(group).toSorted(([, a], [, b]) => b - a);
}
