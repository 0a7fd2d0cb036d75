import type { Audience } from '../audience-deps.ts';
import type { AudienceParts } from '../audience-parts.ts';
import { cachePolicyOf, findShow, originOf } from '../find-show.ts';
import { coverPathOf } from '../pages/show-texts.ts';
import { problem } from '../problem.ts';

const CACHED_SECONDS = 60;
const WIDTH = { min: 200, usual: 640, max: 1920 };
const PATH = /^\/(?:watch|embed)\/([^/]+)$/;

/**
 * Tells other sites how to show a show in a frame.
 * @see https://oembed.com
 */
export function registerOembed(audience: Audience, parts: AudienceParts): void {
  audience.get('/oembed', async (context) => {
    const { url = '', format = 'json', maxwidth, maxheight } = context.req.query();
    if (format !== 'json') return problem('not_supported');
    const origin = originOf(context, parts.deps);
    const address = URL.canParse(url) ? new URL(url) : null;
    const slug = address?.origin === origin ? PATH.exec(address.pathname)?.[1] : undefined;
    const found = slug === undefined ? null : await findShow(parts, context, slug);
    if (!found || found.audience.privacy === 'private') return problem('not_found');
    const { audience: show } = found;
    const { width, height } = sizeOf(maxwidth, maxheight);
    const cover = coverPathOf(show);
    context.header('cache-control', cachePolicyOf(found, CACHED_SECONDS));
    return context.json({
      version: '1.0',
      type: 'video',
      provider_name: 'Sluice',
      provider_url: `${origin}/watch`,
      title: show.title,
      width,
      height,
      // Nothing in it comes from people: the slug has letters, digits and hyphens only.
      html: `<iframe src="${origin}/embed/${show.slug}" width="${width}" height="${height}" allow="fullscreen; picture-in-picture" style="border:0" title="Show"></iframe>`,
      ...(cover !== null && {
        thumbnail_url: origin + cover,
        thumbnail_width: show.cover!.width,
        thumbnail_height: show.cover!.height,
      }),
    });
  });
}

/** Returns 16:9 within what the site asks for. */
function sizeOf(maxWidth: string | undefined, maxHeight: string | undefined): { width: number; height: number } {
  const limit = (text: string | undefined) => (/^\d{1,5}$/.test(text ?? '') ? Number(text) : Infinity);
  const wanted = Math.min(WIDTH.usual, limit(maxWidth), (limit(maxHeight) * 16) / 9);
  const width = Math.round(Math.min(WIDTH.max, Math.max(WIDTH.min, wanted)));
  return { width, height: Math.round((width * 9) / 16) };
}
