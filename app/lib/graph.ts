import type { Health, InstanceView, ReplicationLinkView } from '~/contract/shapes/view.ts';
import { lagText } from './format.ts';
import type { Group } from './groups.ts';
import { upstreamHealth } from './replication.ts';
import { isLag } from './summary.ts';

/**
 * Where everything stands in the graph. Places come from who belongs where and from nothing else: health, lag and
 * leadership change how a node looks, never where it is, so a live update moves nothing.
 */
export type Point = { readonly x: number; readonly y: number };
export type Box = Point & { readonly width: number; readonly height: number };

export type GraphNode = { readonly id: string; readonly box: Box; readonly instance: InstanceView };
export type GraphGroup = { readonly id: string; readonly box: Box; readonly group: Group };
/** Both directions between two instances; drawn as one line. */
export type GraphEdge = {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly from: Point;
  readonly to: Point;
  readonly health: Health;
  /** Null where all is well and quick: a healthy graph is quiet. */
  readonly label: string | null;
  /** In words, for the title. */
  readonly sentence: string;
  /** Whether the target follows the source, and the source the target. */
  readonly forward: boolean;
  readonly backward: boolean;
};
export type Graph = { readonly groups: readonly GraphGroup[]; readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[]; readonly size: Size };

export const sizes = { node: { width: 178, height: 58 }, gap: { x: 108, y: 56 }, pad: 22, head: 34, between: 30 } as const;
/** More than these around a ring would hide the lines behind the nodes. */
const ringMax = 6;
/** Width by height of what it is drawn on: a screen is wider than it is high, a phone is not. */
export const aspects = { screen: 1.7, phone: 0.8 } as const;

export function graphOf(groups: readonly Group[], links: readonly ReplicationLinkView[], aspect: number = aspects.screen): Graph {
  const drawn = groups.filter(({ instances }) => instances.length > 0);
  const inner = drawn.map((group) => placesOf(group, aspect));
  const boxes = packed(inner.map(({ width, height }) => ({ width: width + 2 * sizes.pad, height: height + sizes.pad + sizes.head + sizes.pad / 2 })), aspect);
  const nodes: GraphNode[] = [];
  for (const [at, group] of drawn.entries()) {
    const { x, y } = boxes[at]!;
    for (const [index, instance] of inGraphOrder(group).entries()) {
      const place = inner[at]!.places[index]!;
      nodes.push({ id: `${group.key}/${instance.uuid}`, instance, box: { x: x + sizes.pad + place.x, y: y + sizes.head + sizes.pad / 2 + place.y, ...sizes.node } });
    }
  }
  return {
    groups: drawn.map((group, at) => ({ id: group.key, box: boxes[at]!, group })),
    nodes,
    edges: edgesOf(nodes, links),
    size: extent(boxes),
  };
}

/** In the order of priority, then by uuid: never by what changes by itself. */
const inGraphOrder = ({ instances }: Group): InstanceView[] => instances.toSorted((a, b) => (a.replicaset?.alias ?? '').localeCompare(b.replicaset?.alias ?? '', 'en', { numeric: true }) || (a.priority ?? 0) - (b.priority ?? 0) || a.uuid.localeCompare(b.uuid));

type Inner = { readonly width: number; readonly height: number; readonly places: readonly Point[] };

/** Members of a replicaset stand around a ring, where a line between any two crosses no third; others in rows. */
function placesOf({ kind, instances: { length: count } }: Group, aspect: number): Inner {
  if (kind === 'replicaset' && count >= 3 && count <= ringMax) return ring(count);
  return rows(count, kind === 'replicaset' ? Math.min(count, count <= 2 ? 2 : 4) : Math.max(1, Math.round(Math.sqrt(count * aspect * (sizes.node.height / sizes.node.width)))));
}

function rows(count: number, columns: number): Inner {
  const stepX = sizes.node.width + sizes.gap.x;
  const stepY = sizes.node.height + sizes.gap.y / 2;
  const places = Array.from({ length: count }, (_, index) => ({ x: (index % columns) * stepX, y: Math.floor(index / columns) * stepY }));
  return { width: Math.min(count, columns) * stepX - sizes.gap.x, height: Math.ceil(count / columns) * stepY - sizes.gap.y / 2, places };
}

/** The first on top. */
function ring(count: number): Inner {
  const radius = { x: (sizes.node.width + sizes.gap.x) / 2 / Math.sin(Math.PI / count), y: (sizes.node.height + sizes.gap.y) * (count === 3 ? 0.7 : count === 4 ? 0.9 : 1.15) };
  const raw = Array.from({ length: count }, (_, index) => {
    const angle = -Math.PI / 2 + (2 * Math.PI * index) / count;
    return { x: Math.round(Math.cos(angle) * radius.x * 0.95), y: Math.round(Math.sin(angle) * radius.y) };
  });
  const left = Math.min(...raw.map(({ x }) => x));
  const top = Math.min(...raw.map(({ y }) => y));
  const places = raw.map(({ x, y }) => ({ x: x - left, y: y - top }));
  return { width: Math.max(...places.map(({ x }) => x)) + sizes.node.width, height: Math.max(...places.map(({ y }) => y)) + sizes.node.height, places };
}

type Size = { readonly width: number; readonly height: number };

