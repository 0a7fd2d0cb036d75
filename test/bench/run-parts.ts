import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { payAll } from './child-processes.ts';
import { findMissed, formatTable, type Outcome } from './outcome.ts';

interface PartsOptions<Name extends string> {
  help: string;
  /** In the order in which they run. */
  parts: Record<Name, (isQuick: boolean) => Promise<Outcome>>;
  /** Those that run without `--only`. */
  usual: readonly Name[];
}

/**
 * Runs the parts that the command line names, prints one table and sets the exit code: 1 when a gate was missed, 2 for a
 * wrong argument. Linux only, because the parts read /proc. What the parts owe is paid in the end, also on a signal.
 */
export async function runParts<Name extends string>(options: PartsOptions<Name>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void payAll().finally(() => process.exit(1)));
  }
  try {
    process.exitCode = await run(options);
  } finally {
    await payAll();
  }
}

async function run<Name extends string>({ help, parts, usual }: PartsOptions<Name>): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const names = Object.keys(parts) as Name[];
  const wrong = (values.only ?? []).find((name) => !names.includes(name as Name));
  if (values.help || wrong !== undefined || process.platform !== 'linux') {
    if (wrong !== undefined) console.error(`there is no part ${JSON.stringify(wrong)}\n`);
    else if (!values.help) console.error('the benchmark reads /proc and runs on Linux only\n');
    console.log(help);
    return values.help ? 0 : 2;
  }
  const outcomes: Outcome[] = [];
  for (const name of names.filter((each) => (values.only ?? usual).includes(each))) {
    console.error(`${name} …`);
    outcomes.push(await parts[name](values.quick));
  }
  const [first] = cpus();
  console.log(formatTable(outcomes.flatMap((outcome) => outcome.rows)));
  console.log(
    `\nMedian (range). ${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), Node ${process.versions.node}.`,
  );
  const missed = findMissed(outcomes.flatMap((outcome) => outcome.gates));
  for (const { name, value, limit } of missed) console.error(`missed: ${name}: ${value}, at most ${limit}`);
  return missed.length > 0 ? 1 : 0;
}
