import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { findFreeTcpPort } from './product.ts';
import { waitFor } from './wait-for.ts';

/** An RTMP server that we did not write, in its own process. */
export interface NodeMediaServer {
  /** Where to publish, without the stream key. */
  url: string;
  output(): string;
  stop(): Promise<void>;
}

/** Starts it on a free port. @param refusesKeys true: only signed stream keys may publish, so it refuses any other */
export async function startNodeMediaServer(directory: string, { refusesKeys = false } = {}): Promise<NodeMediaServer> {
  const port = await findFreeTcpPort();
  const packageDirectory = dirname(createRequire(import.meta.url).resolve('node-media-server/package.json'));
  const auth = refusesKeys ? { auth: { publish: true, secret: 'only the platform knows' } } : {};
  const config = { bind: '127.0.0.1', rtmp: { port }, ...auth };
  const script = join(directory, `node-media-server-${port}.cjs`);
  writeFileSync(
    script,
    `const Server = require(${JSON.stringify(packageDirectory)}); new Server(${JSON.stringify(config)}).run();`,
  );
  const child = spawn(process.execPath, [script], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
  await waitFor('the server to listen', () => isListening(child, port, () => output));
  return {
    url: `rtmp://127.0.0.1:${port}/live`,
    output: () => output,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function isListening(child: ChildProcess, port: number, output: () => string): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`the server ended: ${output()}`);
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
