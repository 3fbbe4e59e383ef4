'use client';
import { ActionIcon, Menu } from '@mantine/core';
import { searchExamples } from '~/app/lib/filter.ts';
import { Question } from '~/app/ui/icons.tsx';

/** What the search understands, each ready to be taken. */
export function SearchHelp({ onChoose }: { onChoose: (term: string) => void }) {
  return (
    <Menu width={290} returnFocus={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label="What can be searched for"><Question size={15} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Words that must all be found; besides:</Menu.Label>
        {searchExamples.map(([term, meaning]) => (
          <Menu.Item key={term} onClick={() => onChoose(term)} rightSection={<span style={{ color: 'var(--quiet)', fontSize: 12.5 }}>{meaning}</span>}><code className="mono">{term}</code></Menu.Item>
        ))}
        <Menu.Label>Fields: name, address, uuid, zone, role, replicaset, state, health, is; lag, memory, issues, priority, config. A minus sign before a word turns it round.</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
