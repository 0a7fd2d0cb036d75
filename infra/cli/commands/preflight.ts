import type { Run } from '../command.ts';
import { EXIT } from '../command-failure.ts';
import { pickDestination, readDestinations } from './destinations.ts';

/** `sluice preflight`: the checks of destinations before they start. */
export const preflight: Run = async ({ out, connect }, { args }) => {
  const { client } = await connect();
  const known = await readDestinations(client);
  const destinationIds = args.map((given) => pickDestination(known, given).destinationId);
  const body = await (await client.api.preflight.$post({ json: { destinationIds } })).json();
  out.table(
    body,
    [
      ['STATE', ({ state }) => state],
      ['CHECK', ({ check }) => check],
      ['SUBJECT', ({ subject }) => subject.name],
      ['DETAIL', ({ detail }) => detail],
      ['REMEDY', ({ remedy }) => remedy],
    ],
    body.checks,
  );
  return body.counts.failed > 0 ? EXIT.failed : EXIT.ok;
};
