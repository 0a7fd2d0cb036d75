import type { IncidentResource } from '../../../functions/api/schemas/incidents.ts';

/** A tab's icon is drawn on the browser's colours, so these do not depend on the theme. */
const COLORS: Record<IncidentResource['severity'], string> = { high: '#e5383b', medium: '#f59f00', low: '#7c6ae6' };

let original: string | null = null;

/** Shows number and worst severity in the tab's icon; null restores it. */
export function showInFavicon(worst: IncidentResource['severity'] | null, count: number): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (!icon) return;
  original ??= icon.href;
  const text = count > 9 ? '9+' : count;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${worst && COLORS[worst]}"/><text x="16" y="24" font-family="sans-serif" font-size="${count > 9 ? 18 : 24}" font-weight="700" text-anchor="middle" fill="#fff">${text}</text></svg>`;
  icon.href = worst === null ? original : `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
