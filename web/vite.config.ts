import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// `npm run dev` talks to a server started by ./run; STOA_SERVER names another one.
const server = process.env.STOA_SERVER ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    // The content security policy knows no data: addresses for fonts and scripts.
    assetsInlineLimit: 0,
    // For scripts/size.mjs.
    manifest: true,
  },
  server: {
    proxy: {
      '/api': { target: server, changeOrigin: true },
      '/live': { target: server, changeOrigin: true, ws: true },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
});
