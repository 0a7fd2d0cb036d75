import { join } from 'node:path';
import { ensureAccessToken } from './host/access-token.ts';
import { explainDirectoryError, UnusableDirectoryError } from './host/data-directory.ts';
import { lockDataDirectory, DataDirectoryInUseError } from './host/data-lock.ts';
import { DashboardBuildError, type buildDashboard } from './host/dashboard.ts';
import { startDemo } from './demo.ts';
import { startEmbedded, type Embedded } from './embedded.ts';
import { needsNoEscape, tryPassphrases, type PassphraseAbility } from './engine/ffmpeg-abilities.ts';
import { killLeftovers } from './engine/child-registry.ts';
import { requireFreePorts, PortNotAllowedError, PortTakenError, type PortNeed } from './host/ports.ts';
import { findFfmpeg } from './host/programs.ts';
import type { ProductCode } from './product-code.ts';
import { LostKeyError } from './provision.ts';
import { RootKeyError } from './host/root-key.ts';
import { SealedFileError } from './host/sealed-file.ts';
import { demoDirectory, readSettings, SettingsError, type Settings } from './host/settings.ts';
import { ensureBackupPassphrase, ensureSrtPassphrase } from './host/srt-passphrase.ts';
import { bannerLines } from './host/start-banner.ts';
import { IncompleteStoreError } from './host/store/kept-files.ts';
import { openStore, remedyFor } from './host/store/open-store.ts';
import { DamagedTableError } from './host/store/damaged-table.ts';
import { createTerminalLogger } from './host/terminal-logger.ts';

/** What distinguishes the entry points that run the product: `npm start`, `npm run demo` and `npm run dev`. */
interface Entry {
  code: ProductCode;
  /** Adds a test picture and local targets, kept apart from real destinations. */
  isDemo: boolean;
  /** Builds the dashboard and returns its directory; left out when `follow` serves it. */
  buildDashboard?: typeof buildDashboard;
  /** Ports needed besides the product's. */
  listPorts?(): PortNeed[];
  /** Starts what runs beside the product. Returns the origin to sign in at, and what stops it. */
  follow?(embedded: Embedded): Promise<{ origin: string; close(): Promise<void> }>;
}

const rootDirectory = join(import.meta.dirname, '..', '..');
const print = (line: string) => console.log(line);

/**
 * Runs the product until a signal ends it: reads the settings, checks what is needed before anything starts, starts
 * everything, and stops it in order on Ctrl-C. Ends the process with a message when it cannot start.
 */
export async function runProduct(entry: Entry): Promise<void> {
  try {
    await runIn(withDemoDirectory(readSettings(process.env), entry.isDemo), entry);
  } catch (error) {
    const isExplained = EXPLAINED.some((kind) => error instanceof kind);
    console.error(isExplained ? `Sluice did not start: ${(error as Error).message}` : error);
    process.exit(1);
  }
}

async function runIn(settings: Settings, entry: Entry): Promise<void> {
  try {
    await start(settings, entry);
  } catch (error) {
    if (REFUSED_STORE.some((kind) => error instanceof kind)) {
      throw new StartError(
        `the store is refused: ${(error as Error).message}.\n  ${remedyFor(settings.dataDirectory)}.`,
      );
    }
    throw explainDirectoryError(settings.dataDirectory, error);
  }
}

