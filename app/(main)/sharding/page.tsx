import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ShardingPage } from '~/app/sharding/sharding-page.tsx';

export const metadata: Metadata = { title: 'Sharding · Coterie' };

export default function Page() {
  return <Suspense><ShardingPage /></Suspense>;
}
