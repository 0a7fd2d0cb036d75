import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import ipaddr from 'ipaddr.js';
import { PRIMARY_MODES, type PrimaryMode } from '../../../functions/domain/primary-mode.ts';
import { listEncodings } from '../../../presets/index.ts';
import table from '../bootstrap/settings.json' with { type: 'json' };
import { blockOf } from '../../../functions/domain/ipv4-block.ts';
import { STARTS_AT_ONCE_MAX } from '../../../functions/domain/start-pace.ts';
import { isSourcePort } from '../../../functions/domain/source-port.ts';
import { parseTimeServer, type TimeServer } from './compare-clock.ts';
import { nearestName } from './nearest-name.ts';
import { readPrivateHost } from './private-host.ts';
import { COMMAND_VARIABLES } from '../../cli/environment.ts';

/**
 * How the SRT listener is protected: by a given passphrase, or by the one kept in the data directory. `generate`
 * creates one where an earlier version left the listener open; `none` leaves it open.
 */
export type SrtPassphraseSetting = { kind: 'given'; passphrase: string } | { kind: 'kept' | 'generate' | 'none' };

/** The settings of a local Sluice, read once at start from the environment. */
export interface Settings {
  port: number;
  host: string;
  /** Undefined: generate one at the first start and keep it. */
  token: string | undefined;
  dataDirectory: string;
  srtPort: number;
  srtPassphrase: SrtPassphraseSetting;
  /** The listener of a backup encoder; null without one. Its passphrase is undefined when it is generated. */
  srtBackup: { port: number; passphrase: string | undefined; allowed: string } | null;
  srtLatencyMs: number;
  /** The mail server and the sender; null without one. */
  mail: { smtpUrl: string; from: string } | null;
  localAwsPort: number;
  profile: 'fast' | 'aws-like';
  loopbackTargetsAllowed: boolean;
  /** Private addresses with ports that notification targets may have. */
  privateHosts: string[];
  hls: 'plain' | 'low-latency';
  /** Whether picture and sound of the source are analysed. */
  analysis: boolean;
  /** Whether a show's channels are paused until their planned second. */
  pausesUntilLive: boolean;
  /** How many destinations may be starting at the same time. */
  startsAtOnce: number;
  /** Free space that recordings leave on the disk. */
  recordingReserveBytes: number;
  /** With which a preflight compares the clock; null: with none. */
  timeServer: TimeServer | null;
  /** Ids of encodings with a fixed size; more than one form a ladder. */
  hlsRenditions: string[];
  /** When the preview runs, until an operator changes it in the dashboard. */
  primary: PrimaryMode;
  /** The public pages; null while they are off. */
  audience: AudienceSettings | null;
}

/** How the public pages are served. */
export interface AudienceSettings {
  port: number;
  host: string;
  /** Where watchers reach the pages through a proxy, such as `https://watch.example.com`; null without one. */
  origin: string | null;
  /** How many may watch at the same time. */
  viewersMax: number;
}

/** Returns the demo's directory, which is separate from real destinations. */
export const demoDirectory = (dataDirectory: string): string => join(dataDirectory, 'demo');

/** A problem with one variable. `value` is never set for secrets. */
export interface SettingProblem {
  name: string;
  value?: string;
  allowed: string;
  remedy: string;
}

/** Reports every problem with the environment at once. The message is ready for the terminal. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: SettingProblem[];

  constructor(problems: SettingProblem[]) {
    super(['the settings cannot be used:', ...problems.map((problem) => `  ${describe(problem)}`)].join('\n'));
    this.problems = problems;
  }
}

/** MediaPackage requires a fixed size, so the preview cannot follow the size of its source. */
const ENCODING_IDS = listEncodings().flatMap(({ encodingId, width }) => (width === null ? [] : [encodingId]));

/** Every setting with its default, its allowed values and its purpose. `--help` prints the same table. */
export const SETTINGS_TABLE = table.map(({ secret, ...setting }) => ({
  ...setting,
  allowed: setting.allowed.replace('{encodings}', ENCODING_IDS.join(', ')),
  secret: secret ?? false,
}));

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max);
const port = integer(1, 65535);
const address = z.string().refine((value) => value === 'localhost' || isIP(value) !== 0);

function toPassphraseSetting(value: string | undefined): SrtPassphraseSetting {
  if (value === undefined) return { kind: 'kept' };
  return value === 'generate' || value === 'none' ? { kind: value } : { kind: 'given', passphrase: value };
}

