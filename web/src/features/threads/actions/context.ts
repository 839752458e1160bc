import { createContext, useContext } from 'react';
import type { Event, MediaAttachment } from '../../../api/types.ts';
import type { About, Deeds } from './messageActions.ts';

export interface Point {
  x: number;
  y: number;
}

/** What a message in the thread needs to offer its actions and to answer to keys and fingers. */
export interface MessageDesk extends Deeds {
  about: (event: Event) => About;
  openMenu: (event: Event, at: Point, from: HTMLElement) => void;
  openEmoji: (event: Event, at: Point, from: HTMLElement) => void;
  /** Scrolls to a message, fetching it where needed, and lights it once. */
  jump: (seq: number) => void;
  /** Opens a picture or a film over everything. */
  view: (attachment: MediaAttachment) => void;
}

export const DeskContext = createContext<MessageDesk | null>(null);

/** Null where messages are only looked at, as in the gallery. */
export const useDesk = () => useContext(DeskContext);
