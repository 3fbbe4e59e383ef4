import type { Metadata } from 'next';
import { GossipPage } from '~/app/gossip/gossip-page.tsx';

export const metadata: Metadata = { title: 'Gossip · Coterie' };

export default function Page() {
  return <GossipPage />;
}
