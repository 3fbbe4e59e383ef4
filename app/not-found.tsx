import { Anchor, Center, EmptyState, Title } from '@mantine/core';
import { Logo } from './ui/icons.tsx';

export default function NotFound() {
  return (
    <Center mih="100vh" p="md" component="main">
      <EmptyState icon={<Logo size={44} />} title={<Title order={1} fz="inherit" fw="inherit">There is no such page</Title>} description={<>The link may be old. <Anchor href="/" inherit underline="always">Back to the cluster</Anchor></>} />
    </Center>
  );
}
