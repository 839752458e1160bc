import { CircleAlert, CloudOff, LockKeyhole, Timer } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PaySheetProps } from '../../api/slots.ts';
import { formatCountdown } from '../../lib/airportTime.ts';
import { cx } from '../../lib/cx.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Button } from '../../ui/Button.tsx';
import { CardLines } from '../../ui/cards/CardLines.tsx';
import { useSeconds } from '../../ui/cards/useNow.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Sheet } from '../../ui/Sheet.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { CardFrame, type CardFrameHandle } from './card/CardFrame.tsx';
import { chosenOption } from './checkout/checkout.ts';
import { Delivery, PriceChanged } from './checkout/Delivery.tsx';
import { DetailsForm } from './checkout/DetailsForm.tsx';
import { DetailsSummary } from './checkout/DetailsSummary.tsx';
import { useCheckout } from './checkout/useCheckout.ts';
import styles from './PaySheet.module.css';
import { mayPay } from './paySheet.ts';
import { type Bought, boughtBy } from './sheet/bought.ts';
import { Challenge } from './sheet/Challenge.tsx';
import { Announcement, Declined } from './sheet/Declined.tsx';
import { HoldAnnouncer } from './sheet/HoldAnnouncer.tsx';
import { Merchant } from './sheet/Merchant.tsx';
import { MethodChoice } from './sheet/MethodChoice.tsx';
import { Paid } from './sheet/Paid.tsx';
import { usePaySheet } from './sheet/usePaySheet.ts';

/** One tap pays: who asks, how much, what for, with what; then what became of it. Mounted while open. */
export default function PaySheet({ event, target, ...rest }: PaySheetProps) {
  const [bought] = useState(() => boughtBy(event, target));
  const { onClose } = rest;
  useEffect(() => {
    if (!bought) onClose();
  }, [bought, onClose]);
  return bought && <OpenPaySheet bought={bought} target={target} {...rest} />;
}

