import { Anchor, Center, EmptyState } from '@mantine/core';
import { Logo } from './ui/icons.tsx';

export default function NotFound() {
  return (
    <Center mih="100vh" p="md" component="main">
      <EmptyState icon={<Logo size={44} />} title="There is no such page" description={<>The link may be old. <Anchor href="/">Back to the cluster</Anchor></>} />
    </Center>
  );
}
