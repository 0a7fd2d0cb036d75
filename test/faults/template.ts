import { DescribeStateMachineCommand, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import type { Deployment } from '../../functions/aws/clients.ts';
import { toFunctionArn } from '../../infra/local/endpoints/lambda/registry.ts';
import { provision } from '../../infra/local/provision.ts';
import type { ObjectStore } from '../../infra/local/endpoints/s3/object-store.ts';
import type { LocalService } from '../../infra/local/endpoints/wire/local-service.ts';
import { connectInProcess } from './in-process-transport.ts';
import { makeRandom } from './random.ts';
import { makeVirtualClock } from './virtual-clock.ts';
import { makeClients, makeServices, WORKFLOW_FUNCTION } from './world-services.ts';
import type { Production } from './production.ts';
import type { Item } from './watching.ts';

/** Creates the initial state of worlds: the deployment's shared resources, or another world at rest. */

/** Virtual time at which every world begins. */
export const START_MS = Date.UTC(2030, 0, 1);

export interface TemplateOptions {
  production: Production;
  /** Rewrites a state machine before use, for planted bugs. */
  definition?: (kind: string, text: string) => string;
}

/** The shared resources, created once by the product's provisioning and copied into every world. */
export interface Template {
  deployment: Deployment;
  media: unknown;
  stepFunctions: unknown;
  /** What S3 holds. Each world begins with a copy. */
  objects: ObjectStore;
}

/** A world at rest, from which others begin without running what led to it. */
export interface Snapshot extends Template {
  nowMs: number;
  kms: LocalService;
  items: ReadonlyMap<string, Item>;
}

const templates = new Map<TemplateOptions['definition'], Promise<Template>>();

/** Returns the template of worlds with these state machines, created on first use. */
export function templateFor(options: TemplateOptions): Promise<Template> {
  const known = templates.get(options.definition);
  if (known) return known;
  const making = makeTemplate(options);
  templates.set(options.definition, making);
  return making;
}

async function makeTemplate({ production, definition }: TemplateOptions): Promise<Template> {
  const clock = makeVirtualClock(START_MS);
  const stores = { media: null as unknown, stepFunctions: null as unknown };
  const parts = await makeServices({
    clock,
    random: makeRandom(0),
    events: { put() {} },
    mailbox() {},
    keep: (name, state) => void (stores[name] = state),
  });
  const clients = makeClients(production);
  connectInProcess(clients)(parts.services, (_call, deliver) => deliver());
  const deployment = await provision({
    clients,
    isSrtEncrypted: false,
    // No media moves in the simulation, so there is nothing to analyse.
    settings: {
      analysis: false,
      srtPort: 9998,
      srtLatencyMs: 200,
      srtBackup: null,
      loopbackTargetsAllowed: true,
      privateHosts: [],
    },
    workflowFunctionArn: toFunctionArn(WORKFLOW_FUNCTION),
    fingerprintSecret: 'for simulation only',
    quotas: { channelQuota: 100, pushInputQuota: 100 },
  });
  for (const [kind, stateMachineArn] of Object.entries(definition ? deployment.stateMachineArns : {})) {
    const { definition: text } = await clients.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    await clients.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: definition!(kind, text!) }));
  }
  const { objects } = parts;
  return {
    deployment,
    objects,
    media: structuredClone(stores.media),
    stepFunctions: structuredClone(stores.stepFunctions),
  };
}
