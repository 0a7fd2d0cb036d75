import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { waitFor } from '../support/wait-for.ts';

/** A page that records script errors, policy violations and requests to other origins. */
export interface WatchedPage {
  page: Page;
  context: BrowserContext;
  /** Errors of scripts and of the content security policy. */
  faults: string[];
  /** Requested URLs outside the product's origin. */
  strangers: string[];
  /** Text of every answer to this page. */
  answers: string[];
}

/** The browser's message about error answers, which the page shows itself. */
const NETWORK_MESSAGE = /^Failed to load resource/;

/** Opens a signed-out page in its own context. */
export async function openWatched(
  browser: Browser,
  origin: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(100_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  const page = await context.newPage();
  const watched: WatchedPage = { page, context, faults: [], strangers: [], answers: [] };
  page.on('pageerror', (error) => watched.faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !NETWORK_MESSAGE.test(message.text())) watched.faults.push(message.text());
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !['blob:', 'data:'].includes(url.protocol)) watched.strangers.push(request.url());
  });
  page.on('response', (response) => {
    if (!/json|html|css|javascript/.test(response.headers()['content-type'] ?? '')) return;
    response.text().then(
      (text) => watched.answers.push(text),
      // A closed page drops its answers.
      () => {},
    );
  });
  await page.addInitScript(noteFaultsAndTones);
  return watched;
}

/**
 * Runs in the page: turns policy violations into console errors, and records every tone of a destination, however
 * short.
 */
function noteFaultsAndTones(): void {
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
  });
  const tones: Record<string, string[]> = {};
  Object.assign(window, { tones });
  const look = (): void => {
    for (const article of document.querySelectorAll('li[data-tone] > article')) {
      const name = article.getAttribute('aria-label') ?? '';
      const tone = article.parentElement?.getAttribute('data-tone') ?? '';
      const seen = (tones[name] ??= []);
      if (seen.at(-1) !== tone) seen.push(tone);
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}

/** Returns every tone of a destination since the page was loaded, in order. */
export async function tonesOf(page: Page, name: string): Promise<string[]> {
  return page.evaluate((each) => (window as unknown as { tones: Record<string, string[]> }).tones[each] ?? [], name);
}

/** Returns everything readable in the page: elements, field values, storage, cookies, address. */
export async function readableIn(page: Page): Promise<string> {
  return page.evaluate(() => {
    const values = [...document.querySelectorAll('input, textarea, select')].map((field) =>
      'value' in field ? String(field.value) : '',
    );
    const stored = [localStorage, sessionStorage].map((storage) => JSON.stringify({ ...storage }));
    const html = document.documentElement.outerHTML;
    return [html, ...values, ...stored, document.cookie, location.href, JSON.stringify(history.state)].join('\n');
  });
}

/** Waits until an image has loaded a picture of this width, in pixels. */
export async function waitForWidth(image: Locator, width: number): Promise<void> {
  await waitFor(`a picture ${width} pixels wide`, () =>
    image.evaluate((shown: HTMLImageElement, wanted) => shown.naturalWidth === wanted, width),
  );
}

/** Returns texts and controls past the edge of the window, cut off or reachable only by horizontal scrolling. */
export async function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const past = [...document.querySelectorAll('button, a, input, select, label, h2, h3, p, dt, dd, code')].filter(
      (element) => element.checkVisibility() && element.getBoundingClientRect().right > clientWidth,
    );
    const named = past.map((element) => `${element.tagName} ${element.textContent}`);
    return scrollWidth > clientWidth ? ['the page scrolls sideways', ...named] : named;
  });
}

/**
 * Returns the controls that a finger misses: below 44 pixels in height, or below 24 in width.
 * @param within limits the check to a part of the page
 */
export async function tooSmall(page: Page, within = 'body'): Promise<string[]> {
  return page.evaluate((selector) => {
    const targets = [...document.querySelectorAll(selector)]
      .flatMap((part) => [...part.querySelectorAll<HTMLElement>('a, button, select, input, summary')])
      .filter((each) => each.checkVisibility());
    // Links within a sentence or a list of facts are text.
    const own = targets.filter((each) => !each.matches('p a, dd a, li > a, .skip, [href="#content"]'));
    return own.flatMap((each) => {
      const target = each.closest('label, td:has(> input)') ?? each;
      const { width, height } = target.getBoundingClientRect();
      const label = each.getAttribute('aria-label') ?? (each.textContent || each.tagName);
      return height < 43.5 || width < 24 ? [`${label}: ${Math.round(width)} × ${Math.round(height)}`] : [];
    });
  }, within);
}

/** Returns the WCAG 2 contrast of an element's text against its background. */
export async function contrastOf(element: Locator): Promise<number> {
  return element.evaluate((node) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    const paint = (colors: string[]): number[] => {
      canvas.clearRect(0, 0, 1, 1);
      for (const color of colors) {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
      }
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (color: number[]): number => {
      const [red = 0, green = 0, blue = 0] = color.map((value) => {
        const share = value / 255;
        return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind: string[] = [];
    for (let each: Element | null = node; each; each = each.parentElement) {
      behind.unshift(getComputedStyle(each).backgroundColor);
    }
    const [light = 0, dark = 0] = [paint([...behind, getComputedStyle(node).color]), paint(behind)]
      .map(luminance)
      .toSorted((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  });
}
