import type { Connection } from './command.ts';
import { CommandFailure, EXIT, type ExitCode } from './command-failure.ts';
import { helpText } from './help.ts';
import { createOutput } from './output.ts';
import { readArguments } from './read-arguments.ts';
import { readVariable } from './environment.ts';

/** The `sluice` command. Everything but the help is loaded on demand. */

/** Filled in by build.ts. */
declare const SLUICE_VERSION: string;

/** The connection of this run, for the explanation of a failure. */
let connection: Connection | undefined;

async function main(argv: readonly string[]): Promise<ExitCode> {
  if (argv[0] === '__complete') return completeLine(argv.slice(1));
  const { command, words, args, options, lists } = readArguments(argv);
  if (options['version'] === true) {
    process.stdout.write(`sluice ${SLUICE_VERSION}\n`);
    return EXIT.ok;
  }
  if (options['help'] === true || !command) {
    const isAsked = options['help'] === true || argv.length === 0;
    (isAsked ? process.stdout : process.stderr).write(helpText(words, command));
    return isAsked ? EXIT.ok : EXIT.usage;
  }
  const hasColours = !readVariable('NO_COLOR') && readVariable('TERM') !== 'dumb';
  const out = createOutput(process.stdout, process.stderr, options['json'] === true, hasColours);
  const run = await command.load();
  const connect = () => connectAs(options['server'] as string | undefined);
  return (await run({ out, version: SLUICE_VERSION, connect }, { args, options, lists })) ?? EXIT.ok;
}

async function connectAs(server: string | undefined): Promise<Connection> {
  const [{ connectTo }, { chooseServer }] = await Promise.all([import('./transport.ts'), import('./choose-server.ts')]);
  connection = connectTo(await chooseServer(server), SLUICE_VERSION);
  return connection;
}

/** For the scripts of `sluice completion`. Ends at once, because a request may still be under way. */
async function completeLine(given: readonly string[]): Promise<ExitCode> {
  const { complete } = await import('./complete.ts');
  const { isFile, text } = await complete(given, connectAs);
  process.stdout.write(text, () => process.exit(isFile ? EXIT.failed : EXIT.ok));
  return EXIT.ok;
}

async function explain(error: unknown): Promise<CommandFailure> {
  if (error instanceof CommandFailure) return error;
  const [{ ApiProblem }, { explainProblem }] = await Promise.all([
    import('../../functions/api/api-problem.ts'),
    import('./transport.ts'),
  ]);
  if (error instanceof ApiProblem && connection) return explainProblem(error, connection, SLUICE_VERSION);
  if (readVariable('SLUICE_DEBUG')) console.error(error);
  return new CommandFailure(EXIT.failed, 'unexpected error; repeat it with SLUICE_DEBUG=1 and report it');
}

/** A reader such as `head` that has seen enough is no failure. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed);
  });
}

try {
  // Not process.exit: it would cut off output that a pipe has not taken yet.
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { exitCode, message } = await explain(error);
  process.stderr.write(`sluice: ${message}\n`);
  process.exitCode = exitCode;
  // A request that is under way would delay the end.
  if (exitCode === EXIT.interrupted) process.exit();
}
