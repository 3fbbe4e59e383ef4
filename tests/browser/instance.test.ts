import { describe } from 'vitest';
import { openDashboard } from '../support/dashboard.ts';
import { dataPage } from './instance/data.ts';
import { instancePage } from './instance/page.ts';

/** What instances hold, on one product: data and console of many, and all about one, which is expelled in the end. */
const dashboard = await openDashboard();
describe('data', () => dataPage(dashboard));
describe('an instance', () => instancePage(dashboard));
