// `npm run docs`: writes what is generated in docs/.
import { writeFileSync } from 'node:fs';
import { issuesPage } from './issues-page.ts';
import { metricsPage } from './metrics-page.ts';
import { reference } from './reference.ts';

const pages = { 'reference.md': reference(), 'issues.md': issuesPage(), 'metrics.md': metricsPage() };
for (const [name, text] of Object.entries(pages)) writeFileSync(new URL(`../docs/${name}`, import.meta.url), text);
