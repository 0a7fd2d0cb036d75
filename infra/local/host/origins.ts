import type { AudienceSettings, Settings } from './settings.ts';

/** Returns the origin of the dashboard and the API, such as `http://127.0.0.1:8080`. */
export function originOf({ host, port }: Pick<Settings, 'host' | 'port'>): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Returns where watchers reach the public pages. A listener on all addresses is named as the dashboard was.
 * @param dashboardHost the host name by which the dashboard was requested; an IPv6 address may have brackets
 */
export function audienceOriginOf(
  { host, origin, port }: Pick<AudienceSettings, 'host' | 'origin' | 'port'>,
  dashboardHost: string,
): string {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  return origin ?? originOf({ host: isEverywhere ? dashboardHost.replace(/^\[(.*)\]$/, '$1') : host, port });
}
