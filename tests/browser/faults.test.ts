import { describe } from 'vitest';
import { openDashboard } from '../support/dashboard.ts';
import { eventsPage } from './faults/events.ts';
import { failoverPage } from './faults/failover.ts';
import { gossipPage } from './faults/gossip.ts';

/** What is stopped, hangs, dies and comes back by itself, on one product that is whole again after each. */
const dashboard = await openDashboard();
describe('issues and events', () => eventsPage(dashboard));
describe('gossip', () => gossipPage(dashboard));
describe('failover', () => failoverPage(dashboard));
