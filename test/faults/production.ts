import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { AwsDeps } from '../../functions/aws/clients.ts';
import type { StreamKey } from '../../functions/domain/stream-key.ts';

/**
 * The production code under test as one object, so that the suite can run the same worlds on a copy with a planted bug
 * (see planted-bugs.ts).
 */
export interface Production {
  createAwsClients: typeof import('../../functions/aws/clients.ts').createAwsClients;
  insertDestination: typeof import('../../functions/aws/destination-table.ts').insertDestination;
  sealKey: (deps: AwsDeps, destinationId: string, key: string) => Promise<string>;
  handleStep: typeof import('../../functions/workflow/handle-step.ts').handleStep;
  requestChange: typeof import('../../functions/workflow/operations.ts').requestChange;
  startQuietly: typeof import('../../functions/workflow/operations.ts').startQuietly;
  sweep: typeof import('../../functions/schedules/sweep.ts').sweep;
  lifecycle: typeof import('../../functions/domain/lifecycle.ts');
  change: typeof import('../../functions/domain/requests.ts');
  /** Loads what only some worlds use. */
  loadEntryPoints(): Promise<EntryPoints>;
}

interface EntryPoints {
  createApi: typeof import('../../functions/api/app.ts').createApi;
  runMonitor: typeof import('../../functions/schedules/monitor-run.ts').runMonitor;
  createMediaEventHandler: typeof import('../../functions/events/media-event.ts').createMediaEventHandler;
  recordAlways: typeof import('../../functions/schedules/record-always.ts').recordAlways;
  sweepRecordings: typeof import('../../functions/schedules/sweep-recordings.ts').sweepRecordings;
}

/** Loads the production code. @param suffix appended to each module's URL: `?planted=3` loads a separate copy */
export async function loadProduction(suffix = ''): Promise<Production> {
  const load = async <Module>(path: string): Promise<Module> =>
    (await import(/* @vite-ignore */ new URL(`../../functions/${path}${suffix}`, import.meta.url).href)) as Module;
  const clients = await load<typeof import('../../functions/aws/clients.ts')>('aws/clients.ts');
  const table = await load<typeof import('../../functions/aws/destination-table.ts')>('aws/destination-table.ts');
  const secrets = await load<typeof import('../../functions/aws/secrets.ts')>('aws/secrets.ts');
  const keys = await load<{ StreamKey: typeof StreamKey }>('domain/stream-key.ts');
  const steps = await load<typeof import('../../functions/workflow/handle-step.ts')>('workflow/handle-step.ts');
  const operations = await load<typeof import('../../functions/workflow/operations.ts')>('workflow/operations.ts');
  let entryPoints: Promise<EntryPoints> | null = null;
  const schedules = await load<typeof import('../../functions/schedules/sweep.ts')>('schedules/sweep.ts');
  return {
    createAwsClients: clients.createAwsClients,
    insertDestination: table.insertDestination,
    sealKey: (deps, destinationId, key) => secrets.encryptStreamKey(deps, destinationId, keys.StreamKey.from(key)),
    handleStep: steps.handleStep,
    requestChange: operations.requestChange,
    startQuietly: operations.startQuietly,
    sweep: schedules.sweep,
    lifecycle: await load<typeof import('../../functions/domain/lifecycle.ts')>('domain/lifecycle.ts'),
    change: await load<typeof import('../../functions/domain/requests.ts')>('domain/requests.ts'),
    loadEntryPoints: () => (entryPoints ??= loadEntryPoints()),
  };

  async function loadEntryPoints(): Promise<EntryPoints> {
    useQuickKeyDerivation();
    const api = await load<typeof import('../../functions/api/app.ts')>('api/app.ts');
    const monitor = await load<typeof import('../../functions/schedules/monitor-run.ts')>('schedules/monitor-run.ts');
    const events = await load<typeof import('../../functions/events/media-event.ts')>('events/media-event.ts');
    const always =
      await load<typeof import('../../functions/schedules/record-always.ts')>('schedules/record-always.ts');
    const recordings = await load<typeof import('../../functions/schedules/sweep-recordings.ts')>(
      'schedules/sweep-recordings.ts',
    );
    return {
      createApi: api.createApi,
      runMonitor: monitor.runMonitor,
      createMediaEventHandler: events.createMediaEventHandler,
      recordAlways: always.recordAlways,
      sweepRecordings: recordings.sweepRecordings,
    };
  }
}

/**
 * Replaces scrypt with an immediate hash. scrypt runs on another thread and takes real time, which no virtual clock can
 * wait for; other tests cover its strength.
 */
function useQuickKeyDerivation(): void {
  const quick = (text: string, salt: Buffer, bytes: number, done: (error: null, key: Buffer) => void) =>
    done(null, crypto.createHmac('sha512', salt).update(text).digest().subarray(0, bytes));
  (crypto as { scrypt: unknown }).scrypt = quick;
  syncBuiltinESMExports();
}
