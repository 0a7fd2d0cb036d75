/**
 * Measures the dashboard (`npm run bench:web`): its size, the time until a slow machine shows something useful, and its
 * response with a thousand destinations. Bytes and counts are exact and gated; times depend on the machine and are only
 * shown.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { BYTES_MAX, SCRIPT_BYTES_MAX } from '../../browser/first-load.ts';
import { launchChromium } from '../../browser/launch-chromium.ts';
import { owe, payAll } from '../child-processes.ts';
import { findMissed, formatTable, type Outcome } from '../outcome.ts';
import { startBenchProduct } from '../product/bench-product.ts';
import { benchFirstLoad } from './first-load.ts';
import { benchInteraction, DESTINATIONS } from './interaction.ts';
import { benchPaint, SLOWER } from './paint.ts';
import { benchPolling, POLLED_DESTINATIONS } from './polling.ts';
import { signIn } from './signed-in.ts';

const ROUNDS_MIN = 5;

const HELP = `npm run bench:web [-- --rounds N]

Starts Sluice on free ports, opens its dashboard in a headless Chromium and prints one Markdown table: bytes and requests
of the first load, first useful paint with a CPU ${SLOWER} times slower compared with an empty page of the same server, and the time
from a key or click to its painted result with ${DESTINATIONS.many} destinations compared with ${DESTINATIONS.few},
and what an open page with ${POLLED_DESTINATIONS} destinations asks for in a minute. Takes about five minutes. Exits
with 1 if the first load is more than ${SCRIPT_BYTES_MAX / 1000} kB of JavaScript or ${BYTES_MAX / 1000} kB in total, gzip, contacts another host than
Sluice, or an open page asks for more than it may.

  --rounds N   number of measurements of each (default and minimum ${ROUNDS_MIN})
  --help       show this text
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: String(ROUNDS_MIN) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < ROUNDS_MIN) {
    console.error(`--rounds ${values.rounds}: must be a whole number of at least ${ROUNDS_MIN}\n\n${HELP}`);
    return 2;
  }
  const { product, addDestination, ask, untilDone, stop } = await startBenchProduct();
  owe(stop);
  const browser = await launchChromium();
  owe(() => browser.close());
  const path = await addDestination('rtmp://127.0.0.1:65535/live', 'bench');
  await untilDone((await ask(path, 'start')).operationPath);

  const signedIn = await signIn(browser, product.origin);
  const parts = {
    'first load': () => benchFirstLoad(signedIn),
    paint: () => benchPaint(signedIn, rounds),
    polling: () => benchPolling(signedIn, { product, path }),
    interaction: () => benchInteraction(signedIn, { product, path, rounds }),
  };
  const outcomes: Outcome[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    console.error(`${name} …`);
    outcomes.push(await measure());
  }
  const [first] = cpus();
  console.log(formatTable(outcomes.flatMap((outcome) => outcome.rows)));
  console.log(
    `\n${rounds} rounds, median (range). ${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), Chromium ${browser.version()}.`,
  );
  const missed = findMissed(outcomes.flatMap((outcome) => outcome.gates));
  for (const { name, value, limit } of missed) console.error(`missed: ${name}: ${value}, at most ${limit}`);
  return missed.length > 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void payAll().finally(() => process.exit(1)));
}
try {
  process.exitCode = await main();
} finally {
  await payAll();
}
