import { createContext, useContext } from 'react';
import type { MemberId } from '../../../api/ids.ts';
import type { Conversations } from './Conversations.ts';

interface Session {
  me: MemberId;
  conversations: Conversations;
}

export const ConversationsContext = createContext<Session | null>(null);

export function useConversations(): Session {
  const session = useContext(ConversationsContext);
  if (!session) throw new Error('useConversations is used outside of a signed-in session');
  return session;
}
