/** Vitest global set-up of the integration tests: they run the same bundles that users run. */
export default async function setup(): Promise<void> {
  // The build script is plain JavaScript, so that it runs before anything is installed; it has no types.
  const { buildAll } = (await import('../../scripts/build.mjs' as string)) as { buildAll: (options: { pages: boolean }) => Promise<string[]> };
  await buildAll({ pages: process.env.COTERIE_SKIP_PAGES !== '1' });
}
