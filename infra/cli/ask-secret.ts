import { Writable } from 'node:stream';
import { CommandFailure, EXIT } from './command-failure.ts';

const SECRET_BYTES_MAX = 16_384;

/**
 * Reads a secret: typed without an echo on a terminal, else the whole standard input without its line end.
 * @param name such as `stream key`
 * @param hint where to find it
 * @throws {CommandFailure} `usage` when it is empty or has several lines
 */
export async function askSecret(name: string, hint?: string): Promise<string> {
  if (hint !== undefined && process.stdin.isTTY) process.stderr.write(`${hint}\n`);
  const secret = process.stdin.isTTY ? await promptSilently(`${name}: `) : await readStandardInput();
  if (secret === '') {
    const remedy = ['send it on standard input, or type it at the prompt', hint].filter(Boolean).join('; ');
    throw new CommandFailure(EXIT.usage, `the ${name} is empty; ${remedy}`);
  }
  if (/[\r\n]/.test(secret)) throw new CommandFailure(EXIT.usage, `the ${name} has several lines`);
  return secret;
}

async function promptSilently(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  // A bundle loads its static imports at every start, and most commands ask nothing.
  const { createInterface } = await import('node:readline/promises');
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const interrupted = new Promise<never>((_resolve, reject) => {
    lines.once('SIGINT', () => reject(new CommandFailure(EXIT.interrupted, 'interrupted; nothing was sent')));
  });
  try {
    return (await Promise.race([lines.question(''), interrupted])).trim();
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > SECRET_BYTES_MAX) throw new CommandFailure(EXIT.usage, 'standard input is too long');
  }
  return text.trim();
}
