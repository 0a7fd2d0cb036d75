import type { Check } from './check.ts';

/**
 * Whether the API learns the host the browser asked for. The sign-in route is open to anyone, changes nothing, and sends
 * the browser back to the host it has learned: its redirect shows what arrived.
 */
export const forwardedHost: Check = {
  checkId: 'forwarded-host',
  title: 'asking the dashboard for its sign-in redirect',
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
