import { type RefObject, useEffect, useRef, useState } from 'react';

/** What a page on the pay origin says to the page that frames it (docs/protocol/http.md). */
export type FrameMessage =
  | { type: 'stoa.card.ready' }
  | { type: 'stoa.card.height'; height: number }
  | { type: 'stoa.card.valid'; valid: boolean }
  | { type: 'stoa.card.token'; token: string; brand: string; last4: string }
  | { type: 'stoa.card.error'; code: string }
  | { type: 'stoa.challenge.done' };

/**
 * Reads a message from a frame. Null unless it comes from that very window and exactly that origin: any other page
 * may post to us, also one that another frame of ours has been led to.
 */
export function readFrameMessage(
  message: Pick<MessageEvent<unknown>, 'origin' | 'source' | 'data'>,
  from: { origin: string; window: unknown },
): FrameMessage | null {
  if (message.origin !== from.origin || !from.window || message.source !== from.window) return null;
  const data = message.data as Record<string, unknown> | null;
  if (typeof data !== 'object' || data === null) return null;
  switch (data.type) {
    case 'stoa.card.ready':
    case 'stoa.challenge.done':
      return { type: data.type };
    case 'stoa.card.height':
      return typeof data.height === 'number' && data.height > 0
        ? { type: data.type, height: data.height }
        : null;
    case 'stoa.card.valid':
      return typeof data.valid === 'boolean' ? { type: data.type, valid: data.valid } : null;
    case 'stoa.card.token':
      return typeof data.token === 'string' && data.token !== ''
        ? {
            type: data.type,
            token: data.token,
            brand: String(data.brand ?? ''),
            last4: String(data.last4 ?? ''),
          }
        : null;
    case 'stoa.card.error':
      return { type: data.type, code: String(data.code ?? '') };
    default:
      return null;
  }
}

/** Listens to one frame for as long as it stands. */
export function useFrameMessages(
  frame: RefObject<HTMLIFrameElement | null>,
  origin: string,
  onMessage: (message: FrameMessage) => void,
): void {
  const handle = useRef(onMessage);
  useEffect(() => {
    handle.current = onMessage;
  });
  useEffect(() => {
    const listen = (event: MessageEvent<unknown>) => {
      const message = readFrameMessage(event, { origin, window: frame.current?.contentWindow });
      if (message) handle.current(message);
    };
    addEventListener('message', listen);
    return () => removeEventListener('message', listen);
  }, [frame, origin]);
}

/** Height as the framed page tells it, within bounds that keep the sheet usable whatever it says. */
export function useFrameHeight(initial: number): [number, (height: number) => void] {
  const [height, setHeight] = useState(initial);
  return [height, (told) => setHeight(Math.min(Math.max(Math.ceil(told), 80), 640))];
}
