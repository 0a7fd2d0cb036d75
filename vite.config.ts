import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfig } from 'vite';

const WEB = fileURLToPath(new URL('web/', import.meta.url));

/**
 * Puts the code that every page needs into two files instead of thirty, for fewer requests and better compression.
 * `$initial` excludes modules that are loaded on demand, above all the player, which is as large as the rest.
 */
const CHUNKS = [
  {
    name: 'vendor',
    test: /node_modules[\\/](react|react-dom|scheduler|@tanstack|wouter|regexparam|use-sync-external-store|mitt)[\\/]/,
  },
  { name: 'page', tags: ['$initial' as const], test: /web[\\/]src[\\/]/ },
];

/** The manifest names the entry's files: the server of the public pages reads it, and tests count the bytes of a first page. */
const BUILD = { emptyOutDir: true, target: 'es2023', sourcemap: false, assetsInlineLimit: 0, manifest: true } as const;

/**
 * The files of the public pages are a build of their own: they share no file with the dashboard, and the public side
 * serves them from its own path.
 */
const WATCH_PAGE: UserConfig = {
  root: WEB,
  base: '/audience/assets/',
  publicDir: false,
  build: {
    ...BUILD,
    outDir: 'dist/watch',
    assetsDir: '',
    // The files that are loaded on demand have no others to load before them.
    modulePreload: false,
    rolldownOptions: { input: `${WEB}watch/main.ts` },
  },
};

export default defineConfig(({ command, mode }) => {
  // A build inside a test run inherits NODE_ENV=test, which would select React's slow development build.
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  if (mode === 'watch') return WATCH_PAGE;
  return {
    root: WEB,
    plugins: [react()],
    build: {
      ...BUILD,
      outDir: 'dist',
      rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } },
    },
  };
});
