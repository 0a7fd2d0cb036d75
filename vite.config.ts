import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm start` listens; the development server hands API and preview requests on to it. */
const CONTROL_PLANE = 'http://127.0.0.1:8080';

/**
 * Puts what every page needs into two files instead of thirty: fewer requests, better compression. `$initial` keeps the
 * modules out that are loaded on demand, above all the player, which is as large as the rest.
 */
const CHUNKS = [
  {
    name: 'vendor',
    test: /node_modules[\\/](react|react-dom|scheduler|@tanstack|wouter|regexparam|use-sync-external-store|mitt)[\\/]/,
  },
  { name: 'page', tags: ['$initial' as const], test: /web[\\/]src[\\/]/ },
];

export default defineConfig(({ command }) => {
  // A build started from a test run inherits NODE_ENV=test, and React would be built in its slow development form.
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  return {
    root: fileURLToPath(new URL('web', import.meta.url)),
    plugins: [react()],
    build: {
      outDir: 'dist',
      emptyOutDir: true,
      target: 'es2023',
      sourcemap: false,
      assetsInlineLimit: 0,
      // Says which files the first page needs, for the test that counts them.
      manifest: true,
      rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } },
    },
    // The API checks that a request comes from its own origin, so the Host header is kept as the browser sent it.
    server: { proxy: { '/api': { target: CONTROL_PLANE }, '/out': { target: CONTROL_PLANE } } },
  };
});
