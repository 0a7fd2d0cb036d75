/** Types of `requirements.mjs`, which must stay plain JavaScript. */
export interface Host {
  platform: string;
  arch: string;
  glibc: boolean;
  superuser: boolean;
  osRelease: string;
}

export type ProgramName = 'node' | 'npm' | 'ffmpeg' | 'chromium';
type Environment = Readonly<Record<string, string | undefined>>;

export const NODE_MAJOR_MIN: number;
export function readHost(): Host;
export function npmOffers(host: Host): { node: boolean; ffmpeg: boolean; chromium: boolean };
export function installCommand(host: Host, programs: readonly ProgramName[]): string;
export function findMissing(
  host: Host,
  needs: readonly ProgramName[],
  environment: Environment,
): { program: ProgramName | 'linux'; why: string }[];
export function findSystemFfmpeg(environment: Environment): { path: string | null; version: string; why: string };
export function inspectFfmpeg(path: string): { version: string; missing: string[] };
export function findSystemChromium(host: Host, environment: Environment): string | null;
export function findOnPath(name: string, environment: Environment): string[];
