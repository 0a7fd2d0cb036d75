import type { ReactNode } from 'react';
import classes from './PlatformMark.module.css';

interface Mark {
  background: string;
  foreground: string;
  /** Drawn in a 24 by 24 box. */
  drawing: ReactNode;
}

const CUSTOM: Mark = {
  background: '#3a4757',
  foreground: '#fff',
  drawing: (
    <path
      d="M12 14v6M12 10.500a1.500 1.500 0 1 1 0 .01M8 15a5.500 5.500 0 1 1 8 0M5.500 17.500a9 9 0 1 1 13 0"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.800"
      strokeLinecap="round"
    />
  ),
};

/** Simple signs in the platforms' colours; other platforms get the custom sign. */
const MARKS: Record<string, Mark> = {
  youtube: {
    background: '#e62117',
    foreground: '#fff',
    drawing: <path d="M9 7.200v9.600l8-4.800z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />,
  },
  twitch: {
    background: '#8f45ff',
    foreground: '#fff',
    drawing: (
      <path
        d="M6.500 5h12v8.500l-3.500 3.500h-3.500l-2.500 2.500V17H6.500zM11.300 8.800v4M15.300 8.800v4"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.800"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    ),
  },
  linkedin: {
    background: '#0a66c2',
    foreground: '#fff',
    drawing: (
      <path
        d="M7 10.500V18M7 6.600v.1M11 18v-7.500M11 14.200c0-2.300 1.300-3.700 3.200-3.700s2.800 1.300 2.800 3.500V18"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.500"
        strokeLinecap="round"
      />
    ),
  },
  facebook: {
    background: '#1070e8',
    foreground: '#fff',
    drawing: (
      <path
        d="M12.500 20.500v-10c0-2.600 1.200-4 3.700-4M8.700 12.500h6.600"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.700"
        strokeLinecap="round"
      />
    ),
  },
  kick: {
    background: '#53fc18',
    foreground: '#0b1a06',
    drawing: (
      <path
        d="M8 5v14M9 12h3M12 12l4.500-6M12 12l4.500 6"
        fill="none"
        stroke="currentColor"
        strokeWidth="3.400"
        strokeLinejoin="miter"
      />
    ),
  },
  x: {
    background: '#0d0f12',
    foreground: '#fff',
    drawing: (
      <path
        d="M6.500 6l11 12.500M17.500 6l-11 12.500"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.300"
        strokeLinecap="round"
      />
    ),
  },
  hls: {
    background: 'linear-gradient(135deg, #1280d6, #0b4f86)',
    foreground: '#fff',
    drawing: (
      <path
        d="M5 7.500h14v9.500H5zM9 20h6M10.700 10.200v4.200l3.500-2.100z"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.800"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    ),
  },
  custom: CUSTOM,
};

/** A platform's badge. Decorative, because the platform's name is beside it. */
export function PlatformMark({ platform, size = 40 }: { platform: string; size?: number }) {
  const { background, foreground, drawing } = MARKS[platform] ?? CUSTOM;
  return (
    <span
      className={classes.mark}
      style={{ background, color: foreground, width: size, height: size }}
      aria-hidden="true"
    >
      <svg width={size * 0.66} height={size * 0.66} viewBox="0 0 24 24">
        {drawing}
      </svg>
    </span>
  );
}
