import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readDevPort } from './dev-port.ts';
import { demoDirectory, readSettings, type Settings } from './settings.ts';

/** A Sluice that is running from this folder, with the settings it was started with. */
export interface RunningInstance {
  pid: number;
  isDemo: boolean;
  /** `dataDirectory` is absolute; for a demo it is the demo's directory. `port` is the dashboard's. */
  settings: Settings;
}

const MAIN = join(import.meta.dirname, '..', 'main.ts');
const DEV = join(import.meta.dirname, '..', 'dev', 'dev.ts');

/**
 * Finds the instances that this user runs from this folder, in the list of processes. No file has to record them, so
 * none can go stale or leak. Empty where the system has no /proc.
 */
export function findRunningInstances(): RunningInstance[] {
  return listProcesses().flatMap((pid) => {
    try {
      return readInstance(pid);
    } catch {
      // The process has ended, belongs to another user, or is failing over its settings.
      return [];
    }
  });
}

function listProcesses(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function readInstance(pid: number): RunningInstance[] {
  const folder = `/proc/${pid}`;
  if (statSync(folder).uid !== process.getuid?.()) return [];
  const words = readFileSync(`${folder}/cmdline`, 'utf8').split('\0');
  if (!words.some((word) => /(main|dev)\.ts$/.test(word))) return [];
  const directory = readlinkSync(`${folder}/cwd`);
  const runs = (file: string) => words.some((word) => resolve(directory, word) === file);
  if (!runs(MAIN) && !runs(DEV)) return [];
  const environment = readEnvironment(folder);
  const settings = readSettings(environment);
  const port = runs(DEV) ? readDevPort(environment) : settings.port;
  const isDemo = words.includes('--demo');
  const dataDirectory = resolve(directory, isDemo ? demoDirectory(settings.dataDirectory) : settings.dataDirectory);
  return [{ pid, isDemo, settings: { ...settings, port, dataDirectory } }];
}

function readEnvironment(folder: string): Record<string, string> {
  const pairs = readFileSync(`${folder}/environ`, 'utf8')
    .split('\0')
    .filter((pair) => pair.includes('='));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}
