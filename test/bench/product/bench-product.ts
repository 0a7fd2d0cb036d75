/** Runs the whole product for the benchmark: separate process, ports and directory, in the `fast` profile. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAwsClients, type AwsDeps } from '../../../functions/aws/clients.ts';
import { findFreePorts, startProduct } from '../../support/product.ts';
import { waitFor } from '../../support/wait-for.ts';
import { owe } from '../child-processes.ts';
import type { Product, ProductPorts } from '../../support/product.ts';

export interface BenchProduct {
  product: Product;
  ports: ProductPorts;
  /** Clients for reading the endpoints directly. */
  aws: Pick<AwsDeps, 'clients'>;
  /** Adds a destination that copies the source and waits until it is idle. @returns its path */
  addDestination(rtmpUrl: string, streamKey: string): Promise<string>;
  /**
   * Requests `start` or `stop`. @returns the time of the response in ms since the epoch, and the path of the operation
   */
  ask(path: string, wish: 'start' | 'stop'): Promise<{ answeredAtMs: number; operationPath: string }>;
  /** Waits for an operation. @returns when it ended according to the product, in ms since the epoch */
  untilDone(operationPath: string): Promise<number>;
  /** Waits until the encoder is connected. */
  untilFed(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the product and waits until the flow listens. */
export async function startBenchProduct(environment: Record<string, string> = {}): Promise<BenchProduct> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-product-'));
  const removeDirectory = owe(() => rmSync(directory, { recursive: true, force: true }));
  const ports = await findFreePorts();
  const plain = { SLUICE_PROFILE: 'fast', SLUICE_HOST: '', SLUICE_LOOPBACK_TARGETS: 'true' };
  const product = await startProduct(ports, directory, { ...plain, ...environment });
  const stopProduct = owe(async () => void (await product.stop('SIGTERM')));
  const [, accessKeyId = ''] =
    /aws_access_key_id = (\S+)/.exec(readFileSync(join(directory, 'aws-credentials'), 'utf8')) ?? [];
  const clients = createAwsClients({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${ports.aws}`,
    credentials: { accessKeyId, secretAccessKey: 'unused' },
    attemptsMax: 1,
  });
  const sourceIs = (state: string) =>
    waitFor(`the source to be ${state}`, async () => {
      const { body } = await product.call('GET', '/api/mediaconnect/flow/status');
      return body.status === 'ACTIVE' && body.source.state === state;
    });
  await sourceIs('waiting');
  return {
    product,
    ports,
    aws: { clients },
    async addDestination(rtmpUrl, streamKey) {
      const target = { name: `Bench ${streamKey}`, platform: 'custom', preset: 'source', rtmpUrl, streamKey };
      const made = await product.call('POST', '/api/destinations', target);
      if (made.status !== 201)
        throw new Error(`no destination was created: ${made.status} ${JSON.stringify(made.body)}`);
      const path = `/api/destinations/${made.body.destinationId}`;
      await waitFor('the destination to be idle', async () => {
        const { body } = await product.call('GET', path);
        return body.status === 'idle' && body.operation === null;
      });
      return path;
    },
    async ask(path, wish) {
      const { status, headers, body } = await product.call('POST', `${path}/${wish}`, {});
      const answeredAtMs = Date.now();
      if (status !== 202) throw new Error(`${wish} was refused: ${status} ${JSON.stringify(body)}`);
      return { answeredAtMs, operationPath: headers.get('location')! };
    },
    untilDone: (operationPath) =>
      waitFor(operationPath, async () => {
        const { body } = await product.call('GET', operationPath);
        if (body.state !== 'running' && body.state !== 'succeeded') throw new Error(JSON.stringify(body));
        return body.endedAt && Date.parse(body.endedAt);
      }),
    untilFed: async () => void (await sourceIs('connected')),
    async stop() {
      clients.mediaLive.destroy();
      await stopProduct();
      await removeDirectory();
    },
  };
}
