import { parseArgs } from 'node:util';
import type { Command, Invocation, Option } from './command.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import { COMMANDS, GLOBAL_OPTIONS } from './command-table.ts';

/** Reads the command line. Its errors never repeat a value, which may be a secret typed in the wrong place. */

/** Stream keys of the platforms, keys in URLs, and credentials in front of a host. */
const KEYS = [
  /\b[a-z0-9]{4}(-[a-z0-9]{4}){3,5}\b/i,
  /\blive_\d{4,}_\w{8,}/,
  /\bFB-\d{6,}-/,
  /[?&](stream_?key|key|token|passphrase|password|secret)=/i,
  /^\w+:\/\/[^/@]*:[^/@]*@/,
];

const SECRET_OPTION = /^--?(stream-?key|key|passphrase|password|token|secret)(=|$)/i;

export interface Parsed extends Invocation {
  /** Null when the words name no command: help is due. */
  command: Command | null;
  words: readonly string[];
}

/**
 * Finds the command and its arguments.
 * @throws {CommandFailure} `usage`
 */
export function readArguments(argv: readonly string[]): Parsed {
  refuseSecrets(argv);
  const words = argv.slice(0, countWords(argv));
  const command = findCommand(words);
  const options = { ...GLOBAL_OPTIONS, ...command?.options };
  const { lists, positionals, values } = parse(argv, options);
  const args = positionals.slice(command?.path.length ?? 0);
  if (!command) {
    if (positionals.length > 0 && !COMMANDS.some(({ path }) => startsWith(path, positionals)))
      throw usage(`there is no such command; sluice --help lists them`);
    return { command: null, words: positionals, args: [], options: values, lists };
  }
  if (values['help'] !== true) checkCount(command, args);
  return { command, words: command.path, args, options: values, lists };
}

function refuseSecrets(argv: readonly string[]): void {
  if (argv.some((each) => SECRET_OPTION.test(each)))
    throw usage(
      'secrets are never taken as arguments, which other programs can see; send them on standard input, or leave it to the prompt',
    );
  if (argv.some((each) => KEYS.some((pattern) => pattern.test(each))))
    throw usage(
      'an argument looks like a stream key or a password; send keys on standard input, or type them at the prompt',
    );
}

/** Leading words that are no options. */
function countWords(argv: readonly string[]): number {
  const first = argv.findIndex((each) => each.startsWith('-'));
  return first === -1 ? argv.length : first;
}

function findCommand(words: readonly string[]): Command | undefined {
  return COMMANDS.filter(({ path }) => startsWith(words, path)).toSorted((a, b) => b.path.length - a.path.length)[0];
}

const startsWith = (words: readonly string[], start: readonly string[]): boolean =>
  start.every((word, index) => words[index] === word);

function parse(argv: readonly string[], options: Readonly<Record<string, Option>>) {
  try {
    const config = Object.fromEntries(
      Object.entries(options).map(([name, { isRepeated = false, short, type }]) => [
        name,
        { type, multiple: isRepeated, ...(short ? { short } : {}) },
      ]),
    );
    const { positionals, values } = parseArgs({
      args: [...argv],
      options: config,
      allowPositionals: true,
      strict: true,
    });
    return { positionals, ...splitLists(values) };
  } catch (error) {
    const name = /'(-{1,2}[\w-]+)/.exec((error as Error).message)?.[1];
    const code = (error as { code?: string }).code;
    if (name === undefined) throw usage('the options cannot be read; add --help');
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw usage(`there is no option ${name} here; add --help`);
    throw usage(`${name} ${options[name.replace(/^-+/, '')]?.type === 'boolean' ? 'takes no value' : 'needs a value'}`);
  }
}

function splitLists(given: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>) {
  const values: Record<string, string | boolean | undefined> = {};
  const lists: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(given)) {
    if (Array.isArray(value)) lists[name] = value.map(String);
    else values[name] = value;
  }
  return { lists, values };
}

function checkCount({ path, args = [] }: Command, given: readonly string[]): void {
  const least = args.filter(({ isOptional }) => !isOptional).length;
  const most = args.some(({ isList }) => isList) ? Infinity : args.length;
  if (given.length < least)
    throw usage(`sluice ${path.join(' ')} needs ${args[given.length]!.name.toUpperCase()}; add --help`);
  if (given.length > most)
    throw usage(`sluice ${path.join(' ')} takes ${most === 0 ? 'no arguments' : `at most ${most}`}; add --help`);
  for (const [index, value] of given.entries()) {
    const { name, choices } = args[Math.min(index, args.length - 1)]!;
    if (choices && !choices.includes(value)) throw usage(`${name.toUpperCase()} is one of ${choices.join(', ')}`);
  }
}

const usage = (message: string): CommandFailure => new CommandFailure(EXIT.usage, message);
