import type { TFunction } from 'i18next';
import type { MemberId } from '../../../api/ids.ts';
import {
  type Attachment,
  type ComplaintNews,
  type Event,
  isMedia,
  type MediaAttachment,
  type MoneyNews,
  type Payment,
  type Thread,
} from '../../../api/types.ts';
import { clockDuration } from '../../../lib/duration.ts';
import { memberName, noticeText } from './notice.ts';

export type PreviewIcon =
  | 'photo'
  | 'video'
  | 'voice'
  | 'plane'
  | 'ticket'
  | 'receipt'
  | 'cards'
  | 'paid'
  | 'file'
  | 'gone'
  | null;

export interface Preview {
  icon: PreviewIcon;
  text: string;
}

type Write = (payment: Payment['amount']) => string;

/** One line about an event, for the inbox and for what is read aloud. `write` gives an amount with its code. */
export function previewOf(
  event: Event,
  thread: Thread,
  me: MemberId,
  t: TFunction<'threads'>,
  write: Write,
): Preview {
  if (event.payment || event.money || event.complaint || event.dispute)
    return { icon: 'paid', text: paymentText(event, thread, me, t, write) };
  if (event.system) return { icon: null, text: noticeText([event], thread, me, t) ?? '' };
  const gone = goneText(event, thread, me, t);
  if (gone !== null) return { icon: 'gone', text: gone };
  const attachment = event.attachments?.[0];
  const own = attachment ? attachmentPreview(attachment, t) : { icon: null, text: '' };
  const text = event.text ? { icon: own.icon, text: event.text.replace(/\s+/g, ' ') } : own;
  if (thread.kind !== 'group' || event.sender === me) return text;
  const author = thread.members.find((member) => member.id === event.sender)?.name;
  return author ? { ...text, text: t('authorSays', { author, text: text.text }) } : text;
}

function attachmentPreview(attachment: Attachment, t: TFunction<'threads'>): Preview {
  if (isMedia(attachment)) return mediaPreview(attachment, t);
  if (attachment.type === 'image') return { icon: 'photo', text: t('photo') };
  if (attachment.type === 'location')
    return { icon: 'file', text: attachment.payload.title ?? t('location') };
  if (attachment.type === 'contact') return { icon: 'file', text: attachment.payload.name };
  if (attachment.type !== 'template') return { icon: 'file', text: t('file') };
  const template = attachment.payload;
  switch (template.template_type) {
    case 'generic':
      return template.elements.some((element) => element.flight_offer)
        ? { icon: 'plane', text: t('flights', { count: template.elements.length }) }
        : { icon: 'cards', text: template.elements[0]?.title ?? '' };
    case 'button':
      return { icon: null, text: template.text };
    case 'receipt':
      return { icon: 'receipt', text: t('receipt') };
    case 'airline_itinerary':
      return { icon: 'ticket', text: t('itinerary') };
    case 'airline_checkin':
      return { icon: 'ticket', text: t('checkinOpen') };
    case 'airline_boardingpass':
      return { icon: 'ticket', text: t('boardingPass') };
    default:
      return { icon: 'cards', text: t('card') };
  }
}

function mediaPreview({ type, payload }: MediaAttachment, t: TFunction<'threads'>): Preview {
  const { media, caption } = payload;
  const withLength = (word: string) =>
    media.durationMs === undefined ? word : `${word}, ${clockDuration(media.durationMs)}`;
  switch (type) {
    case 'image':
      return { icon: 'photo', text: caption ?? t('photo') };
    case 'sticker':
      return { icon: 'photo', text: t('sticker') };
    case 'video':
      return { icon: 'video', text: caption ?? withLength(t('video')) };
    case 'voice':
      return { icon: 'voice', text: withLength(t('voice')) };
    case 'audio':
      return { icon: 'voice', text: media.name || t('audio') };
    default:
      return { icon: 'file', text: media.name || t('file') };
  }
}

/** "You paid Halcyon Air EUR 214.60". */
export function paymentText(
  event: Event,
  thread: Thread,
  me: MemberId,
  t: TFunction<'threads'>,
  write: Write,
): string {
  const { payment, money } = event;
  if (money) return moneyText(event, money, thread, me, t, write);
  const business = thread.page?.name ?? thread.title;
  if (event.complaint) return complaintText(event.complaint, business, t);
  if (event.dispute)
    return t(`dispute.${event.dispute.state}`, { business, amount: write(event.dispute.amount) });
  if (!payment) return '';
  const amount = write(payment.amount);
  if (payment.state === 'refunded') return t('refunded', { business, amount });
  if (payment.refunded)
    return payment.state === 'partly_refunded'
      ? t('partlyRefunded', { business, amount, refunded: write(payment.refunded) })
      : t('refundCameBack', { business });
  if (event.sender === me || thread.kind === 'business') return t('youPaid', { business, amount });
  const author = thread.members.find((member) => member.id === event.sender)?.name ?? thread.title;
  return t('somebodyPaid', { author, business, amount });
}

function complaintText(
  { state, wants, note, answer }: ComplaintNews,
  business: string,
  t: TFunction<'threads'>,
): string {
  switch (state) {
    case 'open':
      return t(wants === 'refund' ? 'complaint.refund' : 'complaint.help', { business, note });
    case 'settled':
      if (!answer) return t('complaint.agreed', { business });
      return t(wants === 'refund' ? 'complaint.agreedSaying' : 'complaint.settled', { business, answer });
    case 'declined':
      return t('complaint.declined', { business, answer });
    case 'withdrawn':
      return t('complaint.withdrawn', { business });
  }
}

/** A card of its own, as against a line about an earlier one. */
export const isMoneyCard = ({ news }: MoneyNews) => news !== 'reminded' && news !== 'declined';

function moneyText(
  event: Event,
  { news, amount, with: other }: MoneyNews,
  thread: Thread,
  me: MemberId,
  t: TFunction<'threads'>,
  write: Write,
): string {
  const words = {
    name: memberName(thread, event.sender) || thread.title,
    to: (other && memberName(thread, other)) || thread.title,
    amount: write(amount),
  };
  const isMine = event.sender === me;
  switch (news) {
    case 'waiting':
      return isMine ? t('money.youSend', words) : t('money.sends', words);
    case 'sent':
      return isMine ? t('money.youSent', words) : t('money.sent', words);
    case 'asked':
      return isMine ? t('money.youAsked', words) : t('money.asked', words);
    case 'given':
      return isMine ? t('money.youGave', words) : t('money.gave', words);
    case 'reminded':
      return isMine ? t('money.youReminded', words) : t('money.reminded', words);
    case 'declined':
      return isMine ? t('money.youDeclined', words) : t('money.declined', words);
    default:
      return words.amount;
  }
}

/** What stands in the place of content that went; null while it is there. */
export function goneText(event: Event, thread: Thread, me: MemberId, t: TFunction<'threads'>): string | null {
  if (event.hidden) return t('gone.hidden');
  if (event.expired) return t('gone.expired');
  if (!event.unsent) return null;
  return event.sender === me
    ? t('gone.youUnsent')
    : t('gone.unsent', { name: memberName(thread, event.sender) || thread.title });
}
