import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 at levels A and AA, and axe's best practices. */
const RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
};

/**
 * Returns axe's violations of the present page by rule and element. Evaluated through the debugger, to which the page's
 * policy does not apply.
 * @param within limits the check to a dialog
 */
export async function findViolations(page: Page, within = 'body'): Promise<string[]> {
  const isThere = await page.evaluate(() => 'axe' in window);
  if (!isThere) await page.evaluate(axeSource);
  await stillness(page);
  const { violations } = await page.evaluate(
    ([selector, options]) =>
      (window as unknown as { axe: { run: (...given: unknown[]) => Promise<AxeResults> } }).axe.run(selector, options),
    [within, RULES] as const,
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

/** Waits for animations to end. */
async function stillness(page: Page): Promise<void> {
  await page.evaluate(() => {
    const passing = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
    return Promise.allSettled(passing.map((each) => each.finished));
  });
}
