import { assertNever } from '../../../functions/domain/assert-never.ts';
import type { ChannelRun, FlowSource, KeepRequest, RehearsedFaults, SlateImage, SrtReceiver } from './contract.ts';
import type { EngineCommand } from './engine-messages.ts';

/** Everything the engine process should be doing, so that a new process can continue where the old one died. */
export interface DesiredMedia {
  /** Includes a command's request. */
  note(command: EngineCommand): void;
  /** Returns the run a channel should have; undefined for none. */
  channel(channelId: string): ChannelRun | undefined;
  /** Returns the outputs that call a receiver, by ARN. */
  calledOutputs(): ReadonlySet<string>;
  /** Returns the commands that lead an empty engine here. */
  toCommands(): EngineCommand[];
}

/** Creates the desired state of an engine that does nothing. */
export function createDesiredMedia(): DesiredMedia {
  const flows = new Map<string, FlowSource>();
  const outputs = new Map<string, string[]>();
  const receivers = new Map<string, SrtReceiver[]>();
  const channels = new Map<string, ChannelRun>();
  const kept = new Map<string, KeepRequest>();
  const covers = new Map<string, SlateImage>();
  let rehearsed: RehearsedFaults | null = null;

  return {
    note(command) {
      switch (command.name) {
        case 'startFlow':
          flows.set(command.source.flowArn, command.source);
          return;
        case 'stopFlow':
          flows.delete(command.flowArn);
          return;
        case 'setFlowOutputs':
          if (command.addresses.length > 0) outputs.set(command.flowArn, command.addresses);
          else outputs.delete(command.flowArn);
          return;
        case 'setFlowCallers':
          if (command.receivers.length > 0) receivers.set(command.flowArn, command.receivers);
          else receivers.delete(command.flowArn);
          return;
        case 'startChannel':
          channels.set(command.run.channelId, command.run);
          return;
        case 'stopChannel':
          channels.delete(command.channelId);
          covers.delete(command.channelId);
          return;
        case 'coverChannel':
          if (command.image) covers.set(command.channelId, command.image);
          else covers.delete(command.channelId);
          return;
        case 'keepSegments':
          if (command.keep) kept.set(command.packageChannelId, command.keep);
          else kept.delete(command.packageChannelId);
          return;
        case 'rehearse':
          rehearsed = command.faults;
          return;
        default:
          assertNever(command, 'command');
      }
    },
    channel: (channelId) => channels.get(channelId),
    calledOutputs: () => new Set([...receivers.values()].flat().map(({ outputArn }) => outputArn)),
    toCommands: () => [
      ...[...flows.values()].map((source): EngineCommand => ({ name: 'startFlow', source })),
      ...[...outputs].map(([flowArn, addresses]): EngineCommand => ({ name: 'setFlowOutputs', flowArn, addresses })),
      ...[...receivers].map(([flowArn, called]): EngineCommand => ({
        name: 'setFlowCallers',
        flowArn,
        receivers: called,
      })),
      ...[...kept].map(([packageChannelId, keep]): EngineCommand => ({ name: 'keepSegments', packageChannelId, keep })),
      ...[...channels.values()].map((run): EngineCommand => ({ name: 'startChannel', run })),
      ...[...covers].map(([channelId, image]): EngineCommand => ({ name: 'coverChannel', channelId, image })),
      ...(rehearsed ? [{ name: 'rehearse' as const, faults: rehearsed }] : []),
    ],
  };
}
