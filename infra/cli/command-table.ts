import type { Argument, Command, Option } from './command.ts';
import { destinationFields, page, period, selection, wait, waitForDelivery } from './command-options.ts';
import type { ShowAction } from './commands/shows.ts';

/**
 * Every command. Help, completions and REFERENCE.md are generated from this table, and it is all that is loaded before
 * a command runs.
 */

export const GLOBAL_OPTIONS: Readonly<Record<string, Option>> = {
  json: { type: 'boolean', meaning: 'print the answer of the API as JSON' },
  server: { type: 'string', value: 'URL', meaning: 'address of the Sluice to talk to' },
  help: { type: 'boolean', short: 'h', meaning: 'show this help' },
  version: { type: 'boolean', meaning: 'show the version' },
};

export const VARIABLES: readonly (readonly [string, string])[] = [
  ['SLUICE_SERVER', 'address of the server, unless --server is given'],
  ['SLUICE_TOKEN', 'token to sign in with, instead of the stored one'],
  ['SLUICE_PASSPHRASE', 'passphrase of export and import, instead of the prompt or standard input'],
  ['XDG_CONFIG_HOME', 'folder that holds sluice/servers.json; ~/.config by default'],
  ['NO_COLOR', 'no colours and no bold text'],
  ['SLUICE_DEBUG', 'print the stack of an unexpected error'],
];

const destination: Argument = { name: 'destination', names: 'destinations' };
const show: Argument = { name: 'show', names: 'shows' };
const someDestinations: Argument = { name: 'destination', isOptional: true, isList: true, names: 'destinations' };

const showAction = (action: ShowAction, summary: string): Command => ({
  path: ['shows', action],
  summary,
  args: [show],
  load: async () => (await import('./commands/shows.ts')).act(action),
});

