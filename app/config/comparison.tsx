'use client';
import { Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { Compared } from '~/app/editor/code.tsx';
import { chosenOf, differencesOf, documentsOf, labelOf, languageOf } from '~/app/lib/config-documents.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { Changes } from '~/app/operations/plan-preview.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { useVersion } from '~/app/sections/use-versions.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import type { ConfigVersion } from '~/contract/shapes/config.ts';
import styles from './config.module.css';

type Props = { readonly from: number; readonly to: ConfigVersion; readonly section: string | null; readonly onSection: (name: string) => void };

/** What differs, first in sentences, then in the texts themselves. */
export function Comparison({ from, to, section, onSection }: Props) {
  const api = useApi();
  const before = useVersion(from);
  const diff = useQuery({ queryKey: ['config-diff', from, to.version], queryFn: () => api.config.diff.query({ from, to: to.version }), staleTime: Infinity });
  const error = before.error ?? diff.error;
  if (error) return <ProblemAlert problem={problemFrom(error)} />;
  if (!before.data || !diff.data) return <Waiting label="Loading the differences" height={240} />;
  const differences = differencesOf(documentsOf(before.data.config), documentsOf(to.config));
  const chosen = chosenOf(differences, section);
  if (!chosen) return <Text size="sm" c="dimmed">Version {from} and version {to.version} say the same.</Text>;
  return (
    <>
      <section aria-label={`From version ${from} to version ${to.version}`} data-testid="sentences"><Changes changes={diff.data} /></section>
      {differences.length > 1 && <Select className={styles.grow} label="Section" allowDeselect={false} searchable data={differences.map(({ name, kind }) => ({ value: name, label: `${labelOf(name)} (${kind})` }))} value={chosen.name} onChange={(name) => name !== null && onSection(name)} />}
      <Compared before={{ label: `${labelOf(chosen.name)}, version ${from}`, text: chosen.before }} after={{ label: `${labelOf(chosen.name)}, version ${to.version}`, text: chosen.after }} language={languageOf(chosen.name)} />
    </>
  );
}
