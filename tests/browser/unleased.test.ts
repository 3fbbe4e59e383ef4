import { describe } from 'vitest';
import { openDashboard } from '../support/dashboard.ts';
import { lostAgents } from './unleased/agents.ts';
import { alertsPage } from './unleased/alerts.ts';

/** Where the priority decides who is master, on one product: what is told to whom, and what is lost and comes back. */
const dashboard = await openDashboard({ leases: false });
describe('alerts', () => alertsPage(dashboard));
describe('agents', () => lostAgents(dashboard));
