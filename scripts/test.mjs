// Everything, on real Tarantool, PostgreSQL and Chromium. Installs what it needs; ends with the counts.
import { Checks, withoutServices } from './lib/checks.mjs';
import { checkNode, debianPackages, npmPackages } from './lib/install.mjs';
import { end, step } from './lib/say.mjs';

try {
  checkNode();
  await step('npm packages', npmPackages);
  await step('Debian packages', (note) => debianPackages(['tarantool', 'chromium', 'postgresql'], note));
  const { buildAll } = await import('./build.mjs');
  await step('build', async (note) => note((await buildAll()).join(', ') || 'nothing has changed'));
  const checks = new Checks();
  await withoutServices(checks);
  await checks.vitest('integration, scenarios, browser', ['--project', 'integration']);
  checks.finish();
} catch (error) {
  end(error);
}
