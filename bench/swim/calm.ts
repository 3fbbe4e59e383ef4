/** What a group costs when nothing happens: bytes on the wire, processor time, memory. */

import { readFileSync } from 'node:fs';
import { sleep, type Group } from './cluster.ts';
import type { Namespace, Traffic } from './namespace.ts';

export type Calm = {
  /** With IPv4, UDP and TCP headers; undefined where the network is shared. */
  readonly bytesPerNodeSecond: number | undefined;
  readonly packetsPerNodeSecond: number | undefined;
  /** Of one core. */
  readonly cpuPercent: number;
  readonly rssMb: number;
};

const tickMs = 10;

export async function measureCalm(group: Group, namespace: Namespace, seconds: number): Promise<Calm> {
  const before = { traffic: namespace.traffic(), cpuMs: cpuOf(group), at: performance.now() };
  await sleep(seconds * 1_000);
  const nodeSeconds = (group.members.length * (performance.now() - before.at)) / 1_000;
  const sent = difference(before.traffic, namespace.traffic());
  return {
    bytesPerNodeSecond: sent && sent.bytes / nodeSeconds,
    packetsPerNodeSecond: sent && sent.packets / nodeSeconds,
    cpuPercent: (cpuOf(group) - before.cpuMs) / 10 / nodeSeconds,
    rssMb: group.members.reduce((sum, { pid }) => sum + rssOf(pid), 0) / group.members.length / 1e6,
  };
}

function difference(before: Traffic | undefined, after: Traffic | undefined): Traffic | undefined {
  return before && after && { bytes: after.bytes - before.bytes, packets: after.packets - before.packets };
}

function cpuOf({ members }: Group): number {
  return members.reduce((sum, { pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return sum + (Number(fields[11]) + Number(fields[12])) * tickMs;
  }, 0);
}

export function rssOf(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return pages * 4096;
}
