import { describe, expect, it } from 'vitest';
import type { DatabaseFacts, Facts } from '~/agent/lifecycle/facts.ts';
import { resting, waiting } from '~/agent/lifecycle/parts.ts';
import { planRoles, type RoleFacts } from '~/agent/lifecycle/roles.ts';

const database = (parts: Partial<DatabaseFacts> = {}): DatabaseFacts => ({ configured: true, status: 'running', readOnly: true, listen: 'a:3301', peers: [], ...parts });
const master = database({ readOnly: false });
const roles = (parts: Partial<RoleFacts> = {}): RoleFacts => ({ wanted: 'new', wantedSchema: 'new', applied: 'old', schema: null, ...parts });
const made = { hash: 'new', ok: true, retryAt: 0 };

/** Of a plan that looks at these three alone. */
const planned = (facts: { database: DatabaseFacts | null; roles: RoleFacts | null; now?: number }, part = resting('ready')) => planRoles({ now: 1000, ...facts } as Facts, part);

describe('the code of custom roles in the life cycle', () => {
  it.each<[string, Parameters<typeof planned>[0], string | null]>([
    ['none is wanted, none is there', { database: master, roles: null }, null],
    ['a replica has other code', { database: database(), roles: roles() }, 'applyRoles'],
    ['a replica has it', { database: database(), roles: roles({ applied: 'new' }) }, null],
    ['the master: spaces and rights come before the code that may need them', { database: master, roles: roles() }, 'applySchema'],
    ['then the code', { database: master, roles: roles({ schema: made }) }, 'applyRoles'],
    ['the master has all', { database: master, roles: roles({ applied: 'new', schema: made }) }, null],
    ['a new master: the one before may have ended in the middle', { database: master, roles: roles({ applied: 'new' }) }, 'applySchema'],
    ['spaces were made for other code', { database: master, roles: roles({ schema: { ...made, hash: 'old' } }) }, 'applySchema'],
    ['spaces failed: the code goes on', { database: master, roles: roles({ schema: { ...made, ok: false, retryAt: 2000 } }) }, 'applyRoles'],
    ['spaces failed a while ago', { database: master, roles: roles({ applied: 'new', schema: { ...made, ok: false, retryAt: 1000 } }) }, 'applySchema'],
    ['the database reads its files', { database: database({ status: 'loading' }), roles: roles() }, null],
    ['the database is not configured', { database: database({ configured: false }), roles: roles() }, null],
    ['there is no database', { database: null, roles: roles() }, null],
  ])('%s', (_what, facts, step) => {
    expect(planned(facts).step?.kind ?? null).toBe(step);
  });

  it('comes after everything else, and leaves the state as it is', () => {
    const busy = waiting('configuring', 'gives its lease up');
    expect(planned({ database: master, roles: roles() }, busy)).toBe(busy);
    expect(planned({ database: master, roles: roles() }, resting('ready', 'stays master until b has taken over'))).toMatchObject({ state: 'ready', reason: 'stays master until b has taken over' });
  });

  it('looks again when what failed is to be tried again', () => {
    const schema = { ...made, ok: false, retryAt: 2000 };
    expect(planned({ database: master, roles: roles({ applied: 'new', schema }) })).toMatchObject({ step: null, wakeAt: 2000 });
    expect(planned({ database: database(), roles: roles({ applied: 'new', schema }) })).toMatchObject({ step: null, wakeAt: Infinity });
  });

  it('ends: doing what it says leaves nothing to do', () => {
    let now = roles();
    const steps: string[] = [];
    for (let step = planned({ database: master, roles: now }).step; step !== null && steps.length < 5; step = planned({ database: master, roles: now }).step) {
      steps.push(step.kind);
      now = step.kind === 'applySchema' ? { ...now, schema: made } : { ...now, applied: now.wanted };
    }
    expect(steps).toEqual(['applySchema', 'applyRoles']);
  });
});
