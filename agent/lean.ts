import { setFlagsFromString } from 'node:v8';

/**
 * V8 lets a heap grow by 16 MB and more before it looks what of it is garbage: right for a server, and for an agent, which
 * holds 14 MB, as much again for nothing. By this flag it looks after 4 MB, which for an idle agent is once in some minutes.
 */
setFlagsFromString('--optimize-for-size');
