import type { Metadata } from 'next';
import { AccessPage } from '~/app/access/access-page.tsx';

export const metadata: Metadata = { title: 'Users · Coterie' };

export default function Page() {
  return <AccessPage />;
}
