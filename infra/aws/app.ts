import { App } from 'aws-cdk-lib';
import { buildDashboard } from '../local/host/dashboard.ts';
import { readConfiguration } from './configuration.ts';
import { addDeployment } from './deployment.ts';
import { addChecks } from './nag.ts';
import { ROOT } from './node-function.ts';

/**
 * The CDK app: `npx cdk synth --context environment=prod`. It deploys one environment per run. An account can hold
 * several, because the deployment's id is part of every name.
 */

const app = new App();
const environment = String(app.node.tryGetContext('environment') ?? 'dev');
const configuration = await orExplain(() => readConfiguration(environment));
// Synthesis writes the template to standard output, so progress messages go to standard error.
const dashboardDirectory = await orExplain(() =>
  buildDashboard(ROOT, (message) => console.error(message), { hasPublicPages: configuration.audience !== undefined }),
);
addDeployment(app, { environment, configuration, dashboardDirectory });
addChecks(app);
app.synth();

/** Prints a configuration or build error without a stack trace and exits. */
async function orExplain<Value>(read: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}
