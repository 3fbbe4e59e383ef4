/**
 * The dashboard's build. The server process mounts Next.js by `next({ dev: false })` and answers `/api/*` itself,
 * so there is no standalone output. Types are checked by `npm run types`: TypeScript 7 has no JavaScript API for Next.js to call.
 *
 * @type {import('next').NextConfig}
 */
export default {
  distDir: process.env.NEXT_DIST ?? '.next',
  reactStrictMode: true,
  poweredByHeader: false,
  // Event streams must not be buffered by gzip; a reverse proxy compresses static files.
  compress: false,
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
};
