/**
 * Runs an nginx with the RTMP module and a separate configuration, if the machine has one. It leaves the system's nginx
 * alone.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreeTcpPort } from '../../support/product.ts';
import { waitFor } from '../../support/wait-for.ts';
import { endProcess, owe, watch } from '../child-processes.ts';

// Paths of Debian's nginx-light and libnginx-mod-rtmp.
const PROGRAM = '/usr/sbin/nginx';
const MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';

export interface Nginx {
  processId: number;
  /** URL to publish one stream to, which nginx pushes on. */
  publishUrl: string;
  stop(): Promise<void>;
}

/** Returns true if nginx and its RTMP module are installed. */
export function findNginx(): boolean {
  return existsSync(PROGRAM) && existsSync(MODULE);
}

/**
 * Starts an nginx that pushes its stream to every URL, and waits until it listens.
 * @throws with its error log if it does not start
 */
export async function startNginx(pushUrls: readonly string[]): Promise<Nginx> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-nginx-'));
  const removeDirectory = owe(() => rmSync(directory, { recursive: true, force: true }));
  const port = await findFreeTcpPort();
  const configuration = join(directory, 'nginx.conf');
  const errorLog = join(directory, 'error.log');
  writeFileSync(configuration, configure(directory, port, pushUrls));
  const nginx = watch(spawn(PROGRAM, ['-p', directory, '-e', errorLog, '-c', configuration], { stdio: 'ignore' }));
  const stop = async () => {
    await endProcess(nginx, () => nginx.kill('SIGTERM'));
    await removeDirectory();
  };
  try {
    await waitFor(
      'nginx to listen',
      async () => {
        if (nginx.exitCode !== null) throw new Error(`nginx ended with ${nginx.exitCode}: ${readFileSync(errorLog)}`);
        return accepts(port);
      },
      { limitMs: 10_000 },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { processId: nginx.pid!, publishUrl: `rtmp://127.0.0.1:${port}/live/in`, stop };
}

/** Uses one process without workers, because a worker would outlive a killed master. */
function configure(directory: string, port: number, pushUrls: readonly string[]): string {
  return `load_module ${MODULE};
daemon off;
master_process off;
pid ${directory}/nginx.pid;
events { worker_connections 2048; }
rtmp {
  server {
    listen 127.0.0.1:${port};
    chunk_size 4096;
    application live {
      live on;
      ${pushUrls.map((url) => `push ${url};`).join('\n      ')}
    }
  }
}
`;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
