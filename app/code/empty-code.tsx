'use client';
import { Button, Text } from '@mantine/core';
import Link from 'next/link';
import { Command } from '~/app/ui/copy.tsx';
import styles from './code.module.css';

/** No role yet: what one is, and three ways to the first. */
export function EmptyCode({ configured, readOnly, onExample, onAdd }: { configured: boolean; readOnly: string | null; onExample: () => void; onAdd: () => void }) {
  return (
    <section className={styles.empty} aria-labelledby="empty-title">
      <h1 id="empty-title" className={styles.title}>No role of your own yet</h1>
      <Text size="sm" c="dimmed" maw={680}>
        A role is a bundle of spaces, functions and Lua modules: a folder of files that a replicaset is given, as it is given <b>storage</b> or <b>router</b>. You write it here as a draft; it is checked while you write, and applied to the whole cluster in one step. Each change is a version that can be compared and restored.
      </Text>
      <ol className={styles.steps}>
        <li><b>Write it.</b> role.yml says what it has; Lua files hold the code of its functions.</li>
        <li><b>Apply it.</b> Every instance compiles it first; one objection and nothing is changed.</li>
        <li><b>Give it</b> to replicasets on the <Link href="/">Cluster page</Link>: Edit, Roles. Then clients call its functions by name.</li>
      </ol>
      {!configured ? <Text size="sm">There is no configuration yet: <Link href="/">create a replicaset</Link> first.</Text> : readOnly !== null ? <Text size="sm" c="dimmed">{readOnly}.</Text> : (
        <div className={styles.ways}>
          <Button onClick={onExample}>Insert the bank example</Button>
          <Button variant="default" onClick={onAdd}>Add a role</Button>
        </div>
      )}
      <Text size="sm" c="dimmed" mt={14} mb={6}>Or from a folder on your machine:</Text>
      <Command text="coterie code push DIR" />
    </section>
  );
}
