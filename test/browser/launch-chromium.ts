import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../infra/local/host/programs.ts';
import { PROGRAM_CACHE } from '../support/program-cache.ts';

/**
 * Launches a headless Chromium, from this machine or from the packages.
 * @throws without a Chromium, with the remedy
 */
export async function launchChromium(moreArguments: readonly string[] = []): Promise<Browser> {
  const program = await findChromium({ environment: process.env, cacheDirectory: PROGRAM_CACHE });
  if (!program.found) throw new Error(`${program.reason}; ${program.remedy}`);
  return chromium.launch({
    executablePath: program.path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', ...moreArguments],
  });
}
