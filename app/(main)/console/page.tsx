import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ConsolePage } from '~/app/console/console-page.tsx';

export const metadata: Metadata = { title: 'Console · Coterie' };

export default function Page() {
  return <Suspense><ConsolePage /></Suspense>;
}
