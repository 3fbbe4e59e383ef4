import type { CodeFile, FileMark } from './code-files.ts';

/** The files as the rows of a tree: roles, the folders in them, and their files; what is in a closed folder is left out. */

export type TreeRow = {
  /** Section name of a file; of a role or folder, what its files begin with, without the last slash. */
  readonly path: string;
  readonly kind: 'role' | 'folder' | 'file';
  readonly label: string;
  /** From 1, as screen readers count. */
  readonly level: number;
  /** Null: a file cannot be opened. */
  readonly open: boolean | null;
  /** Of a role or folder: `changed` when anything in it is. */
  readonly mark: FileMark;
  readonly errors: number;
  readonly warnings: number;
  readonly parent: string | null;
  readonly position: number;
  readonly siblings: number;
};

export type Counts = { readonly errors: number; readonly warnings: number };
type Node = { readonly path: string; readonly label: string; readonly file: CodeFile | null; readonly children: Map<string, Node> };

const first = ['role.yml', 'init.lua'];

export function treeOf(files: readonly CodeFile[], { closed, counts }: { closed: ReadonlySet<string>; counts: ReadonlyMap<string, Counts> }): TreeRow[] {
  const root: Node = { path: 'roles', label: '', file: null, children: new Map() };
  for (const file of files) {
    let at = root;
    const parts = file.name.split('/').slice(1);
    parts.forEach((label, index) => {
      const path = `${at.path}/${label}`;
      // A slash keeps a folder apart from a file of the same name, which sections allow.
      const leaf = index === parts.length - 1;
      const key = leaf ? label : `${label}/`;
      const next = at.children.get(key) ?? { path, label, file: leaf ? file : null, children: new Map<string, Node>() };
      at.children.set(key, next);
      at = next;
    });
  }
  const rows: TreeRow[] = [];
  const add = (parent: Node, level: number) => {
    const children = [...parent.children.values()].toSorted(inOrder);
    children.forEach((node, index) => {
      const isFile = node.file !== null;
      const all = leavesOf(node);
      const sum = (pick: (one: Counts) => number) => all.reduce((total, { name }) => total + (counts.has(name) ? pick(counts.get(name)!) : 0), 0);
      const open = isFile ? null : !closed.has(node.path);
      rows.push({
        path: node.path, kind: isFile ? 'file' : level === 1 ? 'role' : 'folder', label: node.label, level, open,
        mark: isFile ? node.file!.mark : all.some(({ mark }) => mark !== null) ? 'changed' : null,
        errors: sum(({ errors }) => errors), warnings: sum(({ warnings }) => warnings),
        parent: level === 1 ? null : parent.path, position: index + 1, siblings: children.length,
      });
      if (open) add(node, level + 1);
    });
  };
  add(root, 1);
  return rows;
}

const leavesOf = (node: Node): CodeFile[] => (node.file !== null ? [node.file] : [...node.children.values()].flatMap(leavesOf));

/** The definition and the module of a role, then folders, then the other files. */
function inOrder(a: Node, b: Node): number {
  return rank(a) - rank(b) || (a.label < b.label ? -1 : 1);
}
const rank = ({ label, file }: Node) => (file === null ? first.length : first.includes(label) ? first.indexOf(label) : first.length + 1);

/** With many roles all but one are closed to begin with: their files are more than anybody reads. */
export function closedAtFirst(files: readonly CodeFile[], chosen: string | null): ReadonlySet<string> {
  const roles = [...new Set(files.map(({ name }) => name.split('/').slice(0, 2).join('/')))];
  return new Set(roles.length > openRolesMax ? roles.filter((role) => !chosen?.startsWith(`${role}/`)) : []);
}
const openRolesMax = 8;

/** The same with everything open that a file is in; the very same where it is already. */
export function revealing(closed: ReadonlySet<string>, file: string | null): ReadonlySet<string> {
  const above = [...closed].filter((path) => file?.startsWith(`${path}/`));
  return above.length === 0 ? closed : new Set([...closed].filter((path) => !above.includes(path)));
}

export type TreeMove = { readonly focus: string } | { readonly toggle: string } | null;

/** Where a key leads in the tree, as in any: null where nowhere. */
export function moveIn(rows: readonly TreeRow[], at: string | null, key: string): TreeMove {
  const index = Math.max(0, rows.findIndex(({ path }) => path === at));
  const row = rows[index];
  if (!row) return null;
  const to = (next: TreeRow | undefined): TreeMove => (next ? { focus: next.path } : null);
  switch (key) {
    case 'ArrowDown':
      return to(rows[index + 1]);
    case 'ArrowUp':
      return to(rows[index - 1]);
    case 'Home':
      return to(rows[0]);
    case 'End':
      return to(rows.at(-1));
    case 'ArrowRight':
      return row.open === null ? null : row.open ? to(rows[index + 1]) : { toggle: row.path };
    case 'ArrowLeft':
      return row.open === true ? { toggle: row.path } : row.parent === null ? null : { focus: row.parent };
    default:
      return null;
  }
}
