/**
 * Measures the size of each Lambda function's bundle and the time a fresh process takes to import it (`npm run
 * bench:bundle`), compared with a floor bundle: the same SDK commands and libraries without our code. Sizes are exact
 * and gated; times depend on the machine and are only shown.
 */
import { parseArgs } from 'node:util';
import { synthesize } from '../../infra/synthesized.ts';
import { findMissed, formatTable, type Gate, type Row } from '../outcome.ts';
import { describeSpread, median, toSpread } from '../statistics.ts';
import { BYTES_RATIO_MAX, measureBundles, type MeasuredBundle } from './bundle-sizes.ts';
import { timeImports } from './import-time.ts';

const HELP = `npm run bench:bundle [-- --rounds N]

Bundles every Lambda function like the stacks and prints one Markdown table: bytes, gzip, and time to import in a fresh
process, each compared with a floor bundle without our code. Takes about two minutes. Exits with 1 if a bundle is more
than ${BYTES_RATIO_MAX.monitor} of its floor (API and workflow: ${BYTES_RATIO_MAX.api}).

  --rounds N   number of imports of each bundle (default 30)
  --help       show this text
`;

const IMPORT_RATIO_AIM = 1.2;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '30' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    console.error(`--rounds ${values.rounds}: must be a whole number of at least 1\n\n${HELP}`);
    return 2;
  }
  const environments = readEnvironments();
  const rows: Row[] = [];
  const gates: Gate[] = [];
  for (const measured of await measureBundles()) {
    const sizes = toSizes(measured);
    gates.push(sizes.gate);
    const times = await timeImportsOf(measured, { rounds, environment: environments.get(measured.name)! });
    rows.push(...sizes.rows, times);
  }
  console.log(`${formatTable(rows)}\n\nNode ${process.versions.node}, ${rounds} fresh processes for each bundle.`);
  const missed = findMissed(gates);
  for (const { name, value, limit } of missed) console.error(`missed: ${name}: ${value.toFixed(3)}, at most ${limit}`);
  return missed.length > 0 ? 1 : 0;
}

function toSizes({ name, bundle, floors, gatedBy }: MeasuredBundle): { rows: Row[]; gate: Gate } {
  const ratios = { sdk: bundle.bytes / floors.sdk.bytes, libraries: bundle.bytes / floors.libraries.bytes };
  const measured = `${toKilobytes(bundle.bytes)} (gzip ${toKilobytes(bundle.gzipBytes)})`;
  const labels = { sdk: 'SDK commands', libraries: 'SDK commands and libraries' };
  const rows = (['sdk', 'libraries'] as const).map((kind): Row => ({
    figure: `${name}: bytes`,
    measured,
    compared: `${ratios[kind].toFixed(3)} of ${labels[kind]}`,
    ...(kind === gatedBy ? { aim: `at most ${BYTES_RATIO_MAX[name]}` } : {}),
  }));
  return {
    rows,
    gate: { name: `${name}: bytes over ${labels[gatedBy]}`, value: ratios[gatedBy], limit: BYTES_RATIO_MAX[name] },
  };
}

async function timeImportsOf(
  { name, bundle, floors, gatedBy }: MeasuredBundle,
  options: { rounds: number; environment: Record<string, string> },
): Promise<Row> {
  const [own = [], floor = []] = await timeImports([bundle, floors[gatedBy]], options);
  return {
    figure: `${name}: import, ms`,
    measured: describeSpread(toSpread(own), 0),
    compared: `${(median(own) / median(floor)).toFixed(2)} of ${gatedBy === 'sdk' ? 'SDK commands' : 'SDK commands and libraries'}`,
    aim: `${IMPORT_RATIO_AIM}, not gated`,
  };
}

/** Returns the environment variables that the stacks give each function. */
function readEnvironments(): Map<string, Record<string, string>> {
  const { resources, resolve } = synthesize('dev');
  const functions = Object.values(resources('AWS::Lambda::Function', 'controlPlane'));
  return new Map(
    functions.map(({ Properties: { FunctionName: name, Environment: environment } }) => [
      String(name).replace(/^sluice-dev-/, ''),
      {
        ...(resolve(environment, 'controlPlane') as { Variables: Record<string, string> }).Variables,
        AWS_REGION: 'us-east-1',
      },
    ]),
  );
}

function toKilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

if (import.meta.main) process.exitCode = await main();
