import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommandFailure, EXIT } from './command-failure.ts';
import { COMMANDS, GLOBAL_OPTIONS } from './command-table.ts';
import { findByName } from './find-by-name.ts';
import { referenceText } from './help.ts';
import { createOutput } from './output.ts';
import { readArguments } from './read-arguments.ts';

const refusal = (work: () => unknown): CommandFailure => {
  try {
    work();
  } catch (error) {
    if (error instanceof CommandFailure) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('arguments that contain secrets', () => {
  const secrets = [
    ['a stream key of YouTube', ['destinations', 'add', '--name', 'abcd-1234-efgh-5678-ijkl']],
    ['a stream key of Twitch', ['destinations', 'show', 'live_123456789_AbCdEfGhIjKl']],
    ['a key in a URL', ['destinations', 'add', '--url', 'rtmp://a.example/live?key=secret-of-the-test']],
    ['a password in a URL', ['status', '--server', 'https://anna:secret-of-the-test@sluice.example']],
    ['an option for a key', ['destinations', 'add', '--stream-key', 'secret-of-the-test']],
    ['an option for a token', ['login', '--token=secret-of-the-test']],
  ] as const;

  it.each(secrets)('are refused without repeating them: %s', (_what, argv) => {
    const { exitCode, message } = refusal(() => readArguments(argv));
    expect(exitCode).toBe(EXIT.usage);
    expect(message).toMatch(/standard input/);
    expect(message).not.toContain('\n');
    for (const secret of ['abcd-1234', 'live_123', 'secret-of-the-test']) expect(message).not.toContain(secret);
  });

  it('leaves names, ids and ordinary addresses alone', () => {
    const argv = ['destinations', 'edit', 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc', '--name', 'Sunday 10-30', '--url'];
    expect(readArguments([...argv, 'rtmp://a.example:1935/live2']).args).toEqual(['dst_01k8m3v0s5n2q8w4x6y7z9a1bc']);
  });
});

describe('wrong usage', () => {
  it.each([
    [['destinations', 'lst'], 'there is no such command'],
    [['destinations', 'show'], 'needs DESTINATION'],
    [['destinations', 'show', 'a', 'b'], 'takes at most 1'],
    [['status', 'now'], 'takes no arguments'],
    [['status', '--jsn'], 'there is no option --jsn'],
    [['status', '--server'], '--server needs a value'],
    [['status', '--json=yes'], '--json takes no value'],
    [['source', 'switch', 'spare'], 'TO is one of main, backup'],
  ])('%s is refused with a hint', (argv, message) => {
    const failure = refusal(() => readArguments(argv));
    expect(failure.exitCode).toBe(EXIT.usage);
    expect(failure.message).toContain(message);
  });
});

describe('names', () => {
  const items = [
    { id: 'dst_a1', name: 'Main' },
    { id: 'dst_a2', name: 'Main backup' },
    { id: 'dst_b1', name: 'Twitch' },
    { id: 'dst_b2', name: 'Twitch' },
  ];
  const find = (given: string) => findByName(items, given, 'destination', (item) => item);

  it.each([
    ['dst_a1', 'dst_a1'],
    ['dst_a2', 'dst_a2'],
    ['Main', 'dst_a1'],
    ['main', 'dst_a1'],
    ['main b', 'dst_a2'],
  ])('%s finds %s', (given, id) => {
    expect(find(given).id).toBe(id);
  });

  it('that match several are refused with the list', () => {
    const { exitCode, message } = refusal(() => find('twi'));
    expect(exitCode).toBe(EXIT.usage);
    expect(message).toContain('dst_b1  Twitch');
    expect(message).toContain('dst_b2  Twitch');
    expect(message).not.toContain('dst_a');
  });

  it.each(['', 'x', 'st_a1'])('that match nothing fail: %j', (given) => {
    expect(refusal(() => find(given)).exitCode).toBe(EXIT.failed);
  });
});

describe('the output', () => {
  const print = (isTTY: boolean, hasColours: boolean): string => {
    let printed = '';
    const sink = { isTTY, write: (text: string) => (printed += text) };
    const rows = [{ name: 'a\tb\u001b[31m\nc' }, { name: null }];
    createOutput(sink, sink, false, hasColours).table(
      null,
      [
        ['NAME', (row) => row.name],
        ['N', () => 1],
      ],
      rows,
    );
    return printed;
  };

  it('aligns columns on a terminal, with a bold heading only when colours are allowed', () => {
    expect(print(true, false)).toBe('NAME   N\na b c  1\n-      1\n');
    expect(print(true, true)).toBe('\u001b[1mNAME   N\u001b[22m\na b c  1\n-      1\n');
  });

  it('separates columns with tabs elsewhere, without a heading', () => {
    expect(print(false, true)).toBe('a b c\t1\n-\t1\n');
  });
});

describe('the command table', () => {
  it('has the documented commands', () => {
    const named = [...new Set(COMMANDS.map(({ path }) => path[0]))];
    expect(named).toEqual([
      ...['login', 'logout', 'status', 'watch', 'destinations', 'shows', 'source', 'incidents', 'costs', 'reports'],
      ...['recordings', 'timeline', 'preflight', 'export', 'import', 'completion'],
    ]);
  });

  it('has no command that no test drives as a process', () => {
    const folder = join(import.meta.dirname, '../../test/e2e');
    const tests = readdirSync(folder).filter((file) => /^(command-line.*|completions)\.test\.ts$/.test(file));
    const driven = tests.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
    const forms = (path: readonly string[]) => [
      `sluice(['${path.join("', '")}'`,
      `[['${path.join("', '")}'`,
      `sluice ${path.join(' ')}`,
      `state('${path[1]}'`,
      `    '${path.join("',\n      '")}'`,
    ];
    const missing = COMMANDS.filter(({ path }) => !forms(path).some((form) => driven.includes(form)));
    expect(missing.map(({ path }) => path.join(' '))).toEqual([]);
  });

  it.each(['README.md', 'RUNBOOK.md'])('accepts every line of %s', (file) => {
    const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
    const lines = [...text.matchAll(/^npx sluice (.+?)(?: +#.*)?$/gm), ...text.matchAll(/`(?:npx )?sluice ([^`]+)`/g)];
    expect(lines.length).toBeGreaterThan(0);
    for (const [line, typed] of lines) {
      const words = typed!
        .replace(/( \||\)).*/, '')
        .match(/"[^"]*"|\S+/g)!
        .map((word) => word.replaceAll('"', ''));
      expect(() => readArguments(words), line).not.toThrow();
    }
  });

  it('loads code for every command', async () => {
    for (const { load } of COMMANDS) expect(await load()).toBeTypeOf('function');
  });

  it('has no option twice and no list before the last argument', () => {
    for (const { options = {}, args = [] } of COMMANDS) {
      expect(Object.keys(options).filter((name) => Object.hasOwn(GLOBAL_OPTIONS, name))).toEqual([]);
      expect(args.slice(0, -1).filter(({ isList }) => isList)).toEqual([]);
    }
  });

  it('is what REFERENCE.md says; npm run sluice:reference writes it', () => {
    expect(readFileSync(join(import.meta.dirname, 'REFERENCE.md'), 'utf8')).toBe(referenceText());
  });
});
