import { createContext, lazy, type ReactNode, Suspense, use, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attachment, BoardingPass, Event, QuickReply, Thread } from '../../api/types.ts';
import { MessageCard } from '../../features/bots/MessageCard.tsx';
import { PersistentMenu } from '../../features/bots/PersistentMenu.tsx';
import { QuickReplies } from '../../features/bots/QuickReplies.tsx';
import { WelcomeScreen } from '../../features/bots/WelcomeScreen.tsx';
import { languageNames, languageOf, languages } from '../../lib/languages.ts';
import { chooseTheme, themeChoices, useThemeChoice } from '../../lib/theme.ts';
import * as samples from '../../ui/cards/samples.ts';
import { EmojiPicker } from '../../ui/EmojiPicker.tsx';
import { chooseLanguage } from '../i18n.ts';
import styles from './GalleryPage.module.css';
import { TalkSamples } from './TalkSamples.tsx';

/**
 * Every card in every state, in the theme and language of the screen: documentation for those who write bots, and
 * what we look at after a change. Its headings are English, like the code; the cards speak the chosen language.
 */
export function GalleryPage() {
  const [passes, setPasses] = useState<readonly BoardingPass[] | null>(null);
  return (
    <OpenPass value={setPasses}>
      <main className={styles.page}>
        <header className={styles.head}>
          <h1 className="t-head">Cards</h1>
          <Settings />
        </header>
        <section className={styles.wide} aria-label="Carousels">
          <Sample title="Flight offers" attachment={samples.flightOffers()} />
          <Sample title="Generic, carousel with a missing picture" attachment={samples.products} />
        </section>
        <section className={styles.columns} aria-label="Single cards">
          <Sample title="Payment button" attachment={samples.purchaseCard} />
          <Sample title="Paid" attachment={samples.purchaseCard} after={[samples.paid(6, 4, 0, 0)]} />
          <Sample
            title="Refunded"
            attachment={samples.purchaseCard}
            after={[samples.paid(6, 4, 0, 0), samples.paid(8, 4, 0, 0, 'refunded')]}
          />
          <Sample title="Offer, hold ended" attachment={samples.heldOffer('2020-01-01T00:00:00Z')} />
          <Sample title="Buttons" attachment={samples.buttons} />
          <Sample
            title="Buttons, one taken"
            attachment={samples.buttons}
            after={[samples.pressed(5, 4, 'bag:yes')]}
          />
          <Sample title="Receipt" attachment={samples.receipt} />
          <Sample
            title="Receipt, refunded"
            attachment={samples.receipt}
            before={[samples.paid(2, 1, 0, 0)]}
            after={[samples.paid(9, 1, 0, 0, 'refunded')]}
          />
          <Sample
            title="Itinerary"
            attachment={samples.itinerary}
            before={[samples.said(1, samples.flightOffers())]}
          />
          <Sample
            title="Itinerary, check-in open"
            attachment={samples.itinerary}
            after={[samples.said(5, samples.checkIn)]}
          />
          <Sample
            title="Itinerary, checked in"
            attachment={samples.itinerary}
            after={[samples.said(5, samples.checkIn), samples.said(6, samples.boardingPass)]}
          />
          <Sample title="Check-in" attachment={samples.checkIn} />
          <Sample
            title="Check-in, done"
            attachment={samples.checkIn}
            after={[samples.said(6, samples.boardingPass)]}
          />
          <Sample title="Boarding pass" attachment={samples.boardingPass} />
          <Sample
            title="Boarding pass, gate changed later"
            attachment={samples.boardingPass}
            after={[samples.said(8, samples.boardingPassNewGate)]}
          />
          <Sample title="Boarding passes of a family, no gate yet" attachment={samples.familyPasses} />
          <Sample title="Unknown template" attachment={samples.unknown} />
          <Sample title="Not enabled" attachment={samples.buttons} enabled={false} />
        </section>
        <section className={styles.around} aria-label="Around the talk">
          <div className={styles.sample}>
            <h2 className="t-meta quiet">Messages in every state</h2>
            <TalkSamples />
          </div>
          <div className={styles.sample}>
            <h2 className="t-meta quiet">Emoji</h2>
            <EmojiPicker onPick={() => undefined} />
          </div>
          <div className={styles.sample}>
            <h2 className="t-meta quiet">Quick replies and persistent menu</h2>
            <QuickReplies replies={replies} onPress={() => undefined} />
            <PersistentMenu page={page} enabled onPress={() => undefined} />
          </div>
          <div className={styles.sample}>
            <h2 className="t-meta quiet">Welcome screen</h2>
            <div className={styles.phone}>
              <WelcomeScreen page={page} starting={false} onGetStarted={() => undefined} />
            </div>
          </div>
        </section>
        <Suspense fallback={null}>
          {passes && <BoardingPassView passes={passes} initialIndex={0} onClose={() => setPasses(null)} />}
        </Suspense>
      </main>
    </OpenPass>
  );
}

const BoardingPassView = lazy(() => import('../../features/passes/BoardingPassView.tsx'));

/** How a card of the gallery opens its passes. */
const OpenPass = createContext<(passes: readonly BoardingPass[]) => void>(() => undefined);

function Sample({
  title,
  attachment,
  before = [],
  after = [],
  enabled = true,
}: {
  title: string;
  attachment: Attachment;
  before?: readonly Event[];
  after?: readonly Event[];
  enabled?: boolean;
}) {
  const openPass = use(OpenPass);
  const [event] = useState(() => samples.said(4, attachment));
  const [events] = useState(() => [...before, event, ...after]);
  return (
    <div className={styles.sample}>
      <h2 className="t-meta quiet">{title}</h2>
      <MessageCard
        thread={thread}
        event={event}
        attachment={attachment}
        events={events}
        enabled={enabled}
        onPress={() => undefined}
        onPay={() => undefined}
        onOpenPass={openPass}
      />
    </div>
  );
}

function Settings() {
  const { i18n } = useTranslation();
  const theme = useThemeChoice();
  return (
    <div className={styles.settings}>
      <Choice
        label="Theme"
        value={theme}
        choices={themeChoices.map((choice) => [choice, choice] as const)}
        onChoose={chooseTheme}
      />
      <Choice
        label="Language"
        value={languageOf(i18n.language) ?? 'en'}
        choices={languages.map((language) => [language, languageNames[language]] as const)}
        onChoose={(language) => void chooseLanguage(language)}
      />
    </div>
  );
}

function Choice<Value extends string>({
  label,
  value,
  choices,
  onChoose,
}: {
  label: string;
  value: Value;
  choices: readonly (readonly [Value, ReactNode])[];
  onChoose: (value: Value) => void;
}) {
  return (
    <label className="t-small">
      {label}{' '}
      <select value={value} onChange={(event) => onChoose(event.target.value as Value)}>
        {choices.map(([choice, shown]) => (
          <option key={choice} value={choice}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
}

const page = samples.page;
const replies: QuickReply[] = ['Leave later', 'Another day', 'Add a checked bag', 'Talk to a person'].map(
  (title) => ({
    content_type: 'text',
    title,
    payload: title,
  }),
);
const thread = {
  id: '7',
  kind: 'business',
  title: page.name,
  lastSeq: 4,
  readSeq: 4,
  unread: 0,
  updatedAt: '2026-06-11T07:44:00.000Z',
  members: [],
  page,
} as unknown as Thread;
