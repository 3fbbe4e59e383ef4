import { describe } from 'vitest';
import { openDashboard } from '../support/dashboard.ts';
import { failoverSettings } from './failover/settings.ts';
import { lostRows } from './failover/lost.ts';

/** The Failover page, on one product: its settings and what is done by hand, and then what an old master alone has. */
const dashboard = await openDashboard();
describe('settings', () => failoverSettings(dashboard));
describe('lost rows', () => lostRows(dashboard));
