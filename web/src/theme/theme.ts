import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** The brand's blue, clearly different from the green that means "on air". */
const tide: MantineColorsTuple = [
  '#e4f4ff',
  '#cbe6fd',
  '#98cbf6',
  '#61aff0',
  '#3d99eb',
  '#268be9',
  '#0e76c8',
  '#0b6dba',
  '#0560a7',
  '#005394',
];

/** Mantine's dark shades in our blue-grey, lightest first. */
const dark: MantineColorsTuple = [
  '#d5dee8',
  '#a3b3c4',
  '#7d8fa3',
  '#5a6a7b',
  '#2e3b4a',
  '#1f2a37',
  '#141c26',
  '#10161e',
  '#0b1017',
  '#090d12',
];

const SANS =
  'Inter, "SF Pro Text", "Segoe UI Variable Text", "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Open Sans", "DejaVu Sans", system-ui, sans-serif';

/** Sluice on Mantine: sizes, radii and the blue; everything else comes from `tokens.css`. */
export const theme = createTheme({
  fontFamily: SANS,
  fontFamilyMonospace:
    '"SF Mono", "Cascadia Code", "JetBrains Mono", ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontFamily: SANS, fontWeight: '650' },
  primaryColor: 'tide',
  // White text has a contrast above 4.5 on both.
  primaryShade: { light: 7, dark: 6 },
  colors: { tide, dark },
  autoContrast: true,
  luminanceThreshold: 0.32,
  defaultRadius: 8,
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Modal: {
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        centered: true,
        radius: 14,
        overlayProps: { blur: 3, backgroundOpacity: 0.55 },
      },
    },
    // Without this, their headers count as additional banners of the page.
    ModalHeader: { defaultProps: { role: 'none' } },
    DrawerHeader: { defaultProps: { role: 'none' } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close message' } } },
    Loader: { defaultProps: { role: 'status', 'aria-label': 'Loading' } },
    Drawer: {
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        position: 'right',
        overlayProps: { backgroundOpacity: 0.3 },
      },
    },
  },
});

/** Maps Mantine's surfaces to our tokens, so that both use one palette. */
export const cssVariablesResolver: CSSVariablesResolver = () => {
  const surfaces = {
    '--mantine-color-body': 'var(--sl-surface)',
    '--mantine-color-text': 'var(--sl-ink)',
    '--mantine-color-dimmed': 'var(--sl-ink-2)',
    '--mantine-color-default': 'var(--sl-raised)',
    '--mantine-color-default-hover': 'var(--sl-hover)',
    '--mantine-color-default-color': 'var(--sl-ink)',
    '--mantine-color-default-border': 'var(--sl-line-2)',
    '--mantine-color-placeholder': 'var(--sl-ink-3)',
    '--mantine-color-disabled': 'var(--sl-sunken)',
    '--mantine-color-disabled-color': 'var(--sl-disabled)',
    '--mantine-color-disabled-border': 'var(--sl-line)',
    '--mantine-color-error': 'var(--sl-attention)',
  };
  return { variables: {}, dark: surfaces, light: surfaces };
};
