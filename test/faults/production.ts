import type { AwsDeps } from '../../functions/aws/clients.ts';
import type { StreamKey } from '../../functions/domain/stream-key.ts';

/**
 * The production code under test, as one bundle, so that the suite can run the same worlds on a copy of it with a bug
 * planted (see planted-bugs.ts).
 */
export interface Production {
  createAwsClients: typeof import('../../functions/aws/clients.ts').createAwsClients;
  insertDestination: typeof import('../../functions/aws/destination-table.ts').insertDestination;
  sealKey: (deps: AwsDeps, destinationId: string, key: string) => Promise<string>;
  runStep: typeof import('../../functions/workflow/run-step.ts').runStep;
  requestChange: typeof import('../../functions/workflow/operations.ts').requestChange;
  startQuietly: typeof import('../../functions/workflow/operations.ts').startQuietly;
  sweep: typeof import('../../functions/schedules/sweep.ts').sweep;
  lifecycle: typeof import('../../functions/domain/lifecycle.ts');
  change: typeof import('../../functions/api/destination-change.ts');
}

/** Loads it. @param suffix appended to each module's address: `?planted=3` gives a copy of its own */
export async function loadProduction(suffix = ''): Promise<Production> {
  const load = async <Module>(path: string): Promise<Module> =>
    (await import(/* @vite-ignore */ new URL(`../../functions/${path}${suffix}`, import.meta.url).href)) as Module;
  const clients = await load<typeof import('../../functions/aws/clients.ts')>('aws/clients.ts');
  const table = await load<typeof import('../../functions/aws/destination-table.ts')>('aws/destination-table.ts');
  const secrets = await load<typeof import('../../functions/aws/secrets.ts')>('aws/secrets.ts');
  const keys = await load<{ StreamKey: typeof StreamKey }>('domain/stream-key.ts');
  const steps = await load<typeof import('../../functions/workflow/run-step.ts')>('workflow/run-step.ts');
  const operations = await load<typeof import('../../functions/workflow/operations.ts')>('workflow/operations.ts');
  const schedules = await load<typeof import('../../functions/schedules/sweep.ts')>('schedules/sweep.ts');
  return {
    createAwsClients: clients.createAwsClients,
    insertDestination: table.insertDestination,
    sealKey: (deps, destinationId, key) => secrets.encryptStreamKey(deps, destinationId, keys.StreamKey.from(key)),
    runStep: steps.runStep,
    requestChange: operations.requestChange,
    startQuietly: operations.startQuietly,
    sweep: schedules.sweep,
    lifecycle: await load<typeof import('../../functions/domain/lifecycle.ts')>('domain/lifecycle.ts'),
    change: await load<typeof import('../../functions/api/destination-change.ts')>('api/destination-change.ts'),
  };
}
