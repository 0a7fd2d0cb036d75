import { makeLambdaDeps } from './lambda-deps.ts';
import { sweep } from './schedules/sweep.ts';

/** Entry point of the sweep, on a schedule. */

const deps = makeLambdaDeps('sluice-sweep', 3);

export const handler = () => sweep(deps);
