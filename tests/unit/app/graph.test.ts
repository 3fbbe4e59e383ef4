import { describe, expect, it } from 'vitest';
import { aspects, graphOf, nodeTowards, sizes, type Box, type Graph } from '~/app/lib/graph.ts';
import { groupsOf, type Grouping } from '~/app/lib/groups.ts';
import type { ClusterOverview, ReplicationLinkView } from '~/contract/shapes/view.ts';
import { linksOf } from '~/core/view/links.ts';
import { appointed, detailOf, healthy, huge, overviewOf, troubled } from '../../support/fixtures.ts';

const now = 1_700_000_000_000;
const linksIn = (overview: ClusterOverview) => linksOf(overview, (uuid) => detailOf(overview.instances.find((one) => one.uuid === uuid)!, overview, now).status);
type Span = { readonly width: number; readonly height: number };
const spanOf = (overview: ClusterOverview, aspect: number) => graphOf(groupsOf(overview, { by: 'replicaset', sort: 'name' }), [], aspect).size;
const draw = (overview: ClusterOverview, by: Grouping = 'replicaset') => graphOf(groupsOf(overview, { by, sort: 'name' }), linksIn(overview));
const setOf = (count: number) => overviewOf([{ alias: 's', roles: ['storage'], members: Array.from({ length: count }, (_, index) => ({ alias: `i${index}` })) }], { now });
const apart = (a: Box, b: Box) => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
const inside = (inner: Box, outer: Box) => inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;

function overlaps({ nodes, groups }: Graph): string[] {
  const boxes = groups.map(({ id, box }) => ({ id, box }));
  const pairs = (all: readonly { id: string; box: Box }[]) => all.flatMap((a, index) => all.slice(index + 1).flatMap((b) => (apart(a.box, b.box) ? [] : [`${a.id} on ${b.id}`])));
  return [...pairs(nodes), ...pairs(boxes)];
}

describe('places', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 12, 31])('of a replicaset of %i lie apart, inside their box', (count) => {
    const graph = draw(setOf(count));
    expect(graph.nodes).toHaveLength(count);
    expect(overlaps(graph)).toEqual([]);
    expect(graph.nodes.every(({ box }) => inside(box, graph.groups[0]!.box))).toBe(true);
  });

  it.each(['replicaset', 'zone', 'role'] as const)('of 500 by %s lie apart, on a plane about as wide as a screen', (by) => {
    const graph = draw(huge(now), by);
    expect(overlaps(graph)).toEqual([]);
    expect(graph.size.width / graph.size.height).toBeGreaterThan(0.9);
    expect(graph.size.width / graph.size.height).toBeLessThan(4);
  });

  it('do not change with what happens', () => {
    const places = ({ nodes, groups }: Graph) => [...nodes, ...groups].map(({ id, box }) => [id, box]);
    const worse = (overview: ClusterOverview): ClusterOverview => ({ ...overview, instances: overview.instances.map((one, index) => ({ ...one, health: index % 2 ? 'critical' : 'warning', leadership: 'none', lagSeconds: index, state: 'crashed' })), replicasets: overview.replicasets.map((one) => ({ ...one, health: 'critical' as const, masters: [] })) });
    for (const by of ['replicaset', 'zone', 'role'] as const) expect(places(draw(worse(healthy(now)), by))).toEqual(places(draw(healthy(now), by)));
    const { instances, ...rest } = healthy(now);
    expect(places(draw({ ...rest, instances: instances.toReversed() }))).toEqual(places(draw(healthy(now))));
  });

  it('are above each other where the screen is high', () => {
    const [screen, phone] = [aspects.screen, aspects.phone].map((aspect) => spanOf(huge(now), aspect)) as [Span, Span];
    expect(screen.width / screen.height).toBeGreaterThan(1);
    expect(phone.width / phone.height).toBeLessThan(screen.width / screen.height);
  });

  it('are none for an empty cluster', () => expect(draw(overviewOf([], { now }))).toMatchObject({ nodes: [], edges: [], size: { width: 0, height: 0 } }));
});

