import { resolve } from 'node:path';
import { readAccessToken, signInLink } from './access-token.ts';
import { originOf } from './origins.ts';
import { findRunningInstances } from './running-instances.ts';
import { SealedFileError } from './sealed-file.ts';
import { demoDirectory, readSettings, SettingsError, type Settings } from './settings.ts';
import { encoderAddress, readBackupPassphrase, readSrtPassphrase } from './srt-passphrase.ts';

/**
 * `npm run link`: prints the sign-in link and the encoder address of every running instance, or else of the instance
 * the settings name. The demo has its own token and passphrase.
 */

const NAMING = ['SLUICE_DATA_DIR', 'SLUICE_TOKEN', 'PORT', 'SLUICE_HOST'];

interface Place {
  settings: Settings;
  isDemo: boolean;
}

function listPlaces(): Place[] {
  const settings = readSettings(process.env);
  const isNamed = NAMING.some((name) => process.env[name]);
  const running = isNamed ? [] : findRunningInstances();
  if (running.length > 0) return running;
  const demo = { ...settings, dataDirectory: demoDirectory(settings.dataDirectory) };
  return [
    { settings, isDemo: false },
    { settings: demo, isDemo: true },
  ];
}

/** Returns the lines for one place; null if it has no token. */
function describe({ settings, isDemo }: Place): string[] | null {
  const token = settings.token ?? readAccessToken(settings.dataDirectory);
  if (token === null) return null;
  const link = signInLink(originOf(settings), token);
  const passphrase = readSrtPassphrase(settings.dataDirectory, settings.srtPassphrase);
  const { srtBackup, srtLatencyMs } = settings;
  const backup =
    srtBackup &&
    encoderAddress({ srtPort: srtBackup.port, srtLatencyMs }, readBackupPassphrase(settings.dataDirectory, srtBackup));
  return [
    isDemo ? `npm run demo: ${link}` : link,
    `Encoder: ${encoderAddress(settings, passphrase)}`,
    ...(backup === null ? [] : [`Backup: ${backup}`]),
  ];
}

function printLinks(): void {
  const described = listPlaces().map((place) => ({ place, lines: describe(place) }));
  const found = described.filter(({ lines }) => lines !== null);
  if (found.length === 0) {
    const directories = described.map(({ place }) => resolve(place.settings.dataDirectory)).join(' or ');
    console.error(
      `There is no token in ${directories}: the first \`npm start\` creates it. ` +
        'If Sluice was started with SLUICE_DATA_DIR or SLUICE_TOKEN, set the same variables here.',
    );
    process.exit(1);
  }
  const isFirst = new Set<string>();
  for (const { place, lines } of found) {
    // A token from the environment applies to the demo too, so both links are the same.
    const key = lines!.join().replace('npm run demo: ', '');
    if (isFirst.has(key)) continue;
    isFirst.add(key);
    if (found.length > 1) console.log(`${resolve(place.settings.dataDirectory)}:`);
    for (const line of lines!) console.log(line);
  }
}

try {
  printLinks();
} catch (error) {
  const isExplained = error instanceof SettingsError || error instanceof SealedFileError;
  console.error(isExplained ? error.message : error);
  process.exit(1);
}
