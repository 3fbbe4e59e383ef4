import { describe } from 'vitest';
import { openDashboard } from '../support/dashboard.ts';
import { failoverPage } from './faults/failover.ts';
import { gossipPage } from './faults/gossip.ts';

/** What hangs, dies and comes back by itself, on one product that is whole again after each. */
const dashboard = await openDashboard();
describe('gossip', () => gossipPage(dashboard));
describe('failover', () => failoverPage(dashboard));
