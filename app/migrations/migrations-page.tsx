'use client';
import { Button, Select } from '@mantine/core';
import Link from 'next/link';
import { StaleBanner } from '~/app/cluster/stale-banner.tsx';
import { isStopped, keyOf, matchingSteps, summaryOf } from '~/app/lib/migrations.ts';
import { oneOf } from '~/app/lib/params.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import styles from '~/app/schema/schema.module.css';
import { useSession } from '~/app/session/session-provider.tsx';
import page from '~/app/ui/page.module.css';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { SearchField } from '~/app/ui/search-field.tsx';
import { useAddress } from '~/app/ui/use-address.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import { migrationStates, type MigrationRow } from '~/contract/shapes/migration.ts';
import { StepDrawer } from './step-drawer.tsx';
import { StepsTable } from './steps-table.tsx';
import { useMigrations } from './use-migrations.ts';

const namesIn = (rows: readonly MigrationRow[], of: (row: MigrationRow) => string | null, chosen: string | null): string[] => [...new Set([...rows.flatMap((row) => of(row) ?? []), ...(chosen === null ? [] : [chosen])])].toSorted();

/** The steps of the roles' migrations, what became of them on each replicaset, and the orders to run them. */
export function MigrationsPage() {
  const [address, change] = useAddress(['q', 'role', 'replicaset', 'state', 'step']);
  const steps = useMigrations();
  const rows = steps.data;
  if (rows === undefined && steps.error) return <ProblemAlert problem={problemFrom(steps.error)}><Button size="compact-sm" variant="default" mt={8} onClick={() => void steps.refetch()}>Try again</Button></ProblemAlert>;
  if (rows === undefined) return <Waiting label="Loading the migrations" height={260} />;
  if (rows.length === 0) return <NoMigration />;
  const found = matchingSteps(rows, { ...address, state: oneOf(migrationStates, address.state) });
  const open = rows.find((row) => keyOf(row) === address.step) ?? null;
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1 className={styles.title}>Migrations</h1>
        <span className={styles.quiet} role="status">{summaryOf(rows)}</span>
        <div className={styles.tools}><Orders rows={rows} role={address.role} replicaset={address.replicaset} /></div>
      </div>
      <StaleBanner />
      {steps.error && <ProblemAlert problem={problemFrom(steps.error)} />}
      <div className={page.filters}>
        <SearchField label="Search steps" placeholder="Role or step" value={address.q ?? ''} onChange={(q) => change({ q })} />
        <Select aria-label="Role" placeholder="Any role" clearable clearButtonProps={{ 'aria-label': 'Any role' }} w={150} data={namesIn(rows, (row) => row.role, address.role)} value={address.role} onChange={(role) => change({ role })} />
        <Select aria-label="Replicaset" placeholder="Any replicaset" clearable clearButtonProps={{ 'aria-label': 'Any replicaset' }} w={170} data={namesIn(rows, (row) => row.replicaset, address.replicaset)} value={address.replicaset} onChange={(replicaset) => change({ replicaset })} />
        <Select aria-label="State" placeholder="Any state" clearable clearButtonProps={{ 'aria-label': 'Any state' }} w={150} data={[...migrationStates]} value={oneOf(migrationStates, address.state)} onChange={(state) => change({ state })} />
      </div>
      {address.step !== null && open === null && <p className={styles.note} role="status">There is no step {address.step}.</p>}
      <StepsTable rows={found} onOpen={(row) => change({ step: keyOf(row) })} />
      <StepDrawer row={open} onClose={() => change({ step: null })} />
    </div>
  );
}

/** Of what is chosen by role and replicaset. */
function Orders({ rows, role, replicaset }: { rows: readonly MigrationRow[]; role: string | null; replicaset: string | null }) {
  const { open } = useOperations();
  const { role: own } = useSession();
  const chosen = matchingSteps(rows, { q: null, role, replicaset, state: null }).filter((row) => row.replicaset !== null);
  const stopped = chosen.some(isStopped);
  const denied = refusalFor('migration.run', own);
  const why = denied ?? (chosen.some(({ state }) => state === 'pending') ? null : 'No step is pending.');
  const input = { ...(role === null ? {} : { role }), ...(replicaset === null ? {} : { replicaset }) };
  return (
    <>
      <Button variant="default" component={Link} href="/code">Code</Button>
      {stopped && <WhyDisabled why={denied}><Button color="red.8" disabled={denied !== null} onClick={() => open('migration.resume', input)}>Resume…</Button></WhyDisabled>}
      <WhyDisabled why={why}><Button disabled={why !== null} onClick={() => open('migration.run', input)}>Run…</Button></WhyDisabled>
    </>
  );
}

function NoMigration() {
  return (
    <section className={styles.empty} aria-labelledby="no-migration">
      <h1 id="no-migration" className={styles.title}>No role has migrations yet</h1>
      <p>A migration is a step of Lua that fills, moves or mends rows once in each replicaset, on its master, when you order it. Write it as <span className="mono">roles/NAME/migrations/0001-what-it-does.lua</span> and apply it: it is listed here then.</p>
      <Button component={Link} href="/code">Open the Code page</Button>
    </section>
  );
}