function OpenPaySheet({
  thread,
  target,
  bought,
  onClose,
}: Omit<PaySheetProps, 'event'> & { bought: Bought }) {
  const { t } = useTranslation('payments');
  const { withCode, digits, spoken } = useFormat();
  const before = useCheckout(thread.id, target, bought);
  const { checkout, total } = before;
  const till = usePaySheet(thread.id, target, bought.amount, before.agreed);
  const { sheet, dispatch } = till;
  useEffect(() => {
    if (total) dispatch({ type: 'priced', amount: total });
  }, [total, dispatch]);
  useAfterAttempt(sheet, before);
  const amountLine = useRef<HTMLParagraphElement>(null);
  const cardForm = useRef<CardFrameHandle>(null);
  const [cardValid, setCardValid] = useState(false);

  const now = useSeconds(bought.heldUntil);
  const holdLeft = bought.heldUntil === undefined ? undefined : bought.heldUntil - now;
  useEffect(() => {
    if (holdLeft !== undefined && holdLeft <= 0) dispatch({ type: 'holdEnded' });
  }, [holdLeft, dispatch]);

  const busy = sheet.phase === 'paying' || sheet.savingCard;
  const settling = useFirstSeconds(busy, 3_000);
  const page = thread.page;
  const merchant = sheet.purchase?.merchant.name ?? page?.name ?? bought.merchant ?? thread.title;
  const asksToPay = sheet.phase === 'choosing' || sheet.phase === 'adding' || sheet.phase === 'paying';
  const agreed = checkout.phase === 'ready';
  const lines = [...bought.lines, ...(chosenOption(checkout)?.lines ?? [])];
  const pressPay = () => {
    if (sheet.phase !== 'adding') return till.pay();
    dispatch({ type: 'cardSubmitted' });
    cardForm.current?.submit();
  };

  return (
    <Sheet
      title={t('payTo', { merchant, amount: spoken(sheet.amount) })}
      header={
        <Merchant id={page?.id ?? thread.id} name={merchant} color={page?.color} verified={page?.verified} />
      }
      onClose={onClose}
      dismissable={!(busy && settling)}
      initialFocus={amountLine}
    >
      <div className={styles.sheet}>
        <Announcement sheet={sheet} amount={spoken(sheet.amount)} />
        {sheet.phase === 'paid' || sheet.phase === 'refunded' ? (
          <Paid amount={sheet.amount} refunded={sheet.phase === 'refunded'} onClose={onClose} />
        ) : (
          <div>
            <p ref={amountLine} tabIndex={-1} className={cx(styles.amount, 't-amount')}>
              <bdi dir="ltr">
                <span className={styles.currency}>{sheet.amount.currency}</span> {digits(sheet.amount)}
              </bdi>
            </p>
            {holdLeft !== undefined && holdLeft > 0 && (
              <p className={cx(styles.held, 't-meta quiet')}>
                <Timer size={14} aria-hidden="true" />
                <span>
                  {t('heldFor')}{' '}
                  <bdi role="timer" aria-live="off" dir="ltr" className="n">
                    {formatCountdown(holdLeft)}
                  </bdi>
                </span>
                <HoldAnnouncer left={holdLeft} />
              </p>
            )}
          </div>
        )}

        {asksToPay && (
          <CardLines
            bare
            lines={lines.map(({ label, amountMinor }) => ({
              label: <bdi>{label}</bdi>,
              amount: digits({ amountMinor, currency: sheet.amount.currency }),
            }))}
          />
        )}

        {asksToPay &&
          (checkout.before && !busy ? (
            <PriceChanged before={checkout.before} />
          ) : (
            sheet.failure && <Declined failure={sheet.failure} merchant={merchant} />
          ))}
        {asksToPay && checkout.asks.length > 0 && <BeforePaying {...{ before, merchant }} busy={busy} />}
        {asksToPay && sheet.offline && (
          <p className={cx(styles.notice, styles.warn)}>
            <CloudOff size={20} aria-hidden="true" />
            {busy ? t('offlinePaying') : t('offline')}
          </p>
        )}

        {sheet.phase !== 'adding' &&
          asksToPay &&
          agreed &&
          (sheet.methods ? (
            <MethodChoice
              methods={sheet.methods}
              amount={sheet.amount}
              chosen={sheet.chosen}
              disabled={busy}
              onChoose={(method) => dispatch({ type: 'chosen', method })}
              onAddCard={() => dispatch({ type: 'cardFormOpened' })}
            />
          ) : sheet.methodsFailed ? (
            <ErrorState onRetry={till.retryMethods}>{t('methodsFailed')}</ErrorState>
          ) : (
            <div className={styles.skeleton}>
              <Skeleton width="30%" />
              <Skeleton width="100%" height={120} />
            </div>
          ))}

        {sheet.phase === 'adding' && agreed && (
          <section className={styles.card} aria-label={t('newCard')}>
            <div className={styles.cardHead}>
              <h3 className="t-meta">{t('newCard')}</h3>
              {sheet.methods && sheet.chosen !== null && (
                <Button
                  variant="plain"
                  size="tiny"
                  disabled={busy}
                  onClick={() => dispatch({ type: 'cardFormClosed' })}
                >
                  {t('useSaved')}
                </Button>
              )}
            </div>
            <CardFrame
              ref={cardForm}
              onValid={setCardValid}
              onToken={(token) => void till.payWithToken(token)}
              onError={(code) => dispatch({ type: 'cardRefused', code })}
            />
            {sheet.cardProblem && (
              <p role="alert" className={cx(styles.notice, styles.danger)}>
                <CircleAlert size={20} aria-hidden="true" />
                {t('cardProblem')}
              </p>
            )}
            <p className="t-meta quiet">{t('cardIsSaved')}</p>
          </section>
        )}

        {sheet.phase === 'challenge' && sheet.purchase?.action && (
          <Challenge url={sheet.purchase.action.url} onDone={till.challengeDone} onCancel={till.cancel} />
        )}

        {sheet.phase === 'unknown' && (
          <div className={styles.waiting}>
            <p>{t('unknown')}</p>
            {!sheet.purchase && <Button onClick={till.askAgain}>{t('askAgain')}</Button>}
            <p className="t-meta quiet">{t('closeAnyTime')}</p>
          </div>
        )}

        {sheet.phase === 'ended' && (
          <div className={styles.waiting}>
            <p>{t('holdEnded')}</p>
            <Button variant="solid" onClick={onClose}>
              {t('lookAgain')}
            </Button>
          </div>
        )}

        {asksToPay && agreed && (
          <div className={styles.pay}>
            <Button
              variant="money"
              size="big"
              wide
              busy={busy}
              disabled={!busy && !(sheet.phase === 'adding' ? cardValid && !sheet.offline : mayPay(sheet))}
              icon={<LockKeyhole size={20} aria-hidden="true" />}
              aria-label={busy ? undefined : t('pay', { amount: spoken(sheet.amount) })}
              onClick={pressPay}
            >
              {sheet.savingCard ? (
                t('savingCard')
              ) : busy ? (
                t('paying')
              ) : (
                <bdi>{t('pay', { amount: withCode(sheet.amount) })}</bdi>
              )}
            </Button>
            <p className="t-meta quiet">
              {busy
                ? sheet.lost
                  ? t('lost')
                  : settling
                    ? t('holdOn')
                    : t('closeAnyTime')
                : t(checkout.asks.length > 0 ? 'seesDetails' : 'sees', { merchant })}
            </p>
          </div>
        )}
      </div>
    </Sheet>
  );
}

