/** The logo: one stream passes the gate and leaves as three. */
export function Mark({ size = 30 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" strokeLinecap="round" aria-hidden="true">
      <path
        stroke="var(--sl-brand)"
        strokeWidth="2.8"
        d="M2.500 16H29.500M12 16c6.500 0 5.500-8.500 12-8.500h5.500M12 16c6.500 0 5.500 8.500 12 8.500h5.500"
      />
      <path stroke="var(--sl-ink)" strokeWidth="3.400" d="M12 5.500v21" />
    </svg>
  );
}

/** The name as paths, independent of installed fonts. */
export function Wordmark({ height = 22 }: { height?: number }) {
  return (
    <svg
      height={height}
      viewBox="0 0 92 30"
      role="img"
      aria-label="Sluice"
      fill="none"
      strokeWidth="3.500"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <g stroke="var(--sl-ink)">
        <path d="M13.200 12.900c-.9-1.700-2.800-2.600-5.200-2.600-3.100 0-5.200 1.500-5.200 3.900 0 5.200 11 2.500 11 8 0 2.500-2.300 4-5.500 4-2.700 0-4.900-1-5.900-3" />
        <path d="M20.500 3.500v22.500" />
        <path d="M27.500 10.500v9c0 4.200 2.300 6.600 5.800 6.600s6.200-2.600 6.200-6.600v-9M39.500 20v6" />
        <path d="M46.800 11v15" />
        <path d="M66 13.300c-1.300-2-3.300-3-5.600-3-4.300 0-7 3.300-7 7.900s2.700 7.900 7 7.900c2.300 0 4.300-1 5.600-3" />
        <path d="M72.400 18h14.200c0-4.500-2.700-7.700-7-7.700s-7.200 3.300-7.200 7.900 2.900 7.900 7.300 7.900c2.500 0 4.600-1 6-2.800" />
      </g>
      <path stroke="var(--sl-brand)" strokeWidth="4.200" d="M46.800 4.200v.2" />
    </svg>
  );
}
