/** What a colour means; each has a token in `theme/tokens.css`. */
export type Tone = 'air' | 'motion' | 'waiting' | 'attention' | 'off' | 'stale';

/** Names of the glyphs in `StatusGlyph.tsx`; a tone is never shown by colour alone. */
export type Glyph = 'air' | 'motion' | 'healing' | 'waiting' | 'attention' | 'off' | 'unknown';