/** FFMPEG_PATH and CHROME_PATH are in the table too; `programs.ts` reads and checks them. */
const EnvironmentSchema = z.object({
  PORT: port,
  SLUICE_HOST: address,
  SLUICE_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,512}$/)
    .optional(),
  SLUICE_DATA_DIR: z.string().refine((value) => !value.includes('\0')),
  SRT_PORT: integer(1, 65_535).refine(isSourcePort),
  SRT_PASSPHRASE: z
    .union([z.enum(['generate', 'none']), z.string().regex(/^[\x20-\x7e]{10,79}$/)])
    .optional()
    .transform(toPassphraseSetting),
  SRT_BACKUP_PORT: z.union([z.literal('off').transform(() => null), integer(1, 65_535).refine(isSourcePort)]),
  SRT_BACKUP_PASSPHRASE: z
    .string()
    .regex(/^[\x20-\x7e]{10,79}$/)
    .optional(),
  SRT_BACKUP_ALLOWED: z.string().refine((value) => blockOf(value) === value),
  SRT_LATENCY_MS: integer(100, 15_000),
  SMTP_URL: z
    .string()
    .refine(
      (value) =>
        /^smtps?:\/\/[\x21-\x7e]{1,1000}$/.test(value) && URL.canParse(value) && new URL(value).hostname !== '',
    )
    .optional(),
  SMTP_FROM: z.string().regex(/^([^<>\p{Cc}]{1,100} )?<?[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>?$/u),
  NOTIFY_PRIVATE_HOSTS: z
    .string()
    .default('')
    .transform((value) => (value === '' ? [] : value.split(',').map((part) => readPrivateHost(part.trim()))))
    .refine((hosts): hosts is string[] => hosts.every((host) => host !== null)),
  LOCAL_AWS_PORT: port,
  SLUICE_PROFILE: z.enum(['fast', 'aws-like']),
  SLUICE_LOOPBACK_TARGETS: z.enum(['true', 'false']).transform((value) => value === 'true'),
  SLUICE_HLS: z.enum(['plain', 'low-latency']),
  SLUICE_RECORDING_RESERVE_MB: integer(0, 99_999),
  SLUICE_ANALYSIS: z.enum(['on', 'off']).transform((value) => value === 'on'),
  SLUICE_PAUSE_UNTIL_LIVE: z.enum(['on', 'off']).transform((value) => value === 'on'),
  SLUICE_STARTS_AT_ONCE: integer(1, STARTS_AT_ONCE_MAX),
  SLUICE_TIME_SERVER: z
    .string()
    .optional()
    .transform((value) => (value === undefined ? undefined : parseTimeServer(value)))
    .refine((server) => server !== null)
    .transform((server) => server ?? null),
  SLUICE_PRIMARY: z.enum(PRIMARY_MODES),
  SLUICE_AUDIENCE: z.enum(['on', 'off']).transform((value) => value === 'on'),
  SLUICE_AUDIENCE_PORT: port,
  SLUICE_AUDIENCE_HOST: address.optional(),
  SLUICE_AUDIENCE_ORIGIN: z
    .string()
    .refine((value) => /^https?:/.test(value) && URL.parse(value)?.origin === value)
    .optional(),
  SLUICE_AUDIENCE_VIEWERS: integer(1, 10_000),
  SLUICE_HLS_RENDITIONS: z
    .string()
    .transform((value) => value.split(',').map((part) => part.trim()))
    .refine((ids) => ids.every((id) => ENCODING_IDS.includes(id)) && new Set(ids).size === ids.length),
});

