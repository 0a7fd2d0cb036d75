import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommand } from '../../infra/cli/build.ts';
import { findFreePorts, findFreeTcpPort, startProduct, TEST_TOKEN, type Product } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';

/**
 * Runs every fenced block of AUTOMATE.md in its order against the running product, as a reader does: bash blocks in one
 * terminal, programs with what that terminal has exported. A comment `prints …` in a block is a part of its output.
 * Only the address of the product and the port of the receivers differ from the page, because both ports may be in use.
 */

const GUIDE = readFileSync(join(import.meta.dirname, '..', '..', 'AUTOMATE.md'), 'utf8');

interface Block {
  language: string;
  text: string;
  title: string;
  /** It runs until it is ended, and needs a message. */
  isReceiver: boolean;
}

const blocks: Block[] = [...GUIDE.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(([, language, text], index, { length }) => {
  const [heading] = GUIDE.slice(0, GUIDE.indexOf(text!))
    .match(/^## .*$/gm)!
    .slice(-1);
  const title = `${index + 1} of ${length}: ${heading!.slice(3)}, ${language}`;
  return { language: language!, text: text!, title, isReceiver: /\.listen\(|serve_forever|HttpListener/.test(text!) };
});

/** What each language needs, and how a file of it is run. */
const LANGUAGES: Record<string, { programs: string[]; file: string; run: string }> = {
  bash: { programs: ['bash', 'curl', 'jq'], file: 'block.sh', run: '' },
  ts: { programs: [], file: 'block.ts', run: `exec '${process.execPath}' block.ts` },
  python: { programs: ['python3'], file: 'block.py', run: 'exec python3 -u block.py' },
  powershell: { programs: ['pwsh'], file: 'block.ps1', run: 'exec pwsh -NoProfile -NonInteractive -File block.ps1' },
};

const isInstalled = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
/** Without bash, nothing has exported the address. */
const missingFor = ({ language }: Block) =>
  ['bash', language].flatMap((each) => LANGUAGES[each]?.programs ?? []).filter((program) => !isInstalled(program));

/** Sends the message that receivers wait for. It runs once beside each of them. */
const isSender = ({ text }: Block) => text.includes('/test -X POST');
let messagesSent = 0;

const directory = mkdtempSync(join(tmpdir(), 'sluice-automate-'));
let product: Product;
let receiverPort: number;

beforeAll(async () => {
  for (const folder of ['.data', 'bin']) mkdirSync(join(directory, folder));
  writeFileSync(join(directory, '.data/access-token'), TEST_TOKEN);
  // The terminal as it is before the first block.
  writeFileSync(join(directory, 'terminal'), `export PATH='${join(directory, 'bin')}':"$PATH"\n`);
  const command = join(directory, 'dist/sluice.js');
  const program = join(directory, 'bin/sluice');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`);
  chmodSync(program, 0o755);
  receiverPort = await findFreeTcpPort();
  [, product] = await Promise.all([
    buildCommand(command),
    findFreePorts().then((ports) => startProduct(ports, join(directory, 'product'))),
  ]);
});

afterAll(async () => {
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** No block may outlive its test. */
const LIMIT_MS = 100_000;

interface Running {
  child: ChildProcess;
  stdout: () => string;
  printed: () => string;
}

/** Starts a block in the terminal that earlier blocks have left. */
function start({ language, text }: Block): Running {
  const { file, run } = LANGUAGES[language]!;
  const here = text.replaceAll('http://127.0.0.1:8080', product.origin).replaceAll('8000', String(receiverPort));
  writeFileSync(join(directory, file), here);
  const keep = '{ declare -f; export -p; } > terminal';
  const script = language === 'bash' ? `set -euo pipefail\nsource ./block.sh\n${keep}` : run;
  const child = spawn('bash', ['-c', `source ./terminal\n${script}`], {
    cwd: directory,
    env: { PATH: process.env['PATH'], HOME: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  const output = { stdout: '', all: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output.all += String(chunk)));
  return { child, stdout: () => output.stdout, printed: () => output.all };
}

/** Runs a block to its end, and compares what it prints with what the guide says. */
async function runToEnd(block: Block): Promise<void> {
  const { child, printed, stdout } = start(block);
  const [code] = (await once(child, 'close')) as [number | null];
  expect(code, printed()).toBe(0);
  for (const [, expected] of block.text.matchAll(/(?:#|\/\/) prints (.+)$/gm)) expect(stdout()).toContain(expected);
}

/** Runs a receiver, which prints a signed event of the product and refuses a forged one. */
async function runReceiver(block: Block): Promise<void> {
  const { child, printed, stdout } = start(block);
  // The next receiver needs the port.
  const ended = once(child, 'close');
  const forge = () =>
    fetch(`http://127.0.0.1:${receiverPort}/`, {
      method: 'POST',
      headers: {
        'webhook-id': 'evt_1',
        'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
        'webhook-signature': 'v1,Zm9yZ2Vk',
      },
      body: '{"type":"forged"}',
      signal: AbortSignal.timeout(5_000),
    }).catch(() => null);
  try {
    const refused = await waitFor('the receiver to answer', () => {
      if (child.exitCode !== null) throw new Error(printed());
      return forge();
    });
    expect(refused.status).toBe(401);
    await runToEnd(blocks.find(isSender)!);
    messagesSent += 1;
    await waitFor('the receiver to print the event', () => stdout().includes('notification.test'));
    expect(stdout()).not.toContain('forged');
  } finally {
    child.kill();
    await ended;
  }
}

describe('AUTOMATE.md', () => {
  it('has blocks in bash, PowerShell, TypeScript and Python only, each closed', () => {
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(Object.keys(LANGUAGES)));
    expect(GUIDE.match(/^\s*(?:```|~~~)/gm)).toHaveLength(2 * blocks.length);
  });

  for (const block of blocks) {
    const missing = missingFor(block);
    const reason = missing.length > 0 ? ` (skipped: ${missing.join(', ')} not installed)` : '';
    it.skipIf(reason !== '')(`runs block ${block.title}${reason}`, async () => {
      const hasRun = block.isReceiver ? runReceiver(block) : isSender(block) ? messagesSent > 0 : runToEnd(block);
      expect(await hasRun).not.toBe(false);
    });
  }
});
