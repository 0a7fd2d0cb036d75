import { signInLink } from './access-token.ts';
import { audienceOriginOf } from './origins.ts';
import type { Settings } from './settings.ts';
import { encoderAddress } from './srt-passphrase.ts';

interface BannerInput {
  settings: Settings;
  origin: string;
  token: string;
  /** Undefined: the listener is open. */
  srtPassphrase: string | undefined;
  /** Undefined without a backup. */
  backupPassphrase?: string | undefined;
  /** Output that does not go to a terminal is stored by a service manager or in a file, so it contains no secret. */
  isTerminal: boolean;
}

/** Returns the lines that a start prints once everything runs: the sign-in link and the encoder address. */
export function bannerLines(input: BannerInput): string[] {
  const { settings, origin, srtPassphrase } = input;
  return [
    '',
    '  Sluice is running.',
    '',
    ...signInLines(input),
    ...encoderLines(input),
    ...(settings.audience === null
      ? []
      : [`  Watch page: ${audienceOriginOf(settings.audience, new URL(origin).hostname)}/watch`]),
    `  REST API:   ${origin}/api/docs`,
    `  Data:       ${settings.dataDirectory}`,
    '',
    ...(srtPassphrase === undefined ? openListenerLines(settings) : []),
    '  Ctrl-C stops everything; the next start restores the same destinations.',
    '',
  ];
}

function signInLines({ origin, token, isTerminal }: BannerInput): string[] {
  if (isTerminal) return [`  Sign in:    ${signInLink(origin, token)}`];
  return [
    `  Dashboard:  ${origin}`,
    '  Sign in:    npm run link prints the link. It is a secret, and this output is not a terminal.',
  ];
}

function encoderLines({ settings, srtPassphrase, backupPassphrase, isTerminal }: BannerInput): string[] {
  const address = (of: Pick<Settings, 'srtPort' | 'srtLatencyMs'>, passphrase: string | undefined) =>
    isTerminal || passphrase === undefined
      ? encoderAddress(of, passphrase)
      : `${encoderAddress(of, undefined)}&passphrase=…   (npm run link prints it)`;
  const { srtBackup, srtLatencyMs } = settings;
  return [
    `  Encoder:    ${address(settings, srtPassphrase)}`,
    ...(srtBackup === null
      ? []
      : [`  Backup:     ${address({ srtPort: srtBackup.port, srtLatencyMs }, backupPassphrase)}`]),
  ];
}

function openListenerLines({ srtPort, srtPassphrase }: Settings): string[] {
  const reason =
    srtPassphrase.kind === 'none'
      ? 'because SRT_PASSPHRASE is none'
      : 'because an earlier version created this data directory';
  return [
    `  Warning: the SRT listener is open, ${reason}. Anyone who reaches UDP port ${srtPort}`,
    '  can put a picture on air everywhere. Start with SRT_PASSPHRASE=generate to close it; encoders then need the new address.',
    '',
  ];
}
