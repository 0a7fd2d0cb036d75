/** The IPC messages between the control process and the engine process, the only channel that carries secrets. */
import type {
  ChannelRun,
  EngineReport,
  FlowSource,
  KeepRequest,
  RehearsedFaults,
  SlateImage,
  SrtReceiver,
} from './contract.ts';

/** On the answer with a picture: when it was taken, ms epoch. */
export const TAKEN_AT_HEADER = 'x-taken-at-ms';

/** Header with the secret that only the control process has. */
export const ENGINE_SECRET_HEADER = 'x-engine-secret';

export type EngineCommand =
  | { name: 'startFlow'; source: FlowSource }
  | { name: 'stopFlow'; flowArn: string }
  | { name: 'setFlowOutputs'; flowArn: string; addresses: string[] }
  | { name: 'setFlowCallers'; flowArn: string; receivers: SrtReceiver[] }
  | { name: 'startChannel'; run: ChannelRun }
  | { name: 'stopChannel'; channelId: string }
  | { name: 'keepSegments'; packageChannelId: string; keep: KeepRequest | null }
  | { name: 'coverChannel'; channelId: string; image: SlateImage | null }
  | { name: 'rehearse'; faults: RehearsedFaults };

export type ToEngine =
  /** First of all; answered by `ready`. */
  | {
      kind: 'open';
      ffmpegPath: string;
      dataDirectory: string;
      lowLatency: boolean;
      loopbackAllowed: boolean;
      secret: string;
    }
  | { kind: 'command'; id: number; command: EngineCommand }
  /** Ends everything; answered by the process's exit. */
  | { kind: 'close' };

export type FromEngine =
  | { kind: 'ready'; port: number }
  | { kind: 'done'; id: number; error?: string }
  | { kind: 'report'; report: EngineReport }
  | { kind: 'log'; level: 'info' | 'warn' | 'error'; message: string; details?: Record<string, unknown> };