describe('lines', () => {
  it('join all members of a replicaset, each pair once, and nobody else', () => {
    const graph = draw(setOf(4));
    expect(graph.edges).toHaveLength(6);
    expect(draw(healthy(now)).edges.map(({ source, target }) => [source, target].map((id) => graphName(draw(healthy(now)), id)).toSorted())).toEqual([['s1-1', 's1-2'], ['s2-1', 's2-2']]);
  });

  it('are quiet where all is well, and end at the borders', () => {
    const [edge] = draw(setOf(2)).edges;
    expect(edge).toMatchObject({ health: 'ok', label: null, forward: true, backward: true });
    expect(Math.abs(edge!.to.x - edge!.from.x)).toBe(sizes.gap.x);
  });

  it.each(['replicaset', 'zone', 'role'] as const)('cross no node that they do not join, in a ring, by %s', (by) => {
    if (by !== 'replicaset') return expect(draw(healthy(now), by).edges.length).toBe(2);
    for (const count of [3, 4, 5, 6]) {
      const { nodes, edges } = draw(setOf(count));
      for (const edge of edges) {
        for (const { id, box } of nodes.filter((node) => node.id !== edge.source && node.id !== edge.target)) {
          const hits = Array.from({ length: 99 }, (_, step) => ({ x: edge.from.x + ((edge.to.x - edge.from.x) * (step + 1)) / 100, y: edge.from.y + ((edge.to.y - edge.from.y) * (step + 1)) / 100 })).filter(({ x, y }) => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height);
          expect(hits, `${edge.id} over ${id}, of ${count}`).toEqual([]);
        }
      }
    }
  });

  const link = (given: Partial<ReplicationLinkView>): ReplicationLinkView => {
    const [a, b] = setOf(2).instances;
    return { replicaset: 's', from: a!.uuid, fromName: 'i0', to: b!.uuid, toName: 'i1', state: 'follow', lagSeconds: 0.001, message: null, ...given };
  };
  const back = (given: Partial<ReplicationLinkView> = {}) => link({ from: link({}).to, fromName: 'i1', to: link({}).from, toName: 'i0', ...given });
  const edgeOf = (links: ReplicationLinkView[]) => graphOf(groupsOf(setOf(2), { by: 'replicaset', sort: 'name' }), links).edges[0]!;

  it('say what is broken, and which way', () => {
    expect(edgeOf([link({ state: 'stopped', lagSeconds: null, message: 'duplicate key' }), back()])).toMatchObject({ health: 'critical', label: 'stopped', forward: false, backward: true });
    expect(edgeOf([link({}), back({ state: 'missing', lagSeconds: null })])).toMatchObject({ health: 'critical', label: 'missing', forward: true, backward: false });
    expect(edgeOf([link({ state: 'stopped', message: 'duplicate key' }), back()]).sentence).toContain('duplicate key');
  });

  it('say how far behind, from 1 s on, and never a hundred years', () => {
    expect(edgeOf([link({ lagSeconds: 4 }), back()])).toMatchObject({ health: 'warning', label: '4 s' });
    expect(edgeOf([link({ lagSeconds: 3.2e9 }), back()])).toMatchObject({ health: 'ok', label: null });
  });

  it('are not known while the one that pulls is not heard', () => expect(edgeOf([link({ state: 'unknown', lagSeconds: null }), back()])).toMatchObject({ health: 'unknown', forward: false }));
});

const graphName = ({ nodes }: Graph, id: string) => nodes.find((node) => node.id === id)!.instance.alias;

describe('the arrow keys', () => {
  it('lead to the neighbour that lies that way, and to nobody beyond the edge', () => {
    const { nodes } = draw(healthy(now));
    const at = (alias: string) => nodes.find(({ instance }) => instance.alias === alias)!.id;
    expect(nodeTowards(nodes, at('s1-1'), 'ArrowRight')?.instance.alias).toBe('s1-2');
    expect(nodeTowards(nodes, at('s1-2'), 'ArrowLeft')?.instance.alias).toBe('s1-1');
    const first = nodes.toSorted((a, b) => a.box.x - b.box.x)[0]!;
    expect(nodeTowards(nodes, first.id, 'ArrowLeft')).toBeNull();
  });
});

describe('links', () => {
  it('are a full mesh by the word of the one that pulls', () => {
    const links = linksIn(healthy(now)).map(({ fromName, toName, state }) => `${toName} from ${fromName}: ${state}`);
    expect(links.toSorted()).toEqual(['s1-1 from s1-2: follow', 's1-2 from s1-1: follow', 's2-1 from s2-2: follow', 's2-2 from s2-1: follow']);
  });

  it('go out from the master alone where it is appointed, and are drawn so', () => {
    const overview = appointed(now);
    expect(linksIn(overview).map(({ fromName, toName }) => `${toName} from ${fromName}`)).toEqual(['s1-1 from s1-2', 's1-3 from s1-2']);
    const { edges, nodes } = draw(overview);
    const nameOf = (id: string) => nodes.find((node) => node.id === id)!.instance.alias;
    expect(edges.map(({ source, target, forward, backward, health }) => [nameOf(source), nameOf(target), forward, backward, health])).toEqual([['s1-2', 's1-1', true, false, 'ok'], ['s1-2', 's1-3', true, false, 'ok']]);
  });

  it('leave out the disabled, and what has no data', () => {
    const overview = overviewOf([{ alias: 's', roles: ['storage'], members: [{ alias: 'a' }, { alias: 'b', disabled: true }] }, { alias: 'r', roles: ['router'], members: [{ alias: 'r1' }, { alias: 'r2' }] }], { now });
    expect(linksIn(overview)).toEqual([]);
  });

  it('say nothing of an instance that is not believed now', () => {
    const overview = troubled(now);
    const silent = overview.instances.find(({ alias }) => alias === 's2-2')!;
    const lost = { ...overview, instances: overview.instances.map((one) => (one.uuid === silent.uuid ? { ...one, readOnly: null } : one)) };
    expect(linksIn(lost).find(({ to }) => to === silent.uuid)!.state).toBe('unknown');
    expect(linksOf(overview, () => null).every(({ state }) => state === 'unknown')).toBe(true);
  });
});
