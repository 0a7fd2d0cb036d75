import { setTimeout as sleep } from 'node:timers/promises';
import type { Argument, Command, Connection, NameKind, Option } from './command.ts';
import { COMMANDS, GLOBAL_OPTIONS } from './command-table.ts';
import { readTypedLine, toBashReply } from './typed-line.ts';

/**
 * Completes a command line. The scripts of `sluice completion` call `sluice __complete`, so that all three shells
 * complete the same, names of destinations and shows among it.
 */

export interface Candidate {
  text: string;
  meaning: string;
}

/** Reads the names of one kind from the server. */
export type ReadNames = (kind: NameKind, server: string | undefined) => Promise<Candidate[]>;

/** What is left of a line behind the words that are complete. */
interface Rest {
  /** The option whose value is typed now. */
  open: Option | null;
  words: string[];
  given: Map<string, string>;
}

/**
 * Returns what may stand in place of the last word.
 * @param words what follows `sluice`; the last word is the one to complete, and may be empty
 * @returns null where a file is expected
 */
export async function findCandidates(words: readonly string[], readNames: ReadNames): Promise<Candidate[] | null> {
  const typed = words.at(-1) ?? '';
  const { given, open, words: before } = readWords(words.slice(0, -1));
  const valueOf = (about: Pick<Argument, 'choices' | 'isFile' | 'names'>, start: string) =>
    findValues(about, start, (kind) => readNames(kind, given.get('server')));
  if (open) return valueOf(open, typed);
  const command = findCommand(before);
  const options = { ...command?.options, ...GLOBAL_OPTIONS };
  const [, name, start] = /^--([\w-]+)=(.*)$/s.exec(typed) ?? [];
  if (name !== undefined && options[name]?.type === 'string') {
    const values = await valueOf(options[name], start!);
    return values && values.map(({ meaning, text }) => ({ text: `--${name}=${text}`, meaning }));
  }
  if (typed.startsWith('-')) {
    const left = Object.entries(options).filter(([each, { isRepeated }]) => isRepeated || !given.has(each));
    return startingWith(
      typed,
      left.map(([each, { meaning }]) => ({ text: `--${each}`, meaning })),
    );
  }
  const next = COMMANDS.filter(({ path }) => path.length > before.length && isStart(before, path));
  const last = new Map(
    next.map(({ path, summary }) => [path[before.length]!, path.length > before.length + 1 ? '' : summary]),
  );
  if (last.size > 0)
    return startingWith(
      typed,
      [...last].map(([text, meaning]) => ({ text, meaning })),
    );
  const args = command?.args ?? [];
  const index = before.length - (command?.path.length ?? 0);
  const argument = args[index] ?? (args.at(-1)?.isList ? args.at(-1) : undefined);
  return argument ? valueOf(argument, typed) : [];
}

function readWords(words: readonly string[]): Rest {
  const all: Readonly<Record<string, Option>> = Object.assign(
    {},
    ...COMMANDS.map(({ options }) => options),
    GLOBAL_OPTIONS,
  );
  const rest: Rest = { open: null, words: [], given: new Map() };
  let openName = '';
  for (const word of words) {
    const [, name, value] = /^--([\w-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (rest.open) rest.given.set(openName, word);
    else if (name === undefined && !word.startsWith('-')) rest.words.push(word);
    if (rest.open || name === undefined) {
      rest.open = null;
      continue;
    }
    rest.given.set(name, value ?? '');
    openName = name;
    rest.open = value === undefined && all[name]?.type === 'string' ? all[name] : null;
  }
  return rest;
}

function findCommand(words: readonly string[]): Command | undefined {
  return COMMANDS.filter(({ path }) => isStart(path, words)).toSorted((a, b) => b.path.length - a.path.length)[0];
}

const isStart = (start: readonly string[], words: readonly string[]): boolean =>
  start.every((word, index) => words[index] === word);

async function findValues(
  { choices, isFile, names }: Pick<Argument, 'choices' | 'isFile' | 'names'>,
  typed: string,
  read: (kind: NameKind) => Promise<Candidate[]>,
): Promise<Candidate[] | null> {
  if (isFile) return null;
  if (!names)
    return startingWith(
      typed,
      (choices ?? []).map((text) => ({ text, meaning: '' })),
    );
  const found = await read(names);
  const count = (text: string): number => found.filter((each) => each.text === text).length;
  const isId = /^[a-z]+_/.test(typed) && found.some(({ meaning }) => meaning.startsWith(typed));
  // The id where the name does not say which one is meant, and for those who type ids.
  const shown = found.map(({ meaning, text }) =>
    count(text) > 1 || text.startsWith('-') || isId ? { text: meaning, meaning: text } : { text, meaning },
  );
  const wanted = typed.toLocaleLowerCase();
  return shown.filter(({ text }) => text.toLocaleLowerCase().startsWith(wanted));
}

const startingWith = (typed: string, candidates: readonly Candidate[]): Candidate[] =>
  candidates.filter(({ text }) => text.startsWith(typed));

/** A Tab must not hang on a server that does not answer. */
const NAMES_WITHIN_MS = 3000;

/**
 * Runs `sluice __complete SHELL …`: in bash with the line up to the cursor, elsewhere with its words. Never fails: a name
 * that cannot be read is no candidate.
 * @returns the lines to print, and whether the shell completes files
 */
export async function complete(
  [shell, ...given]: readonly string[],
  connect: (server: string | undefined) => Promise<Connection>,
): Promise<{ text: string; isFile: boolean }> {
  const readNames: ReadNames = async (kind, server) => {
    const read = async () => (await import('./read-names.ts')).readNames((await connect(server)).client, kind);
    return Promise.race([read(), sleep(NAMES_WITHIN_MS, [])]).catch(() => []);
  };
  const line = shell === 'bash' ? readTypedLine(given[0] ?? '') : null;
  const candidates = await findCandidates(line ? line.words.slice(1) : given, readNames);
  const lines = (candidates ?? []).map(({ meaning, text }) =>
    line ? toBashReply(text, line) : meaning === '' ? text : `${text}\t${meaning}`,
  );
  return { text: lines.map((each) => `${each}\n`).join(''), isFile: candidates === null };
}
