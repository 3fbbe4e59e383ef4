import { Skeleton, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

/** What stands in for something until it is there; `label` is said by a screen reader: "Loading the spaces". */
export const Waiting = ({ label, height, children }: { label: string; height?: number; children?: ReactNode }) => (
  <Stack gap="md" role="status" aria-busy aria-label={label}>{children ?? <Skeleton height={height} radius="lg" />}</Stack>
);