export const COMMANDS: readonly Command[] = [
  {
    path: ['login'],
    summary:
      'Sign in to a server: in the browser where it has a user pool, else with a token from the prompt or standard input',
    options: {
      'with-token': { type: 'boolean', meaning: 'with an access token, also where there is a user pool' },
      timeout: { type: 'string', value: 'SECONDS', meaning: 'time for the sign-in in the browser; 300 by default' },
    },
    load: async () => (await import('./commands/sign-in.ts')).login,
  },
  {
    path: ['logout'],
    summary: 'Forget the sign-in of a server, and revoke one that was made in the browser',
    load: async () => (await import('./commands/sign-in.ts')).logout,
  },
  {
    path: ['status'],
    summary: 'Show the server, the source and how many destinations are on air; exit code 1 when it is not healthy',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    path: ['watch'],
    summary: 'Show a table of the destinations that updates itself, until Ctrl-C',
    options: { interval: { type: 'string', value: 'SECONDS', meaning: 'time between two updates; 2 by default' } },
    load: async () => (await import('./commands/status.ts')).watch,
  },
  {
    path: ['destinations', 'list'],
    summary: 'List the destinations',
    options: { group: { type: 'string', value: 'NAME', names: 'groups', meaning: 'only those of this group' } },
    load: async () => (await import('./commands/destinations.ts')).list,
  },
  {
    path: ['destinations', 'show'],
    summary: 'Show a destination',
    args: [destination],
    load: async () => (await import('./commands/destinations.ts')).show,
  },
  {
    path: ['destinations', 'add'],
    summary: 'Add a destination; the stream key comes from the prompt or standard input',
    options: {
      platform: { type: 'string', value: 'ID', meaning: 'youtube, twitch, facebook, custom, …' },
      ...destinationFields,
    },
    load: async () => (await import('./commands/edit-destinations.ts')).add,
  },
  {
    path: ['destinations', 'edit'],
    summary: 'Change a destination',
    args: [destination],
    options: {
      ...destinationFields,
      'new-key': { type: 'boolean', meaning: 'replace the stream key, from the prompt or standard input' },
      apply: {
        type: 'string',
        value: 'WHEN',
        meaning: 'for a destination on air: now or next-start',
        choices: ['now', 'next-start'],
      },
    },
    load: async () => (await import('./commands/edit-destinations.ts')).edit,
  },
  {
    path: ['destinations', 'duplicate'],
    summary: 'Add a destination with the settings of another and a new stream key',
    args: [destination],
    options: { name: { type: 'string', value: 'NAME', meaning: 'name of the copy' } },
    load: async () => (await import('./commands/edit-destinations.ts')).duplicate,
  },
  {
    path: ['destinations', 'start'],
    summary: 'Start destinations',
    args: [someDestinations],
    options: { ...selection, ...waitForDelivery },
    load: async () => (await import('./commands/run-destinations.ts')).start,
  },
  {
    path: ['destinations', 'stop'],
    summary: 'Stop destinations',
    args: [someDestinations],
    options: { ...selection, ...wait },
    load: async () => (await import('./commands/run-destinations.ts')).stop,
  },
  {
    path: ['destinations', 'restart'],
    summary: 'Restart a destination',
    args: [destination],
    options: waitForDelivery,
    load: async () => (await import('./commands/run-destinations.ts')).restart,
  },
  {
    path: ['destinations', 'delete'],
    summary: 'Delete a destination; one that is wanted on air needs --stop',
    args: [destination],
    options: { stop: { type: 'boolean', meaning: 'stop it first if it is on air or about to start' }, ...wait },
    load: async () => (await import('./commands/run-destinations.ts')).remove,
  },
  {
    path: ['destinations', 'log'],
    summary: 'Show the log of a destination’s channel',
    args: [destination],
    options: page,
    load: async () => (await import('./commands/destinations.ts')).log,
  },
  {
    path: ['destinations', 'metrics'],
    summary: 'Show bitrate, frame rate, dropped frames and reconnects',
    args: [destination],
    load: async () => (await import('./commands/destinations.ts')).metrics,
  },
  {
    path: ['shows', 'list'],
    summary: 'List the shows that are to come or running',
    options: { past: { type: 'boolean', meaning: 'those that have ended' }, ...page },
    load: async () => (await import('./commands/shows.ts')).list,
  },
  {
    path: ['shows', 'show'],
    summary: 'Show a show with its destinations',
    args: [show],
    load: async () => (await import('./commands/shows.ts')).show,
  },
  {
    path: ['shows', 'report'],
    summary: 'Show the report of a show, as JSON',
    args: [show],
    load: async () => (await import('./commands/shows.ts')).report,
  },
  showAction('schedule', 'Schedule a draft'),
  showAction('unschedule', 'Make a scheduled show a draft again'),
  showAction('cancel', 'Cancel a show'),
  showAction('go-live', 'Go live now'),
  showAction('hold', 'Hold the run sheet'),
  showAction('resume', 'Resume the run sheet'),
  showAction('take-over', 'Take over from the run sheet'),
  showAction('end', 'End a show'),
  {
    path: ['source', 'status'],
    summary: 'Show the source',
    load: async () => (await import('./commands/source.ts')).status,
  },
  {
    path: ['source', 'start'],
    summary: 'Start the flow, so that an encoder can connect',
    options: wait,
    load: async () => (await import('./commands/source.ts')).start,
  },
  {
    path: ['source', 'stop'],
    summary: 'Stop the flow',
    options: wait,
    load: async () => (await import('./commands/source.ts')).stop,
  },
  {
    path: ['source', 'switch'],
    summary: 'Switch between the main and the backup encoder',
    args: [{ name: 'to', choices: ['main', 'backup'] }],
    options: wait,
    load: async () => (await import('./commands/source.ts')).switchTo,
  },
  {
    path: ['incidents', 'list'],
    summary: 'List the incidents that are open',
    options: {
      state: { type: 'string', value: 'STATE', meaning: 'open, resolved or all', choices: ['open', 'resolved', 'all'] },
      ...page,
    },
    load: async () => (await import('./commands/incidents.ts')).list,
  },
  {
    path: ['incidents', 'ack'],
    summary: 'Acknowledge an incident',
    args: [{ name: 'incident', names: 'incidents' }],
    load: async () => (await import('./commands/incidents.ts')).acknowledge,
  },
  {
    path: ['incidents', 'mute'],
    summary: 'Send no notifications for a time',
    options: {
      destination: { type: 'string', value: 'NAME', names: 'destinations', meaning: 'only those of this destination' },
      group: { type: 'string', value: 'NAME', names: 'groups', meaning: 'only those of this group' },
      minutes: { type: 'string', value: 'COUNT', meaning: 'how long; 60 by default' },
      reason: { type: 'string', value: 'TEXT', meaning: 'why; required' },
    },
    load: async () => (await import('./commands/incidents.ts')).mute,
  },
  {
    path: ['costs'],
    summary: 'Show what Sluice costs now; with --from, what it has cost',
    options: {
      ...period,
      by: {
        type: 'string',
        value: 'WHAT',
        meaning: 'destination, day or platform',
        choices: ['destination', 'day', 'platform'],
      },
    },
    load: async () => (await import('./commands/records.ts')).costs,
  },
  {
    path: ['reports'],
    summary: 'List the daily cost reports; with a name, print that report',
    args: [{ name: 'report', isOptional: true }],
    load: async () => (await import('./commands/records.ts')).reports,
  },
  {
    path: ['recordings'],
    summary: 'List the recordings',
    options: page,
    load: async () => (await import('./commands/records.ts')).recordings,
  },
  {
    path: ['timeline'],
    summary: 'Show what happened, newest first',
    options: {
      destination: { type: 'string', value: 'NAME', names: 'destinations', meaning: 'only of this destination' },
      ...period,
      ...page,
    },
    load: async () => (await import('./commands/records.ts')).timeline,
  },
  {
    path: ['preflight'],
    summary: 'Check destinations before they start; exit code 1 when a check fails',
    args: [{ name: 'destination', isList: true, names: 'destinations' }],
    load: async () => (await import('./commands/preflight.ts')).preflight,
  },
  {
    path: ['export'],
    summary: 'Export destinations, shows, notification targets and settings',
    options: {
      output: {
        type: 'string',
        value: 'FILE',
        isFile: true,
        meaning: 'write to this file; standard output by default',
      },
      keys: { type: 'boolean', meaning: 'with the keys, encrypted with a passphrase of at least 12 characters' },
      csv: { type: 'boolean', meaning: 'the destinations as a spreadsheet, without keys' },
      'no-pictures': { type: 'boolean', meaning: 'without the slate and the covers' },
    },
    load: async () => (await import('./commands/transfer.ts')).exportAll,
  },
  {
    path: ['import'],
    summary: 'Import an export or a CSV table, from a file or from standard input as -; starts and deletes nothing',
    args: [{ name: 'file', isFile: true }],
    options: {
      'dry-run': { type: 'boolean', meaning: 'show what would happen, and change nothing' },
      select: { type: 'string', value: 'ITEM', isRepeated: true, meaning: 'only this item, named as in the dry run' },
      'no-keys': { type: 'boolean', meaning: 'leave the keys of the export out, and ask for no passphrase' },
      'schedule-shows': { type: 'boolean', meaning: 'schedule shows that were scheduled; they are drafts by default' },
    },
    load: async () => (await import('./commands/transfer.ts')).importAll,
  },
  {
    path: ['completion'],
    summary: 'Print the completions for a shell',
    args: [{ name: 'shell', choices: ['bash', 'zsh', 'fish'] }],
    load: async () => (await import('./commands/completion.ts')).completion,
  },
];
