import type { Metadata } from 'next';
import { Suspense } from 'react';
import { FailoverPage } from '~/app/failover/failover-page.tsx';

export const metadata: Metadata = { title: 'Failover · Coterie' };

export default function Page() {
  return <Suspense><FailoverPage /></Suspense>;
}
