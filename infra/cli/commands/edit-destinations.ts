import { askSecret } from '../ask-secret.ts';
import type { Invocation, Run } from '../command.ts';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { findDestination } from './destinations.ts';

/** Commands that create and change destinations. Keys come from the prompt or standard input. */

type Options = Invocation['options'];

/** The fields of the API for the options that were given. The API checks the values and names those that are allowed. */
function fieldsOf(options: Options) {
  const text = (name: string): string | undefined => (typeof options[name] === 'string' ? options[name] : undefined);
  const fields = {
    name: text('name'),
    rtmpUrl: text('url'),
    preset: text('preset'),
    group: text('in-group'),
    standby: text('standby'),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export const add: Run = async ({ out, connect }, { options }) => {
  const { name, platform } = options;
  if (typeof name !== 'string' || typeof platform !== 'string')
    throw new CommandFailure(EXIT.usage, 'sluice destinations add needs --name and --platform');
  const { client } = await connect();
  const secret = platform === 'srt' ? {} : { streamKey: await askSecret('stream key') };
  const made = await (
    await client.api.destinations.$post({ json: { ...fieldsOf(options), name, platform, ...secret } })
  ).json();
  out.fields(made, [
    ['id', made.destinationId],
    ['name', made.name],
  ]);
};

export const edit: Run = async ({ out, connect }, { args, options }) => {
  const json = fieldsOf(options);
  const isKeyReplaced = options['new-key'] === true;
  if (Object.keys(json).length === 0 && !isKeyReplaced)
    throw new CommandFailure(EXIT.usage, 'there is nothing to change; add --help');
  const { client } = await connect();
  const found = await findDestination(client, args[0]!);
  const param = { destinationId: found.destinationId };
  const streamKey = isKeyReplaced ? await askSecret('new stream key') : null;
  const query = options['apply'] === undefined ? {} : { apply: options['apply'] as 'now' };
  const one = client.api.destinations[':destinationId'];
  // The key goes along with the fields, so that both are accepted or neither is.
  const change = streamKey === null ? json : { ...json, streamKey };
  const changed = await (await one.$patch({ param, query, json: change })).json();
  out.fields(changed, [
    ['id', changed.destinationId],
    ['name', changed.name],
    ['pending until the next start', changed.pendingChanges ? 'yes' : 'no'],
  ]);
};

export const duplicate: Run = async ({ out, connect }, { args, options }) => {
  const { client } = await connect();
  const found = await findDestination(client, args[0]!);
  if (found.kind === 'srt')
    throw new CommandFailure(
      EXIT.usage,
      'SRT destinations are duplicated on the page, because their passphrase is secret',
    );
  const streamKey = await askSecret('stream key of the copy');
  const { platform, rtmpUrl, preset, standby, group, sound, onSourceLoss, holdMinutes, backupIngest } = found;
  const name = typeof options['name'] === 'string' ? options['name'] : `${found.name} (copy)`;
  const json = {
    name,
    platform,
    rtmpUrl,
    preset,
    standby,
    group,
    sound,
    onSourceLoss,
    holdMinutes,
    backupIngest,
    streamKey,
  };
  const made = await (
    await client.api.destinations.$post({
      json: found.backupRtmpUrl === null ? json : { ...json, backupRtmpUrl: found.backupRtmpUrl },
    })
  ).json();
  out.fields(made, [
    ['id', made.destinationId],
    ['name', made.name],
  ]);
};
