import type { Metadata } from 'next';
import { ClusterPage } from '~/app/cluster/cluster-page.tsx';

export const metadata: Metadata = { title: 'Cluster · Coterie' };

export default function Page() {
  return <ClusterPage />;
}
