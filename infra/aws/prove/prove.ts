import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { STSClient } from '@aws-sdk/client-sts';
import { readConfiguration } from '../configuration.ts';
import { COST_MAX_USD } from './cost-bound.ts';
import { createProofClients, createRoleClients } from './proof-deps.ts';
import { clean, prove, readCosts, type ProofRequest } from './proof.ts';

/**
 * Decides on a real account what the product assumes about AWS (`npm run prove`). This file handles the terminal:
 * arguments, confirmation, Ctrl-C. `proof.ts` does the work.
 */

const HELP = `Tests the assumptions about AWS that ARCHITECTURE.md lists under "Assumptions about AWS". It needs a deployment with
nothing on air, and proof.principalArn in the environment's file, so that it can assume the deployed roles.

It creates inputs, flow outputs and two channels, starts the flow, runs one channel for about ten minutes with a made-up
key, and removes everything again. It shows the highest possible cost, never more than ${COST_MAX_USD} USD, and asks for confirmation.

  --environment NAME   file in infra/aws/environments (default dev)
  --encoder            you will connect an encoder when asked, which decides more
  --yes                do not ask for confirmation
  --clean              only remove what earlier runs left; the next proof starts from the first check
  --costs              a day later: list the cost of the day of the proof by usage type (0.02 USD)
  --help               show this text

Ctrl-C ends the current check and cleans up; press it again to exit at once. In both cases the next run cleans up and
continues at the interrupted check. The report is written to proofs/<environment>/<date and time>.

Exit status: 0 no assumption is wrong, 1 an assumption does not hold, 2 the proof could not run, 3 resources remain that
may cost, 130 interrupted.`;

const ROOT = join(import.meta.dirname, '..', '..', '..');

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      environment: { type: 'string', default: 'dev' },
      encoder: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      clean: { type: 'boolean', default: false },
      costs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return (say(HELP), 0);
  const configuration = readConfiguration(values.environment);
  const region = configuration.region ?? (await new STSClient({}).config.region().catch(() => null));
  if (region === null) {
    say(`No Region is configured. Set region in infra/aws/environments/${values.environment}.json, or set AWS_REGION`);
    return 2;
  }
  const request: ProofRequest = {
    environment: values.environment,
    configuration,
    region,
    folder: join(ROOT, 'proofs', values.environment),
    hasEncoder: values.encoder,
    confirm: values.yes ? async () => true : isConfirmed,
    signal: signalOfInterrupts(),
  };
  const deps = {
    clients: createProofClients(region),
    makeRoleClients: (credentials: Parameters<typeof createRoleClients>[1]) => createRoleClients(region, credentials),
    fetch,
    now: () => Date.now(),
    sleep: async (delayMs: number, signal: AbortSignal) => void (await sleep(delayMs, undefined, { signal })),
    say,
  };
  if (values.clean) return clean(deps, request);
  if (values.costs) return readCosts(deps, request);
  return prove(deps, request);
}

async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new Error('This command asks for confirmation before it spends money. Run it in a terminal, or pass --yes.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C at the prompt closes it and counts as no.
  const closed = once(terminal, 'close').then(() => '');
  const answer = await Promise.race([terminal.question(`${question} (y/n) `), closed]);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** A Ctrl-C reaches this process twice: from the terminal and from the parent process. */
const SAME_INTERRUPT_MS = 500;

/** Returns a signal for the first Ctrl-C, which ends the current check and cleans up. The second ends the process. */
function signalOfInterrupts(): AbortSignal {
  const controller = new AbortController();
  let lastAtMs = -Infinity;
  const interrupt = () => {
    const nowMs = Date.now();
    if (nowMs - lastAtMs < SAME_INTERRUPT_MS) return;
    lastAtMs = nowMs;
    if (controller.signal.aborted) {
      say('exited without cleaning up: run it again, or with --clean, to remove what remains');
      process.exit(130);
    }
    say('interrupted: cleaning up; press Ctrl-C again to exit at once');
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);
  return controller.signal;
}

function say(text: string): void {
  console.log(text);
}

if (import.meta.main) {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(2);
    },
  );
}
