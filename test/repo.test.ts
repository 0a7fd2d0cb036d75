import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readProse } from './support/read-prose.ts';
import { findMissingOptional, findUnverified } from '../infra/local/bootstrap/complete-lock.mjs';

/** Rules of the house that no linter can express. */

const root = join(import.meta.dirname, '..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const isTest = (file: string) => /\.test\.tsx?$/.test(file) || file.startsWith('test/');
const source = files.filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !isTest(file));

/** Relative imports of a file, as paths from the root. */
function importsOf(file: string): string[] {
  const found = read(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...found].map(([, target]) => normalize(join(dirname(file), target!)));
}

/** Which layer a file belongs to, by its folder; the entry points stand above them all. */
function layerOf(file: string): string | null {
  if (file.endsWith('.lambda.ts') || /^functions\/[^/]+$/.test(file)) return 'entry';
  const layers = [
    'presets',
    'statemachines',
    'functions/domain',
    'functions/aws',
    'functions/connect',
    'functions/notify',
    'functions/workflow',
    'functions/api',
    'functions/audience',
  ];
  const more = ['functions/events', 'functions/schedules', 'infra', 'web'];
  return [...layers, ...more].find((layer) => file.startsWith(`${layer}/`)) ?? null;
}

/** What each layer may import besides itself. */
const ALLOWED: Record<string, readonly string[]> = {
  presets: [],
  statemachines: ['functions/domain'],
  'functions/domain': ['presets'],
  'functions/aws': ['presets', 'functions/domain'],
  'functions/connect': ['functions/domain'],
  'functions/notify': ['functions/domain', 'functions/aws', 'functions/connect'],
  'functions/workflow': ['presets', 'functions/domain', 'functions/aws', 'functions/notify'],
  'functions/api': ['presets', 'functions/domain', 'functions/aws', 'functions/notify', 'functions/workflow'],
  // The public side knows nothing of the dashboard's API, sessions and operations.
  'functions/audience': ['functions/domain', 'functions/aws'],
  'functions/events': [
    'presets',
    'functions/domain',
    'functions/aws',
    'functions/notify',
    'functions/workflow',
    'functions/schedules',
  ],
  'functions/schedules': ['presets', 'functions/domain', 'functions/aws', 'functions/notify', 'functions/workflow'],
  entry: [
    'presets',
    'functions/domain',
    'functions/aws',
    'functions/connect',
    'functions/notify',
    'functions/workflow',
    'functions/api',
    'functions/audience',
    'functions/events',
    'functions/schedules',
  ],
  infra: [
    'presets',
    'functions/domain',
    'functions/aws',
    'functions/connect',
    'functions/notify',
    'functions/workflow',
    'functions/api',
    'functions/audience',
    'functions/events',
    'functions/schedules',
    'entry',
  ],
  web: ['functions/api', 'functions/domain'],
};

/** Large folders. Their subfolders and the files directly in them are their rooms. */
const FOLDERS = ['functions', 'functions/api', 'infra/local', 'infra/local/endpoints', 'web/src'];

/** Which rooms of a folder each of its rooms imports. */
function arrowsOf(folder: string): Map<string, Set<string>> {
  const roomOf = (path: string) =>
    path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/')[0]! : null;
  const arrows = new Map<string, Set<string>>();
  for (const file of source) {
    const room = roomOf(file);
    if (room === null) continue;
    const targets = importsOf(file).flatMap((target) => roomOf(target) ?? []);
    arrows.set(room, new Set([...(arrows.get(room) ?? []), ...targets.filter((target) => target !== room)]));
  }
  return arrows;
}

/**
 * The rooms that are left when every room without an import of another remaining room is taken away, again and again.
 */
function findCircles(arrows: Map<string, Set<string>>): string[] {
  const remaining = new Set(arrows.keys());
  const isLowest = (room: string) => [...arrows.get(room)!].every((target) => !remaining.has(target));
  for (;;) {
    const lowest = [...remaining].filter(isLowest);
    if (lowest.length === 0) return [...remaining];
    for (const room of lowest) remaining.delete(room);
  }
}

const SHARED_WITH_THE_DASHBOARD = [
  'functions/api/api-client.ts',
  'functions/api/api-problem.ts',
  'functions/domain/presence.ts',
  'functions/domain/state-word.ts',
];

