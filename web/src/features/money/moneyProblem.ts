import type { TFunction } from 'i18next';
import { isProblem } from '../../api/problem.ts';

/** What went wrong and what helps. In each of these cases nothing has moved, but for a silence, which is said to be one. */
export function moneyProblem(error: unknown, t: TFunction<'money'>): string {
  if (!isProblem(error)) return t('problem.other');
  if (error.status === 0 || error.status >= 500) return t('problem.silence');
  switch (error.code) {
    case 'insufficient_funds':
      return t('problem.funds');
    case 'amount_out_of_range':
      return t('problem.range');
    case 'receiver_renamed':
    case 'receiver_differs':
    case 'first_payment_unconfirmed':
      return t('problem.receiver');
    case 'request_not_open':
    case 'amount_differs':
    case 'money_not_found':
      return t('problem.notOpen');
    case 'claimed_already':
      return t('claim.taken');
    case 'gift_over':
      return t('problem.giftOver');
    case 'money_frozen':
      return t('problem.frozen');
    case 'day_limit':
      return t('problem.day');
    case 'pin_wrong':
    case 'pin_required':
    case 'pin_not_set':
      return t('problem.pin');
    case 'pin_locked':
      return t('problem.pinLocked');
    case 'pin_too_easy':
      return t('problem.pinEasy');
    case 'password_wrong':
      return t('problem.password');
    case 'not_cancellable':
      return t('problem.gone');
    case 'reminded_enough':
      return t('problem.reminded');
    case 'thread_not_found':
    case 'request_not_accepted':
      return t('problem.thread');
    case 'card_number_refused':
      return t('problem.card');
    case 'too_many_requests_for_money':
      return t('problem.tooMany');
    default:
      return t('problem.other');
  }
}
