import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../infra/local/host/programs.ts';

/**
 * A headless Chromium, whichever there is on this machine or among the packages.
 * @param cacheDirectory where one that comes packed is unpacked
 * @throws when there is none, with the remedy
 */
export async function launchChromium(cacheDirectory: string, moreArguments: readonly string[] = []): Promise<Browser> {
  const program = await findChromium({ environment: process.env, cacheDirectory });
  if (!program.found) throw new Error(`${program.reason}; ${program.remedy}`);
  return chromium.launch({
    executablePath: program.path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', ...moreArguments],
  });
}
