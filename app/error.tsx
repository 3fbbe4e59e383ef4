'use client';
import { Button, Center, Code, EmptyState, Stack, Title } from '@mantine/core';
import { Logo } from './ui/icons.tsx';

/** A defect in a page. The cluster itself is not touched by it. */
export default function Failed({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <Center mih="100vh" p="md" component="main">
      <Stack align="center" maw={560}>
        <EmptyState icon={<Logo size={44} />} title={<Title order={1} fz="inherit" fw="inherit">This page failed</Title>} description={<>A defect in the dashboard. The cluster goes on by itself, and the command line works: <Code>coterie cluster overview</Code>.</>} />
        <Code block w="100%" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{error.digest ?? error.message}</Code>
        <Button onClick={reset}>Try again</Button>
      </Stack>
    </Center>
  );
}
