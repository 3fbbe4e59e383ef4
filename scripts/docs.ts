// `npm run docs`: writes what is generated in docs/ and deploy/.
import { writeFileSync } from 'node:fs';
import { grafanaDashboard } from './grafana.ts';
import { issuesPage } from './issues-page.ts';
import { metricsPage } from './metrics-page.ts';
import { reference } from './reference.ts';

const pages = { 'docs/reference.md': reference(), 'docs/issues.md': issuesPage(), 'docs/metrics.md': metricsPage(), 'deploy/grafana/coterie.json': grafanaDashboard() };
for (const [name, text] of Object.entries(pages)) writeFileSync(new URL(`../${name}`, import.meta.url), text);
