import {
  Agent,
  createServer,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorXml } from '../s3/s3-error.ts';
import { nameOperation } from '../s3/server.ts';
import { type Asked, type Dice, type Fault, type Injected, labelOf, openDice, type Rule } from './faults.ts';

/** Where requests go, and what befalls them on the way. */
export interface FaultProxyOptions {
  readonly upstream: string;
  readonly rules: readonly Rule[];
  readonly seed: number;
}

/** A proxy between a publisher and a store, on loopback, that knows HTTP and loses, alters and repeats what it carries. */
export interface FaultProxy {
  readonly endpoint: string;
  /** Every fault so far. */
  readonly injected: readonly Injected[];
  /** How many requests came in. */
  readonly requests: number;
  /** From here on nothing befalls anything. */
  calm(): void;
  /** Resolves when every request that was held back has been delivered. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a proxy on a free port. Host and signature go through untouched. */
export async function startFaultProxy({ upstream, rules, seed }: FaultProxyOptions): Promise<FaultProxy> {
  const dice = openDice(rules, seed);
  const state: State = {
    upstream,
    dice,
    agent: new Agent({ keepAlive: true, maxSockets: 256 }),
    injected: [],
    late: new Set(),
    edge: new Map(),
    isCalm: false,
    requests: 0,
  };
  const server = createServer((request, response) => {
    void carry(request, response, state).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    injected: state.injected,
    get requests() {
      return state.requests;
    },
    calm: () => {
      state.isCalm = true;
    },
    settled: async () => {
      while (state.late.size > 0) await Promise.allSettled(state.late);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      state.agent.destroy();
    },
  };
}

interface State {
  readonly upstream: string;
  readonly dice: Dice;
  readonly agent: Agent;
  readonly injected: Injected[];
  readonly late: Set<Promise<unknown>>;
  /** What each address said last to somebody anonymous. */
  readonly edge: Map<string, Reply>;
  isCalm: boolean;
  requests: number;
}

/** A request whose body is all here. */
interface Letter {
  readonly request: IncomingMessage;
  readonly asked: Asked;
  readonly body: Buffer;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

async function carry(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  state.requests += 1;
  const asked: Asked = nameOperation(request, new URL(request.url ?? '/', 'http://store'), 0);
  const faults = state.isCalm ? [] : state.dice.next(asked);
  for (const fault of faults) {
    state.injected.push({ request: labelOf(asked), fault });
    if (fault.kind === 'latency') await sleep(fault.ms + state.dice.number(asked, 'jitter') * fault.jitterMs);
  }
  const fault = faults.find(({ kind }) => kind !== 'latency');
  if (fault?.kind === 'reset' && fault.at === 'request') {
    request.socket.destroy();
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const letter = { request, asked, body: Buffer.concat(chunks) };
  if (fault === undefined) return answer(response, letter, await deliver(letter, state));
  await befall(fault, letter, { response, state });
}

async function befall(
  fault: Fault,
  letter: Letter,
  { response, state }: { readonly response: ServerResponse; readonly state: State },
): Promise<void> {
  const { request, asked, body } = letter;
  const flip = (bytes: Buffer): Buffer => flipBit(bytes, state.dice.number(asked, 'bit'));
  const xml = (status: number, code: string, headers: Reply['headers'] = {}): Reply => ({
    status,
    headers: { 'content-type': 'application/xml', ...headers },
    body: Buffer.from(errorXml(code)),
  });
  switch (fault.kind) {
    case 'reset':
      if (fault.at === 'body') await deliverHalf(letter, state);
      else {
        const reply = await deliver(letter, state);
        if (fault.at === 'reply') return sendHalf(response, letter, reply);
      }
      request.socket.destroy();
      return;
    case 'latency':
    case 'silence':
      return;
    case 'status':
      return answer(
        response,
        letter,
        xml(
          fault.status,
          fault.code,
          fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter },
        ),
      );
    case 'error-in-200':
      if (fault.applied) await deliver(letter, state);
      return answer(response, letter, xml(200, 'InternalError'));
    case 'truncated': {
      const reply = await deliver(letter, state);
      if (fault.length === 'right') return sendHalf(response, letter, reply);
      return answer(response, letter, { ...reply, body: reply.body.subarray(0, reply.body.length >> 1) });
    }
    case 'flip': {
      if (fault.in === 'request')
        return answer(response, letter, await deliver({ ...letter, body: flip(body) }, state));
      const reply = await deliver(letter, state);
      return answer(response, letter, { ...reply, body: flip(reply.body) });
    }
    case 'twice':
      await deliver(letter, state);
      return answer(response, letter, await deliver(letter, state));
    case 'late': {
      const delivery = sleep(fault.ms).then(() => deliver(letter, state));
      state.late.add(delivery);
      void delivery.catch(() => undefined).finally(() => state.late.delete(delivery));
      request.socket.destroy();
      return;
    }
    case 'stale':
      return answer(response, letter, state.edge.get(addressOf(letter)) ?? (await deliver(letter, state)));
  }
}

/** Sends a request on to the store; resolves to its answer. */
async function deliver(letter: Letter, state: State): Promise<Reply> {
  const reply = await new Promise<Reply>((resolve, reject) => {
    const onward = openOnward(letter, state, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () =>
        resolve({
          status: incoming.statusCode ?? 500,
          headers: incoming.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    onward.once('error', reject);
    onward.end(letter.body);
  });
  if (letter.asked.anonymous) state.edge.set(addressOf(letter), reply);
  return reply;
}

/** Sends the head of a request and half of its body, and breaks off. */
async function deliverHalf(letter: Letter, state: State): Promise<void> {
  const onward = openOnward(letter, state, () => undefined);
  onward.once('error', () => undefined);
  await new Promise<void>((resolve) => {
    onward.write(letter.body.subarray(0, letter.body.length >> 1), () => resolve());
  });
  onward.destroy();
}

function openOnward(
  { request, body }: Letter,
  { upstream, agent }: State,
  onReply: (reply: IncomingMessage) => void,
) {
  const { hostname, port } = new URL(upstream);
  const headers = { ...request.headers };
  delete headers.connection;
  if (body.length > 0) headers['content-length'] = String(body.length);
  return openRequest({ hostname, port, agent, method: request.method, path: request.url, headers }, onReply);
}

function answer(response: ServerResponse, { request }: Letter, { status, headers, body }: Reply): void {
  const isHead = request.method === 'HEAD';
  response.writeHead(
    status,
    isHead ? outward(headers) : { ...outward(headers), 'content-length': body.length },
  );
  response.end(isHead ? undefined : body);
}

/** Half of an answer that says how long the whole is, and a cut. */
function sendHalf(response: ServerResponse, letter: Letter, { status, headers, body }: Reply): void {
  if (letter.request.method === 'HEAD' || body.length === 0) {
    letter.request.socket.destroy();
    return;
  }
  response.writeHead(status, { ...outward(headers), 'content-length': body.length });
  response.write(body.subarray(0, body.length >> 1), () => letter.request.socket.destroy());
}

const outward = ({
  connection: _,
  'transfer-encoding': __,
  ...headers
}: Reply['headers']): Reply['headers'] => headers;

function flipBit(bytes: Buffer, where: number): Buffer {
  const flipped = Buffer.from(bytes);
  const bit = Math.floor(where * bytes.length * 8);
  if (bytes.length > 0) flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

const addressOf = ({ request }: Letter): string => `${request.url} ${request.headers.range ?? ''}`;
