import {
  IconAlertTriangleFilled,
  IconBroadcast,
  IconHelpCircle,
  IconHourglassEmpty,
  IconPlayerStop,
  IconRefresh,
  IconLoader2,
  IconPhoto,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Glyph } from '../ui/tone.ts';
import classes from './StatusGlyph.module.css';

const GLYPHS: Record<Glyph, ComponentType<{ size?: number; className?: string }>> = {
  air: IconBroadcast,
  motion: IconLoader2,
  healing: IconRefresh,
  waiting: IconHourglassEmpty,
  slate: IconPhoto,
  attention: IconAlertTriangleFilled,
  off: IconPlayerStop,
  unknown: IconHelpCircle,
};

/** The glyph beside a status word, so that colour is never the only sign. */
export function StatusGlyph({ glyph, size = 18 }: { glyph: Glyph; size?: number }) {
  const Icon = GLYPHS[glyph];
  return (
    <span className={classes.glyph} aria-hidden="true">
      <Icon size={size} className={glyph === 'motion' ? classes.turning : undefined} />
    </span>
  );
}
