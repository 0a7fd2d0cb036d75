import { makeLambdaDeps } from './lambda-deps.ts';
import { runStep, type StepInput } from './workflow/run-step.ts';

/** Entry point of the function the state machines call, one step per invocation. */

const deps = makeLambdaDeps('sluice-workflow', 1);

export const handler = (event: StepInput) => runStep(deps, event);
