'use client';
import { Group } from '@mantine/core';
import { asCli, asCurl } from '~/contract/copy-as.ts';
import type { Draft, MutationName } from '~/app/lib/operation-types.ts';
import { CopyTextButton } from '~/app/ui/copy.tsx';
import styles from './dialog.module.css';

/** The same action for a shell. Shown once the input is whole. */
export function CopyAs({ operation, input, disabled }: { operation: MutationName; input: Draft; disabled: boolean }) {
  if (disabled) return <span style={{ flex: 1 }} />;
  return (
    <Group gap={2} className={styles.copy!} wrap="nowrap">
      <CopyTextButton label="Copy as CLI" value={asCli(operation, input)} />
      <CopyTextButton label="Copy as curl" value={asCurl(operation, input, window.location.origin)} />
    </Group>
  );
}
