import { parseConfiguration } from '../../infra/aws/configuration.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../../infra/local/service.ts';
import type { Exports } from './resolve-intrinsics.ts';
import { synthesizeConfiguration, type StackId } from './synthesized.ts';

/** A resource as its stack's template has it. */
export interface TemplateResource {
  stack: string;
  logicalId: string;
  type: string;
  properties: Record<string, unknown>;
}

/** The templates of a whole deployment, looked at as one. */
export interface SynthesizedTemplates {
  resources: readonly TemplateResource[];
  exports: Exports;
}

interface Template {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
}

/** The configuration the tests deploy with: the account and Region of the local endpoints, all else as an operator has it. */
const CONFIGURATION = {
  deploymentId: 'test',
  account: LOCAL_ACCOUNT_ID,
  region: LOCAL_REGION,
  source: { allowedCidr: '203.0.113.0/24' },
  alarmEmail: 'operator@example.com',
  monthlyBudgetUsd: 100,
  scriptRoles: ['operator'],
  quotas: { channels: 20, pushInputs: 20 },
};

/** Synthesizes all stacks as an operator would, without bundling any function. */
export function synthesizeTemplates(): SynthesizedTemplates {
  const { stacks, template, exports } = synthesizeConfiguration(
    'test',
    parseConfiguration(CONFIGURATION, 'the test configuration'),
  );
  const resources = (Object.keys(stacks) as StackId[]).flatMap((id) =>
    Object.entries((template(id).toJSON() as Template).Resources).map(
      ([logicalId, { Type: type, Properties: properties = {} }]) => ({
        stack: stacks[id].stackName,
        logicalId,
        type,
        properties,
      }),
    ),
  );
  return { resources, exports };
}

/** The one resource of a type. @throws when there is none or more than one */
export function onlyResource({ resources }: SynthesizedTemplates, type: string): TemplateResource {
  const [found, ...others] = resources.filter((resource) => resource.type === type);
  if (!found || others.length > 0) throw new Error(`expected one ${type}, found ${found ? others.length + 1 : 0}`);
  return found;
}
