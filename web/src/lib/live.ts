/**
 * One WebSocket to the live gateway that keeps itself alive: says hello with what is already known, comes back
 * after a loss with growing pauses, and stays quiet about it. It carries frames and knows nothing of their meaning.
 */

export type LiveStatus =
  /** Nobody wants it open. */
  | 'closed'
  /** Opening, or waiting to open again. */
  | 'connecting'
  | 'ready'
  /** The server ended the session; it will not be tried again. */
  | 'signed-out';

export interface Frame {
  op: string;
}

export interface LiveOptions {
  url: string;
  /** Threads and the newest number known of each, asked anew for every hello. */
  resume: () => Record<string, number>;
  onFrame: (frame: Frame) => void;
  /** After each `ready`; `again` when there was one before. */
  onReady: (again: boolean) => void;
  onSignedOut: () => void;
  makeSocket?: (url: string) => WebSocket;
  random?: () => number;
}

const pingEveryMs = 30_000;
const pongWithinMs = 10_000;
const pongWithinOfflineMs = 2_000;
const readyWithinMs = 10_000;
/** The server's bound of a frame is 32 KB; what is left out of `resume` is caught up by the list of threads. */
const resumedThreadsMax = 800;

/** Full jitter up to a doubling ceiling, so that a server that comes back is not stormed by everybody at once. */
export const pauseBeforeTry = (failures: number, random: () => number) =>
  Math.round(200 + random() * Math.min(30_000, 500 * 2 ** Math.min(failures, 6)));

export class LiveConnection {
  #options: LiveOptions;
  #socket: WebSocket | null = null;
  #status: LiveStatus = 'closed';
  #listeners = new Set<() => void>();
  #failures = 0;
  #wasReady = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  readonly status = () => this.#status;

  open(): void {
    if (this.#status !== 'closed') return;
    addEventListener('online', this.#tryNow);
    addEventListener('offline', this.#doubt);
    document.addEventListener('visibilitychange', this.#tryNowIfVisible);
    this.#connect();
  }

  close(): void {
    removeEventListener('online', this.#tryNow);
    removeEventListener('offline', this.#doubt);
    document.removeEventListener('visibilitychange', this.#tryNowIfVisible);
    clearTimeout(this.#retry);
    this.#drop(1000);
    this.#wasReady = false;
    this.#failures = 0;
    this.#become('closed');
  }

  /** False when it could not be handed over; news of this kind is then told another way or not at all. */
  send(frame: Frame): boolean {
    if (this.#status !== 'ready' || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #tryNow = () => {
    if (this.#status !== 'connecting' || this.#socket) return;
    clearTimeout(this.#retry);
    this.#connect();
  };

  /** The system says there is no network: a socket would notice only after a while. */
  #doubt = () => this.#askPong(pongWithinOfflineMs);

  #tryNowIfVisible = () => {
    if (document.visibilityState !== 'visible') return;
    // A phone that slept may hold a dead socket that looks open: ask it.
    if (this.#status === 'ready') this.#askPong();
    else this.#tryNow();
  };

  #connect(): void {
    this.#become('connecting');
    const make = this.#options.makeSocket ?? ((url: string) => new WebSocket(url));
    const socket = make(this.#options.url);
    this.#socket = socket;
    this.#deadline = setTimeout(() => this.#lost(socket), readyWithinMs);
    socket.onopen = () => {
      const newest = Object.entries(this.#options.resume()).slice(0, resumedThreadsMax);
      socket.send(JSON.stringify({ op: 'hello', resume: Object.fromEntries(newest) }));
    };
    socket.onmessage = (message: MessageEvent<unknown>) => {
      if (socket === this.#socket) this.#receive(message.data);
    };
    socket.onclose = (event) => this.#lost(socket, event.code);
  }

  #receive(data: unknown): void {
    const frame = parseFrame(data);
    if (!frame) return;
    if (frame.op === 'ready') {
      clearTimeout(this.#deadline);
      const again = this.#wasReady;
      this.#wasReady = true;
      this.#failures = 0;
      this.#ping = setInterval(() => this.#askPong(), pingEveryMs);
      this.#become('ready');
      this.#options.onReady(again);
    } else if (frame.op === 'pong') {
      clearTimeout(this.#deadline);
    } else {
      this.#options.onFrame(frame);
    }
  }

  #askPong(withinMs = pongWithinMs): void {
    const socket = this.#socket;
    if (!socket || !this.send({ op: 'ping' })) return;
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#lost(socket), withinMs);
  }

  #lost(socket: WebSocket, code = 0): void {
    if (socket !== this.#socket) return;
    this.#drop();
    if (code === 4001) {
      this.#become('signed-out');
      this.#options.onSignedOut();
      return;
    }
    this.#become('connecting');
    const pause = pauseBeforeTry(this.#failures++, this.#options.random ?? Math.random);
    this.#retry = setTimeout(() => this.#connect(), pause);
  }

  #drop(code?: number): void {
    const socket = this.#socket;
    this.#socket = null;
    clearInterval(this.#ping);
    clearTimeout(this.#deadline);
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close(code);
  }

  #become(status: LiveStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    for (const listener of this.#listeners) listener();
  }
}

function parseFrame(data: unknown): Frame | null {
  if (typeof data !== 'string') return null;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === 'object' && frame !== null && typeof (frame as Frame).op === 'string'
      ? (frame as Frame)
      : null;
  } catch {
    return null;
  }
}
