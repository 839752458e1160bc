import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ClientId, EventId, Instant, MediaId, MemberId, ThreadId } from '../../api/ids.ts';
import type { Event, Thread } from '../../api/types.ts';
import { MessageCard } from '../../features/bots/MessageCard.tsx';
import { PersistentMenu } from '../../features/bots/PersistentMenu.tsx';
import { QuickReplies } from '../../features/bots/QuickReplies.tsx';
import { WelcomeScreen } from '../../features/bots/WelcomeScreen.tsx';
import { readMarks } from '../../features/threads/model/markup.ts';
import type { Outgoing } from '../../features/threads/model/outgoing.ts';
import { timelineOf } from '../../features/threads/model/timeline.ts';
import { Conversations } from '../../features/threads/sync/Conversations.ts';
import { ConversationsContext } from '../../features/threads/sync/context.ts';
import { MessageGroup } from '../../features/threads/thread/MessageGroup.tsx';
import type { ThreadSlots } from '../../features/threads/thread/slots.ts';

const me = 'me' as MemberId;
const leila = 'leila' as MemberId;
const id = 'gallery' as ThreadId;
const at = (minute: number) => new Date(2026, 5, 12, 21, minute).toISOString() as Instant;
let seq = 0;
const said = (sender: MemberId, minute: number, more: Partial<Event>): Event => ({
  seq: ++seq,
  id: `e${seq}` as EventId,
  kind: 'message',
  sender,
  at: at(minute),
  ...more,
});

const file = {
  id: 'f1' as MediaId,
  type: 'application/pdf',
  name: 'timetable-of-the-ferry.pdf',
  bytes: 240_100,
  thumbnail: false,
};

const events: Event[] = [
  said(leila, 1, { text: 'Did you see the harbour?' }),
  said(leila, 1, { text: 'I kept you a seat.' }),
  said(leila, 2, {
    text: 'Look',
    editedAt: at(3),
    myReaction: '❤️',
    reactions: [
      { emoji: '❤️', count: 2, by: [me, leila] },
      { emoji: '👍', count: 1, by: [leila] },
    ],
  }),
  said(me, 3, { text: 'On my way', replyTo: 2 }),
  said(leila, 9, { unsent: true }),
  said(leila, 9, { hidden: true }),
  said(leila, 9, { expired: true }),
  said(leila, 20, { text: 'The ferry goes at 19:30.', forwarded: { times: 1, from: 'Oliwa & Sól' } }),
  said(
    leila,
    20,
    readMarks(
      '**Bold**, _soft_, ~~struck~~, `code`, ||hidden||\n> quoted\n> twice\nand [a link](https://stoa.test)',
    ),
  ),
  said(leila, 20, readMarks('```ts\nconst seats = 2;\n```')),
  said(me, 30, { text: '🎉🎉' }),
  said(leila, 31, {
    attachments: [
      {
        type: 'voice',
        payload: {
          media: { ...file, type: 'audio/ogg', name: 'voice.ogg', durationMs: 18_400 },
          waveform: Array.from({ length: 60 }, (_, index) =>
            Math.round(16 + 15 * Math.sin(index / 3) * Math.sin(index)),
          ),
        },
      },
      { type: 'file', payload: { media: { ...file, id: 'f2' as MediaId }, caption: 'For Saturday' } },
    ],
  }),
];
const sending = (text: string, state: Outgoing['state']): Outgoing => ({
  clientId: text as ClientId,
  thread: id,
  at: at(40),
  text,
  state,
});
const outgoing = [
  sending('Ten minutes', { name: 'queued', tries: 1 }),
  sending('Which door?', { name: 'failed', code: 'x' }),
];
const thread: Thread = {
  id,
  kind: 'direct',
  title: 'Leila Haddad',
  lastSeq: seq,
  readSeq: seq,
  unread: 0,
  updatedAt: at(40),
  members: [
    { id: me, kind: 'person', name: 'Zofia Nowak', handle: 'zofia', readSeq: 4, deliveredSeq: seq },
    { id: leila, kind: 'person', name: 'Leila Haddad', handle: 'leila', readSeq: 4, deliveredSeq: seq },
  ],
};
const nothing = () => undefined;
const slots: ThreadSlots = {
  Card: MessageCard,
  QuickReplies,
  Menu: PersistentMenu,
  Welcome: WelcomeScreen,
  Money: () => null,
  onPay: nothing,
  onMoney: nothing,
  onPurchase: () => {},
  onOpenPass: nothing,
};

/** Every state of a message; nothing in it can be done. */
export function TalkSamples() {
  const client = useQueryClient();
  const [session] = useState(() => {
    const conversations = new Conversations(me, client, () => false);
    conversations.logs.set(id, { ...conversations.logs.get(id), loaded: true, reachesStart: true, events });
    return { me, conversations };
  });
  const rows = timelineOf({ events, outgoing, me, newAfter: null });
  return (
    <ConversationsContext value={session}>
      <ol>
        {rows.map(
          (row) =>
            row.kind === 'group' && (
              <MessageGroup
                key={row.key}
                group={row}
                thread={thread}
                me={me}
                isNewest={false}
                enabled={false}
                events={events}
                slots={slots}
                onPress={nothing}
                onRetry={nothing}
                onDiscard={nothing}
              />
            ),
        )}
      </ol>
    </ConversationsContext>
  );
}