/** Shelves from the top left in the order given, of the width that makes the whole most like a screen. */
function packed(boxes: readonly Size[], aspect: number): Box[] {
  const area = boxes.reduce((sum, { width, height }) => sum + (width + sizes.between) * (height + sizes.between), 0);
  const widest = Math.max(0, ...boxes.map(({ width }) => width));
  const tries = [1, 1.15, 1.3, 1.6, 2, 2.6].map((share) => shelved(boxes, Math.max(widest, Math.sqrt(area * aspect) * share)));
  const unlike = (placed: readonly Box[]) => Math.abs(Math.log(extent(placed).width / extent(placed).height / aspect));
  return tries.reduce((best, one) => (unlike(one) < unlike(best) ? one : best));
}

function shelved(boxes: readonly Size[], widthMax: number): Box[] {
  let [x, y, shelf] = [0, 0, 0];
  return boxes.map(({ width, height }) => {
    if (x > 0 && x + width > widthMax) [x, y, shelf] = [0, y + shelf + sizes.between, 0];
    const box = { x, y, width, height };
    [x, shelf] = [x + width + sizes.between, Math.max(shelf, height)];
    return box;
  });
}

const extent = (boxes: readonly Box[]): Size => ({ width: Math.max(0, ...boxes.map(({ x, width }) => x + width)), height: Math.max(0, ...boxes.map(({ y, height }) => y + height)) });

const badness: readonly Health[] = ['ok', 'unknown', 'warning', 'critical'];
/** Lag worth a word on the line. */
const lagShownSeconds = 1;

function edgesOf(nodes: readonly GraphNode[], links: readonly ReplicationLinkView[]): GraphEdge[] {
  const places = new Map<string, GraphNode[]>();
  for (const node of nodes) places.set(node.instance.uuid, [...(places.get(node.instance.uuid) ?? []), node]);
  const byPair = new Map<string, ReplicationLinkView[]>();
  for (const link of links) {
    const pair = [link.from, link.to].toSorted().join(' ');
    byPair.set(pair, [...(byPair.get(pair) ?? []), link]);
  }
  return [...byPair.values()].flatMap((pair) => {
    const { from, to } = pair[0]!;
    // By role an instance stands in several groups: a line joins those in the same one, by zone it goes across.
    return (places.get(from) ?? []).flatMap((source) => {
      const targets = places.get(to) ?? [];
      const target = targets.find(({ id }) => groupOf(id) === groupOf(source.id)) ?? (targets.length === 1 && (places.get(from) ?? []).length === 1 ? targets[0] : undefined);
      return target === undefined ? [] : [edgeOf(source, target, pair)];
    });
  });
}

const groupOf = (id: string) => id.slice(0, id.lastIndexOf('/'));

function edgeOf(source: GraphNode, target: GraphNode, pair: readonly ReplicationLinkView[]): GraphEdge {
  const judged = pair.map((link) => ({ link, health: link.state === 'missing' ? ('critical' as const) : (upstreamHealth[link.state] ?? 'unknown') })).toSorted((a, b) => badness.indexOf(b.health) - badness.indexOf(a.health));
  const worst = judged[0]!;
  const lag = Math.max(0, ...pair.map(({ lagSeconds }) => (isLag(lagSeconds) ? lagSeconds : 0)));
  const bad = worst.health === 'critical' || worst.health === 'warning';
  const follows = (follower: GraphNode) => pair.some(({ to, state }) => to === follower.instance.uuid && upstreamHealth[state] === 'ok');
  const [from, to] = [borderTowards(source.box, target.box), borderTowards(target.box, source.box)];
  return {
    id: `${source.id}~${target.id}`, source: source.id, target: target.id, from, to,
    health: worst.health === 'ok' && lag >= lagShownSeconds ? 'warning' : worst.health,
    label: bad ? worst.link.state : lag >= lagShownSeconds ? lagText(lag) : null,
    sentence: pair.map(({ fromName, toName, state, lagSeconds, message }) => `${toName} from ${fromName}: ${state}${isLag(lagSeconds) ? `, ${lagText(lagSeconds)} behind` : ''}${message === null ? '' : ` (${message})`}`).join('\n'),
    forward: follows(target), backward: follows(source),
  };
}

const middleOf = ({ x, y, width, height }: Box): Point => ({ x: x + width / 2, y: y + height / 2 });

/** Where the line from the middle of this box to that of the other leaves it. */
function borderTowards(box: Box, other: Box): Point {
  const [here, there] = [middleOf(box), middleOf(other)];
  const [dx, dy] = [there.x - here.x, there.y - here.y];
  if (dx === 0 && dy === 0) return here;
  const share = Math.min(dx === 0 ? Infinity : box.width / 2 / Math.abs(dx), dy === 0 ? Infinity : box.height / 2 / Math.abs(dy));
  return { x: here.x + dx * share, y: here.y + dy * share };
}

/** The next node by an arrow key: the nearest one whose middle lies that way. */
export function nodeTowards(nodes: readonly GraphNode[], id: string, key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'): GraphNode | null {
  const here = nodes.find((node) => node.id === id);
  if (!here) return nodes[0] ?? null;
  const from = middleOf(here.box);
  const ranked = nodes.flatMap((node) => {
    const { x, y } = middleOf(node.box);
    const [dx, dy] = [x - from.x, y - from.y];
    const [along, across] = key === 'ArrowLeft' ? [-dx, dy] : key === 'ArrowRight' ? [dx, dy] : key === 'ArrowUp' ? [-dy, dx] : [dy, dx];
    return along > 1 ? [{ node, cost: along + 2 * Math.abs(across) }] : [];
  });
  return ranked.toSorted((a, b) => a.cost - b.cost)[0]?.node ?? null;
}