describe('imports', () => {
  it('point one way', () => {
    const wrong = source.flatMap((file) => {
      const layer = layerOf(file);
      if (!layer) return [];
      return importsOf(file)
        .filter((target) => {
          const targetLayer = layerOf(target);
          return targetLayer !== null && targetLayer !== layer && !ALLOWED[layer]!.includes(targetLayer);
        })
        .map((target) => `${file} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it.each(FOLDERS)('never lead back to the same room of %s', (folder) => {
    const arrows = arrowsOf(folder);
    expect(arrows.size).toBeGreaterThan(5);
    expect(findCircles(arrows)).toEqual([]);
  });

  it('of the AWS SDK stay in functions/aws and infra', () => {
    const wrong = source.filter(
      (file) => /from '@aws-sdk\//.test(read(file)) && !/^(functions\/aws|infra)\//.test(file),
    );
    expect(wrong).toEqual([]);
  });

  it('of the dashboard from the functions are types, and code that loads nothing else of them', () => {
    const codeOf = (file: string) => read(file).match(/^import (?!type\b)[^;]*'[^']*';/gm) ?? [];
    const isShared = (line: string) => SHARED_WITH_THE_DASHBOARD.some((file) => line.includes(`/${file}'`));
    const wrong = source
      .filter((file) => file.startsWith('web/'))
      .flatMap((file) => codeOf(file).filter((line) => line.includes('functions/') && !isShared(line)));
    expect(wrong).toEqual([]);
    const loaded = SHARED_WITH_THE_DASHBOARD.flatMap(codeOf);
    expect(loaded.filter((line) => line.includes("'.") && !isShared(line.replace("'./", '/functions/api/')))).toEqual(
      [],
    );
  });

  it('never reach into tests', () => {
    const product = source.filter((file) => file !== 'vitest.config.ts');
    expect(product.flatMap(importsOf).filter((target) => target.startsWith('test/'))).toEqual([]);
  });
});

describe('answers of the API', () => {
  it('reach the dashboard through its typed client only', () => {
    // A separate request, or JSON read by hand, would have no type of the routes. The linter refuses casts there.
    const untyped = /\bfetch\(|JSON\.parse|'\/api\/|`\/api\//;
    const found = source.filter((file) => file.startsWith('web/src/api/') && untyped.test(read(file)));
    // One sends what the client has written, and renews the session; the other tells the server that a tab is closing.
    expect(found).toEqual(['web/src/api/presence.ts', 'web/src/api/request.ts']);
  });
});

describe('processes', () => {
  it('are started by infra/local, the sluice command and the one that removes a deployment, only', () => {
    const allowed =
      /^infra\/(local\/|cli\/(choose-server\.ts|open-browser\.ts|sluice\.mjs)$|aws\/destroy\/destroy\.ts$)/;
    const wrong = source.filter((file) => /node:child_process/.test(read(file)) && !allowed.test(file));
    expect(wrong).toEqual([]);
  });
});

describe('the environment', () => {
  it('is read where it is read, and nowhere else', () => {
    const allowed =
      /\.lambda\.ts$|^functions\/environment\.ts$|^infra\/cli\/(environment\.ts|sluice\.mjs)$|^infra\/local\/(run-product|dev\/dev|host\/(child-environment|print-link|programs|restore-backup))\.ts$|^infra\/local\/bootstrap\/|\/engine\/media-child\.ts$|^vite\.config\.ts$/;
    const wrong = source.filter((file) => /process\.env/.test(read(file)) && !allowed.test(file));
    expect(wrong).toEqual([]);
  });
});

describe('stream keys', () => {
  it('are revealed only to KMS, MediaLive and the encryption of an export, and passphrases to Secrets Manager', () => {
    const revealing = source.filter((file) => /\.reveal\(\)/.test(read(file)));
    expect(revealing.toSorted()).toEqual([
      'functions/api/transfer/reveal-keys.ts',
      'functions/aws/channel-request.ts',
      'functions/aws/passphrase-secret.ts',
      'functions/aws/secrets.ts',
    ]);
  });
});

describe('npm test', () => {
  it('checks first that the planted bugs match, with a test of that name', () => {
    const [, file, name] = /\['run', '([^']+)', '-t', '([^']+)'\]/.exec(read('infra/local/bootstrap/start.mjs')) ?? [];
    expect(read(file!)).toContain(`it('${name}`);
  });
});

/** Documents that lead a reader through the files. The changelog may name what is gone. */
const guides = files.filter((file) => /^[A-Z]+\.md$/.test(file) && file !== 'CHANGELOG.md');

describe('documents', () => {
  it.each(guides)('%s names only files that exist', (guide) => {
    const paths = read(guide).matchAll(/`((?:functions|infra|presets|statemachines|test|web)\/[\w./-]*)`/g);
    const names = read(guide).matchAll(/`([\w-][\w.-]*\.(?:ts|tsx|mjs))`/g);
    const wrong = [
      ...[...paths].map(([, path]) => path!).filter((path) => !existsSync(join(root, path))),
      ...[...names].map(([, name]) => name!).filter((name) => !files.some((file) => `/${file}`.endsWith(`/${name}`))),
    ];
    expect(wrong).toEqual([]);
  });

  it.each(guides)('%s links only to documents and headings that exist', (guide) => {
    const slug = (heading: string) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .trim()
        .replaceAll(' ', '-');
    const slugsOf = (text: string) => [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => slug(heading!));
    const wrong = [...read(guide).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => {
      if (/^[a-z]+:/.test(target!)) return [];
      const [path, anchor] = target!.split('#');
      const file = path === '' ? guide : path!;
      if (!existsSync(join(root, file))) return [target];
      return anchor === undefined || slugsOf(read(file)).includes(anchor) ? [] : [target];
    });
    expect(wrong).toEqual([]);
  });
});

/** Words of the former style, and what to write instead. */
const OLD_WORDS: readonly [RegExp, string][] = [
  [/\b(?:nobody|somebody|whoever)\b/i, 'name the actor'],
  [/\banew\b/i, 'again'],
  [/\bwish(?:es|ed)?\b/i, 'request, desired state'],
  [/\bpractis(?:e|es|ed|ing)\b/i, 'simulate, drill'],
  [/\btold apart\b/i, 'distinguished'],
  [/\b(?:is|are|was|were) told\b/i, 'is reported, is shown'],
  [/\boftener\b/i, 'more often'],
  [/\bgoes on\b(?! air)/i, 'continues'],
  [/\b(?:gives|takes) (?:it )?back\b/i, 'releases, undoes'],
  [/\bgave out\b/i, 'returned'],
];

/** Phrases that use such a word in its ordinary sense, or quote another source: file and phrase. */
const OLD_WORDS_ALLOWED: readonly [file: string, phrase: string][] = [];

describe('prose', () => {
  const readTexts = (file: string) => (file.endsWith('.md') ? read(file).split('\n') : readProse(file, read(file)));

  it('is read from comments, strings, templates and JSX text, but not from code', () => {
    const text =
      "const wish = /anew/; // why\nconst all = ['one', `two ${wish ? `three` : 4} five`];\nconst b = <p>six</p>;";
    expect(readProse('a.tsx', text)).toEqual(['// why', "'one'", '`two ${', '`three`', '} five`', 'six']);
  });

  it('uses the words of the style guide', () => {
    const wrong = files
      .filter((file) => /\.(ts|tsx|mjs|md)$/.test(file) && file !== 'test/repo.test.ts')
      .flatMap((file) => {
        const allowed = OLD_WORDS_ALLOWED.filter(([where]) => where === file).map(([, phrase]) => phrase);
        return readTexts(file).flatMap((text) => {
          const rest = allowed.reduce((left, phrase) => left.replaceAll(phrase, ''), text);
          return OLD_WORDS.filter(([word]) => word.test(rest)).map(
            ([, instead]) => `${file}: ${text} (write: ${instead})`,
          );
        });
      });
    expect(wrong).toEqual([]);
  });
});

describe('text', () => {
  it('names no machine, host of packages or session', () => {
    const wrong = files.filter(
      (file) =>
        !/package-lock\.json$|repo\.test\.ts$|\.(png|jpg|ico)$/.test(file) &&
        /\/work\/|\/root\/|registry\.npmjs|helper session/.test(read(file)),
    );
    expect(wrong).toEqual([]);
  });

  it('of the lock file lists every optional package, or npm ci refuses it (npm run lock)', () => {
    expect(findMissingOptional(JSON.parse(read('package-lock.json')))).toEqual([]);
  });

  it('of the lock file has a checksum for every package, those of other platforms too (npm run lock)', () => {
    expect(findUnverified(JSON.parse(read('package-lock.json')))).toEqual([]);
  });

  it('of the lock file names no host', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/);
  });
});
