/**
 * Measures fifty starts as one group under the virtual clock with AWS's times (`npm run bench:group-start`): how long they
 * take against what AWS's rates alone require, and whether any call would be refused.
 */
import { parseArgs } from 'node:util';
import { AWS_START_INTERVAL_MS, STARTS_AT_ONCE_DEFAULT } from '../../../functions/domain/start-pace.ts';
import { loadProduction } from '../../faults/production.ts';
import { AWS_TIMES } from '../lifecycle/clean-lifecycle.ts';
import { findMissed, formatTable, type Gate, type Row } from '../outcome.ts';
import { AWS_RATES, measureGroupStart, type RateName } from './virtual-group-start.ts';

const HELP = `npm run bench:group-start [-- --destinations N]

Starts N destinations (default 50) as one group under the virtual clock, and prints one Markdown table. Exact, so it exits
with 1 if AWS would refuse a call for its rate, or if one operation is called more often within a second than that rate.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { destinations: { type: 'string', default: '50' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const destinations = Number(values.destinations);
  if (!Number.isInteger(destinations) || destinations < 1 || destinations > 50) {
    console.error(`--destinations must be from 1 to 50\n\n${HELP}`);
    return 2;
  }
  const pace = { atOnceMax: STARTS_AT_ONCE_DEFAULT, intervalMs: AWS_START_INTERVAL_MS };
  const times = AWS_TIMES['typical']!;
  const measured = await measureGroupStart(await loadProduction(), { destinations, pace, times });
  const floorSeconds = measured.calls.medialive / AWS_RATES.medialive.perSecond;
  const rows: Row[] = [
    {
      figure: `${destinations} starts of ${times.startMs / 1000} s each`,
      measured: `${measured.seconds.toFixed(0)} s, ${measured.started} on air`,
      compared: `${(measured.seconds / floorSeconds).toFixed(2)} of the ${floorSeconds.toFixed(0)} s for the calls to MediaLive`,
    },
  ];
  const gates: Gate[] = [{ name: 'destinations not on air', value: destinations - measured.started, limit: 0 }];
  for (const name of Object.keys(AWS_RATES) as RateName[]) {
    const { perSecond } = AWS_RATES[name];
    const most = measured.mostByOperation[name];
    rows.push({
      figure: `${name}: calls`,
      measured: `${measured.calls[name]}, ${measured.refused[name]} refused; ${most.operation} ${most.calls} in a second`,
      aim: `none refused, at most ${perSecond} in a second`,
    });
    gates.push({ name: `${name}: refused`, value: measured.refused[name], limit: 0 });
    gates.push({ name: `${most.operation} in a second`, value: most.calls, limit: perSecond });
  }
  console.log(formatTable(rows));
  const missed = findMissed(gates);
  for (const { name, value, limit } of missed) console.error(`missed: ${name}: ${value}, at most ${limit}`);
  return missed.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main();
