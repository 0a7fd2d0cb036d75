import type { Check } from './check.ts';

/**
 * Checks which host the sign-in redirect sends the browser back to. The route is open to anyone and changes nothing.
 * The API takes the host from PUBLIC_HOST and only logs the header, so the redirect shows that the API answers behind
 * CloudFront for the dashboard's host, but not whether the header arrived.
 */
export const forwardedHost: Check = {
  checkId: 'forwarded-host',
  title: 'requesting the dashboard’s sign-in redirect',
  limits: { minutesMax: 2 },
  async run(context) {
    const { dashboardUrl } = context.found;
    const response = await context.deps.fetch(`${dashboardUrl}/api/session/sign-in`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
    const seen = `GET /api/session/sign-in answered ${response.status}`;
    const location = URL.parse(response.headers.get('location') ?? '');
    const back = URL.parse(location?.searchParams.get('redirect_uri') ?? '');
    if (back === null) {
      context.decide('AWS-04', 'not decided', `${seen} without a redirect back to the dashboard`);
      return;
    }
    const expected = URL.parse(dashboardUrl)?.host;
    context.decide(
      'AWS-04',
      back.host === expected ? 'holds' : 'does not hold',
      `${seen} and sends the browser back to ${back.host}; the dashboard is ${expected}`,
    );
  },
};