/** Who buys, where to, and what delivery costs; nothing where the business asks for nothing. */
function BeforePaying({
  before: { checkout, detailsFailed, retryDetails, submit, change, choose, askAgain },
  merchant,
  busy,
}: {
  before: ReturnType<typeof useCheckout>;
  merchant: string;
  busy: boolean;
}) {
  const { t } = useTranslation('payments');
  const { phase, asks, details, keep } = checkout;
  if (phase === 'loading')
    return detailsFailed ? (
      <ErrorState onRetry={retryDetails}>{t('details.failed')}</ErrorState>
    ) : (
      <Skeleton width="100%" height={160} />
    );
  if (phase === 'editing') return <DetailsForm {...{ asks, details, keep, merchant }} onSubmit={submit} />;
  return (
    <>
      <DetailsSummary details={details} disabled={busy} onChange={change} />
      {checkout.flexible && (
        <Delivery {...{ checkout, merchant }} disabled={busy} onChoose={choose} onAgain={askAgain} />
      )}
    </>
  );
}

/** What an attempt leads to before the next: a new price, other details, or that they are kept. */
function useAfterAttempt(
  { failure, phase }: ReturnType<typeof usePaySheet>['sheet'],
  { checkout, askAgain, change, remember }: ReturnType<typeof useCheckout>,
) {
  const { flexible } = checkout;
  const paid = phase === 'paid';
  const keep = useRef(remember);
  keep.current = remember;
  const reopen = useRef(change);
  reopen.current = change;
  useEffect(() => {
    // A business that says no may ask for another price by now; the person sees it before they press again.
    if (flexible && (failure === 'price_changed' || failure === 'merchant_refused')) askAgain();
    if (failure === 'details_refused') reopen.current();
  }, [flexible, failure, askAgain]);
  useEffect(() => {
    if (paid) void keep.current();
  }, [paid]);
}

/** True for the first `ms` of each time that `active` lasts. */
function useFirstSeconds(active: boolean, ms: number): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!active) return;
    const timer = setTimeout(() => setOver(true), ms);
    return () => {
      clearTimeout(timer);
      setOver(false);
    };
  }, [active, ms]);
  return active && !over;
}
