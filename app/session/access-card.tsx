import { Box, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Logo } from '~/app/ui/icons.tsx';

/** The one card of the pages outside: sign-in and first start. */
export function AccessCard({ title, lead, children, foot }: { title: string; lead: ReactNode; children: ReactNode; foot?: ReactNode }) {
  return (
    <Box component="main" mih="100vh" px="md" style={{ display: 'grid', placeItems: 'center', paddingBlock: '8vh 12vh' }}>
      <Stack w="100%" maw={400} gap="lg">
        <Stack gap={10} align="center">
          <Logo size={44} />
          <Title order={1} size={24} ta="center" style={{ letterSpacing: '-0.02em' }}>{title}</Title>
          <Text size="sm" c="dimmed" ta="center" maw={340}>{lead}</Text>
        </Stack>
        <Paper withBorder p="lg" bg="var(--surface)" shadow="xs">{children}</Paper>
        {foot && <Text size="xs" c="dimmed" ta="center" component="div">{foot}</Text>}
      </Stack>
    </Box>
  );
}
