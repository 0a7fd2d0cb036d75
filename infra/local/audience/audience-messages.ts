/** The IPC messages between the control process and the process of the public side: the only way secrets take. */
import type { Deployment } from '../../../functions/aws/clients.ts';
import type { PublicLoadReading } from '../../../functions/domain/public-load.ts';
import type { AudienceSettings } from '../host/settings.ts';

/** What the public side must know of the deployment. */
export type AudienceFact = 'packageChannelId' | 'recordingBucket' | 'reportBucket' | 'tableName';

/** What the process needs. */
export interface AudienceOpening {
  settings: AudienceSettings;
  /** Built dashboard with the files of the watch page; null when another server has it. */
  dashboardDirectory: string | null;
  /** Where the local AWS is, and the key with which the process may read shows there. */
  aws: { endpoint: string; accessKeyId: string };
  deployment: Pick<Deployment, AudienceFact>;
  /** The secret with which a CDN reads the live stream. */
  cdnIdentifier: string;
  /** The secret that signs the cookies of the chat, hexadecimal. */
  chatKey: string;
}

export type ToAudience =
  /** First of all; answered by `ready` or `refused`. */
  | ({ kind: 'open' } & AudienceOpening)
  /** Answered by `pong`. */
  | { kind: 'ping' }
  /** Answered by the process's exit. */
  | { kind: 'close' };

export type FromAudience =
  | { kind: 'ready' }
  /** With what it has done so far. */
  | { kind: 'pong'; load: PublicLoadReading }
  /** It cannot run; the process exits. The reason says what to do. */
  | { kind: 'refused'; reason: string }
  | { kind: 'log'; message: string; details: Record<string, unknown> };