async function start(settings: Settings, entry: Entry): Promise<void> {
  const logger = createTerminalLogger();
  await requireFreePorts(
    [
      { port: settings.port, host: settings.host, protocol: 'TCP', variable: 'PORT' },
      { port: settings.localAwsPort, host: '127.0.0.1', protocol: 'TCP', variable: 'LOCAL_AWS_PORT' },
      { port: settings.srtPort, host: '0.0.0.0', protocol: 'UDP', variable: 'SRT_PORT' },
      ...(settings.srtBackup === null
        ? []
        : [{ port: settings.srtBackup.port, host: '0.0.0.0', protocol: 'UDP' as const, variable: 'SRT_BACKUP_PORT' }]),
      ...(entry.listPorts?.() ?? []),
    ],
    () => killLeftovers(settings.dataDirectory, logger),
  );
  const ffmpeg = await findFfmpeg({ environment: process.env, cacheDirectory: settings.dataDirectory });
  if (!ffmpeg.found)
    throw new StartError(`${ffmpeg.program} cannot be used: ${ffmpeg.reason}\n  remedy: ${ffmpeg.remedy}`);
  // The tests run with the ffmpeg of npm, so only another one must prove its abilities.
  const ability = ffmpeg.origin === 'npm' ? 'any' : await tryPassphrases(ffmpeg.path);
  process.once('exit', lockDataDirectory(settings.dataDirectory));
  const dashboardDirectory = await entry.buildDashboard?.(rootDirectory, print, {
    hasPublicPages: settings.audience !== null,
  });
  // From here on, this process and its children create files for their owner only.
  process.umask(0o077);
  // Check the store before anything is written, so that no later step silently replaces a missing or damaged file.
  const store = await openStore({ dataDirectory: settings.dataDirectory, now: new Date(), print: logger.warn });
  const token = ensureAccessToken(settings.dataDirectory, settings.token);
  const srtPassphrase = ensureSrtPassphrase(settings.dataDirectory, settings.srtPassphrase);
  const backupPassphrase = ensureBackupPassphrase(settings.dataDirectory, settings.srtBackup);
  for (const each of [srtPassphrase, backupPassphrase]) requireAbility(ffmpeg.path, ability, each);
  const embedded = await startEmbedded({
    code: entry.code,
    settings,
    store,
    token,
    srtPassphrase,
    backupPassphrase,
    ffmpegPath: ffmpeg.path,
    ffmpeg: { version: ffmpeg.version, origin: ffmpeg.origin },
    dashboardDirectory,
    rootDirectory,
    logger,
  });
  const closers = [() => embedded.close()];
  stopOnSignal(closers);
  const beside = await entry.follow?.(embedded);
  if (beside) closers.unshift(() => beside.close());
  const isTerminal = process.stdout.isTTY === true;
  const origin = beside?.origin ?? embedded.origin;
  for (const line of bannerLines({ settings, origin, token, srtPassphrase, backupPassphrase, isTerminal })) print(line);
  if (entry.isDemo) {
    closers.unshift(
      await startDemo({ settings, srtPassphrase, ffmpegPath: ffmpeg.path, origin: embedded.origin, token, print }),
    );
  }
}

/**
 * @throws {StartError} when this ffmpeg would refuse every encoder with this passphrase; the dashboard would blame the
 * encoder
 */
function requireAbility(path: string, ability: PassphraseAbility, passphrase: string | undefined): void {
  const isEnough =
    passphrase === undefined || ability === 'any' || (ability === 'unescaped' && needsNoEscape(passphrase));
  if (isEnough) return;
  const reason =
    ability === 'none'
      ? 'it accepts no feed with an SRT passphrase'
      : 'it accepts only SRT passphrases of letters, digits and - . _ ~';
  const remedy = ability === 'none' ? 'use another ffmpeg' : 'set such an SRT_PASSPHRASE, or use another ffmpeg';
  throw new StartError(`ffmpeg at ${path} cannot be used: ${reason}\n  remedy: ${remedy} (FFMPEG_PATH)`);
}

/** A problem whose message suffices, without a stack trace. */
class StartError extends Error {}

const EXPLAINED = [
  StartError,
  SettingsError,
  PortTakenError,
  PortNotAllowedError,
  DataDirectoryInUseError,
  UnusableDirectoryError,
  DashboardBuildError,
];
/** Errors for stored data that is damaged or missing. */
const REFUSED_STORE = [DamagedTableError, IncompleteStoreError, LostKeyError, RootKeyError, SealedFileError];

function withDemoDirectory(settings: Settings, isDemo: boolean): Settings {
  if (!isDemo) return settings;
  // The demo's only encoder is its own, so a generated passphrase locks nothing out.
  const srtPassphrase = settings.srtPassphrase.kind === 'kept' ? { kind: 'generate' as const } : settings.srtPassphrase;
  return { ...settings, srtPassphrase, dataDirectory: demoDirectory(settings.dataDirectory) };
}

function stopOnSignal(closers: (() => Promise<void>)[]): void {
  let isStopping = false;
  const stop = (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    print(`${signal}: stopping …`);
    void (async () => {
      for (const close of closers) await close();
      print('stopped.');
      process.exit(0);
    })();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}
