import { describe } from 'vitest';
import { openDashboard } from '../support/dashboard.ts';
import { axeFinds } from './looks/axe.ts';
import { failoverLooks } from './looks/failover.ts';
import { instanceLooks } from './looks/instance.ts';
import { keyboardLeads } from './looks/keyboard.ts';
import { loadLooks } from './looks/load.ts';
import { pagesLook } from './looks/pages.ts';

/** How pages look and are reached, on one product: whatever breaks nothing. The next one begins with what the last one has left. */
const dashboard = await openDashboard();
describe('pages', () => pagesLook(dashboard));
describe('keyboard and links', () => keyboardLeads(dashboard));
describe('an instance', () => instanceLooks(dashboard));
describe('menus, dialogs, drawers', () => axeFinds(dashboard));
describe('load', () => loadLooks(dashboard));
describe('failover', () => failoverLooks(dashboard));
