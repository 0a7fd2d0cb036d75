import type { ApiClient } from '../../functions/api/api-client.ts';
import type { ExitCode } from './command-failure.ts';
import type { Output } from './output.ts';

/** What the command table holds, and what a command receives. */

/** Names that only the server knows. */
export type NameKind = 'destinations' | 'groups' | 'shows' | 'incidents';

export interface Option {
  type: 'string' | 'boolean';
  meaning: string;
  /** Stands for the value in the help: `--name TEXT`. */
  value?: string;
  short?: string;
  /** May be given several times; its values are in `lists`. */
  isRepeated?: boolean;
  /** Completions of the value. */
  choices?: readonly string[];
  names?: NameKind;
  isFile?: boolean;
}

export interface Argument {
  name: string;
  isOptional?: boolean;
  /** Takes any number of values. Only for the last argument. */
  isList?: boolean;
  choices?: readonly string[];
  /** Completions besides the choices. */
  names?: NameKind;
  isFile?: boolean;
}

export interface Invocation {
  /** Values of the arguments, in order. */
  args: readonly string[];
  options: Readonly<Record<string, string | boolean | undefined>>;
  /** Values of the options that may be repeated, by name; absent when not given. */
  lists: Readonly<Record<string, readonly string[]>>;
}

export interface CommandContext {
  out: Output;
  /** Of this command. */
  version: string;
  /** Signs in with what is known; a command that needs no server does not call it. */
  connect(): Promise<Connection>;
}

export interface Connection {
  origin: string;
  client: ApiClient;
}

/** @returns the exit code; nothing means 0 */
export type Run = (context: CommandContext, invocation: Invocation) => Promise<ExitCode | void>;

export interface Command {
  /** The words of the command: `['destinations', 'start']`. */
  path: readonly string[];
  summary: string;
  args?: readonly Argument[];
  options?: Readonly<Record<string, Option>>;
  /** Loads the code on demand, so that `--help` loads none of it. */
  load(): Promise<Run>;
}
