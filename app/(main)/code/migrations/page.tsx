import type { Metadata } from 'next';
import { Suspense } from 'react';
import { MigrationsPage } from '~/app/migrations/migrations-page.tsx';

export const metadata: Metadata = { title: 'Migrations · Coterie' };

export default function Page() {
  return <Suspense><MigrationsPage /></Suspense>;
}
