import { App } from 'aws-cdk-lib';
import { buildDashboard } from '../local/dashboard.ts';
import { readConfiguration } from './configuration.ts';
import { addDeployment } from './deployment.ts';
import { addChecks } from './nag.ts';
import { ROOT } from './node-function.ts';

/**
 * The CDK app: `npx cdk synth --context environment=prod`. One environment per run; several live side by side in one
 * account, because the deployment's id is part of every name.
 */

const app = new App();
const environment = String(app.node.tryGetContext('environment') ?? 'dev');
const configuration = await orExplain(() => readConfiguration(environment));
// The command's own output is the template: what is said meanwhile goes to the other stream.
const dashboardDirectory = await orExplain(() => buildDashboard(ROOT, (message) => console.error(message)));
addDeployment(app, { environment, configuration, dashboardDirectory });
addChecks(app);
app.synth();

/** Whoever has mistyped a value, or broken the dashboard, is told which and where, and is spared a stack trace. */
async function orExplain<Value>(read: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}
