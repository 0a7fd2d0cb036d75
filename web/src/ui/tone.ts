/** Meanings of colours; each has a token in `theme/tokens.css`. */
export type Tone = 'air' | 'motion' | 'waiting' | 'slate' | 'attention' | 'off' | 'stale';

/** Glyphs of `StatusGlyph.tsx`, so that a tone is never shown by colour alone. */
export type Glyph = 'air' | 'motion' | 'healing' | 'waiting' | 'slate' | 'attention' | 'off' | 'unknown';
