import type { Metadata } from 'next';
import { InstancePage } from '~/app/instance/instance-page.tsx';

type Props = { readonly params: Promise<{ readonly instance: string }> };

const nameIn = async ({ params }: Props): Promise<string> => decodeURIComponent((await params).instance);

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: `${await nameIn(props)} · Coterie` };
}

export default async function Page(props: Props) {
  return <InstancePage name={await nameIn(props)} />;
}
