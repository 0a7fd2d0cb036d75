import { join } from 'node:path';
import { ensureAccessToken, signInLink } from './access-token.ts';
import { explainDirectoryError, UnusableDirectoryError } from './data-directory.ts';
import { lockDataDirectory, DataDirectoryInUseError } from './data-lock.ts';
import { buildDashboard, DashboardBuildError } from './dashboard.ts';
import { startDemo } from './demo.ts';
import { LocalDatabaseError } from './dynamodb/create-dynamodb.ts';
import { startEmbedded } from './embedded.ts';
import { killLeftovers } from './media/engine/child-registry.ts';
import { requireFreePorts, PortNotAllowedError, PortTakenError } from './ports.ts';
import { findFfmpeg } from './programs.ts';
import { RootKeyError } from './root-key.ts';
import { SealedFileError } from './sealed-file.ts';
import { demoDirectory, readSettings, SettingsError, type Settings } from './settings.ts';
import { createTerminalLogger } from './terminal-logger.ts';

/**
 * `npm start`: reads the settings, checks what is needed before anything starts, starts the product, and stops it in
 * order on Ctrl-C. `--demo` adds a test picture and local targets, kept apart from real destinations.
 */

const rootDirectory = join(import.meta.dirname, '..', '..');
const print = (line: string) => console.log(line);

async function main(): Promise<void> {
  const isDemo = process.argv.includes('--demo');
  const settings = withDemoDirectory(readSettings(process.env), isDemo);
  try {
    await start(settings, isDemo);
  } catch (error) {
    throw explainDirectoryError(settings.dataDirectory, error);
  }
}

async function start(settings: Settings, isDemo: boolean): Promise<void> {
  const logger = createTerminalLogger();
  await requireFreePorts(
    [
      { port: settings.port, host: settings.host, protocol: 'TCP', variable: 'PORT' },
      { port: settings.localAwsPort, host: '127.0.0.1', protocol: 'TCP', variable: 'LOCAL_AWS_PORT' },
      { port: settings.srtPort, host: '0.0.0.0', protocol: 'UDP', variable: 'SRT_PORT' },
    ],
    () => killLeftovers(settings.dataDirectory, logger),
  );
  const ffmpeg = await findFfmpeg({ environment: process.env, cacheDirectory: settings.dataDirectory });
  if (!ffmpeg.found)
    throw new StartError(`${ffmpeg.program} cannot be used: ${ffmpeg.reason}\n  remedy: ${ffmpeg.remedy}`);
  process.once('exit', lockDataDirectory(settings.dataDirectory));
  const dashboardDirectory = await buildDashboard(rootDirectory, print);
  const { token, isNew } = ensureAccessToken(settings.dataDirectory, settings.token);
  const embedded = await startEmbedded({
    settings,
    token,
    ffmpegPath: ffmpeg.path,
    dashboardDirectory,
    rootDirectory,
    logger,
  });
  const closers = [() => embedded.close()];
  stopOnSignal(closers);
  printBanner(settings, embedded.origin, isNew ? signInLink(embedded.origin, token) : null);
  if (isDemo) {
    closers.unshift(await startDemo({ settings, ffmpegPath: ffmpeg.path, origin: embedded.origin, token, print }));
  }
}

/** A problem whose message is all a person needs. */
class StartError extends Error {}

const EXPLAINED = [
  StartError,
  SettingsError,
  PortTakenError,
  PortNotAllowedError,
  DataDirectoryInUseError,
  UnusableDirectoryError,
  LocalDatabaseError,
  DashboardBuildError,
  SealedFileError,
  RootKeyError,
];

function withDemoDirectory(settings: Settings, isDemo: boolean): Settings {
  return isDemo ? { ...settings, dataDirectory: demoDirectory(settings.dataDirectory) } : settings;
}

function printBanner(settings: Settings, origin: string, link: string | null): void {
  const encryption = settings.srtPassphrase === undefined ? '' : '&passphrase=<your SRT_PASSPHRASE>';
  print('');
  print('  Sluice is running.');
  print('');
  if (link) print(`  Sign in:    ${link}`);
  else print(`  Dashboard:  ${origin}   (sign-in link again: npm run link)`);
  print(
    `  Encoder:    srt://<this machine>:${settings.srtPort}?mode=caller&latency=${settings.srtLatencyMs * 1000}${encryption}`,
  );
  print(`  REST API:   ${origin}/api/docs`);
  print(`  Data:       ${settings.dataDirectory}`);
  print('');
  print('  Ctrl-C stops everything; the next start comes back with the same destinations.');
  print('');
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

main().catch((error: unknown) => {
  const isExplained = EXPLAINED.some((kind) => error instanceof kind);
  console.error(isExplained ? `Sluice did not start: ${(error as Error).message}` : error);
  process.exit(1);
});