/**
 * Reads and validates the settings. An empty variable counts as unset.
 * @throws {SettingsError} with every problem, never with the value of a secret
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given: Record<string, string | undefined> = {};
  for (const { name, fallback } of SETTINGS_TABLE) given[name] = environment[name] || (fallback ?? undefined);
  const parsed = EnvironmentSchema.safeParse(given);
  const problems = [
    ...unknownNames(environment),
    ...(parsed.error?.issues ?? []).map((issue) => invalidValue(String(issue.path[0]), given)),
    ...(parsed.success ? contradictions(parsed.data) : []),
  ];
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems);
  const values = parsed.data;
  return {
    port: values.PORT,
    host: values.SLUICE_HOST,
    token: values.SLUICE_TOKEN,
    dataDirectory: values.SLUICE_DATA_DIR,
    srtPort: values.SRT_PORT,
    srtPassphrase: values.SRT_PASSPHRASE,
    srtBackup:
      values.SRT_BACKUP_PORT === null
        ? null
        : {
            port: values.SRT_BACKUP_PORT,
            passphrase: values.SRT_BACKUP_PASSPHRASE,
            allowed: values.SRT_BACKUP_ALLOWED,
          },
    srtLatencyMs: values.SRT_LATENCY_MS,
    mail: values.SMTP_URL === undefined ? null : { smtpUrl: values.SMTP_URL, from: values.SMTP_FROM },
    localAwsPort: values.LOCAL_AWS_PORT,
    profile: values.SLUICE_PROFILE,
    loopbackTargetsAllowed: values.SLUICE_LOOPBACK_TARGETS,
    privateHosts: values.NOTIFY_PRIVATE_HOSTS,
    hls: values.SLUICE_HLS,
    analysis: values.SLUICE_ANALYSIS,
    pausesUntilLive: values.SLUICE_PAUSE_UNTIL_LIVE,
    startsAtOnce: values.SLUICE_STARTS_AT_ONCE,
    recordingReserveBytes: values.SLUICE_RECORDING_RESERVE_MB * 1_000_000,
    hlsRenditions: values.SLUICE_HLS_RENDITIONS,
    timeServer: values.SLUICE_TIME_SERVER,
    primary: values.SLUICE_PRIMARY,
    audience: toAudienceSettings(values),
  };
}

function toAudienceSettings(values: z.infer<typeof EnvironmentSchema>): AudienceSettings | null {
  if (!values.SLUICE_AUDIENCE) return null;
  return {
    port: values.SLUICE_AUDIENCE_PORT,
    host: values.SLUICE_AUDIENCE_HOST ?? values.SLUICE_HOST,
    origin: values.SLUICE_AUDIENCE_ORIGIN ?? null,
    viewersMax: values.SLUICE_AUDIENCE_VIEWERS,
  };
}

function unknownNames(environment: Readonly<Record<string, string | undefined>>): SettingProblem[] {
  const known = SETTINGS_TABLE.map((setting) => setting.name);
  const ignored: readonly string[] = COMMAND_VARIABLES;
  return Object.keys(environment)
    .filter((name) => name.startsWith('SLUICE_') && !known.includes(name) && !ignored.includes(name))
    .map((name) => ({
      name,
      allowed: 'no such setting',
      remedy: `did you mean ${nearestName(name, known)}? Otherwise unset ${name}`,
    }));
}

function invalidValue(name: string, given: Record<string, string | undefined>): SettingProblem {
  const setting = SETTINGS_TABLE.find((each) => each.name === name);
  const { allowed = '', fallback = null, secret = true } = setting ?? {};
  return {
    name,
    ...(secret ? {} : { value: given[name] ?? '' }),
    allowed,
    remedy: fallback === null ? `correct it, or unset ${name}` : `correct it, or unset ${name} for ${fallback}`,
  };
}

function contradictions(values: z.infer<typeof EnvironmentSchema>): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const ports = [
    ['PORT', values.PORT],
    ['SRT_PORT', values.SRT_PORT],
    ['SRT_BACKUP_PORT', values.SRT_BACKUP_PORT],
    ['LOCAL_AWS_PORT', values.LOCAL_AWS_PORT],
    ['SLUICE_AUDIENCE_PORT', values.SLUICE_AUDIENCE ? values.SLUICE_AUDIENCE_PORT : null],
  ] as const;
  for (const [index, [name, value]] of ports.entries()) {
    const twin = value === null ? undefined : ports.slice(0, index).find(([, other]) => other === value);
    if (!twin) continue;
    problems.push({
      name,
      value: String(value),
      allowed: `a port other than ${twin[0]}’s`,
      remedy: `give ${name} or ${twin[0]} another port`,
    });
  }
  if (!isLoopback(values.SLUICE_HOST) && values.SLUICE_TOKEN === undefined) {
    problems.push({
      name: 'SLUICE_HOST',
      value: values.SLUICE_HOST,
      allowed: 'a loopback address, unless SLUICE_TOKEN is set',
      remedy: 'set SLUICE_TOKEN to a long random text, or unset SLUICE_HOST for 127.0.0.1',
    });
  }
  return problems;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || ipaddr.parse(host).range() === 'loopback';
}

function describe({ name, value, allowed, remedy }: SettingProblem): string {
  // JSON shows control characters and keeps the value on one line.
  const shown = value === undefined ? '' : ` is ${JSON.stringify(value.slice(0, 100))}`;
  return `${name}${shown}: ${allowed}; ${remedy}`;
}
