import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import type { CommandContext, Run } from '../command.ts';
import { EXIT } from '../command-failure.ts';
import { followWork, readTimeoutSeconds } from '../follow-work.ts';

/** Commands of the flow and its encoders. */

function print({ out }: CommandContext, flow: FlowStatusResource): void {
  const { source } = flow;
  out.fields(flow, [
    ['flow', flow.status],
    ['source', source.state],
    ['detail', source.detail],
    ['remedy', source.remedy],
    ['bitrate', source.bitrateBps === null ? null : `${Math.round(source.bitrateBps / 1000)} kbit/s`],
    ['video', source.video && `${source.video.codec} ${source.video.width ?? '?'}x${source.video.height ?? '?'}`],
    ['in use', flow.sources.find(({ isInUse }) => isInUse)?.role],
    ['encoder address', flow.ingest.srtUrl],
  ]);
}

export const status: Run = async (context) => {
  const { client } = await context.connect();
  print(context, await (await client.api.mediaconnect.flow.status.$get()).json());
};

const isMoving = ({ status: now }: FlowStatusResource): boolean => ['STARTING', 'STOPPING', 'UPDATING'].includes(now);

const change =
  (action: 'start' | 'stop'): Run =>
  async (context, { options }) => {
    const timeout = readTimeoutSeconds(options['timeout']);
    const { client } = await context.connect();
    const { flow } = client.api.mediaconnect;
    const accepted = await (await flow[action].$post({})).json();
    const look = async () => {
      const resource = await (await flow.status.$get()).json();
      return { resource, isOver: !isMoving(resource), text: `flow: ${resource.status}` };
    };
    const after = options['wait'] === true ? await followWork(context.out, timeout, look) : accepted;
    print(context, after);
    return after.status === 'ERROR' ? EXIT.failed : EXIT.ok;
  };

export const start: Run = change('start');
export const stop: Run = change('stop');

export const switchTo: Run = async (context, { args, options }) => {
  const timeout = readTimeoutSeconds(options['timeout']);
  const { client } = await context.connect();
  const to = args[0] as 'main' | 'backup';
  const { flow } = client.api.mediaconnect;
  const accepted = await (await flow.switch.$post({ json: { to } })).json();
  const look = async () => {
    const resource = await (await flow.status.$get()).json();
    const used = resource.sources.find(({ isInUse }) => isInUse)?.role;
    return { resource, isOver: used === to, text: `in use: ${used ?? 'unknown'}` };
  };
  print(context, options['wait'] === true ? await followWork(context.out, timeout, look) : accepted);
};
