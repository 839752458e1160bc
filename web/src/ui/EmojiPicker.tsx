import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { emojiIn } from '../lib/emoji.ts';
import styles from './EmojiPicker.module.css';

const groups = [
  [
    'faces',
    '😀 😁 😂 🤣 😊 😇 🙂 😉 😍 😘 😋 😜 🤔 🤗 😐 😏 😒 🙄 😬 😌 😴 🤒 😎 🤓 😕 😟 😮 😳 🥺 😢 😭 😱 😡 🤯 🥳 🤩',
  ],
  ['hands', '👍 👎 👌 ✌️ 🤞 🤙 👈 👉 👆 👇 ✋ 👋 👏 🙌 🙏 💪 🤝 👀 🙋 🤷 🤦 💁 🧑 👶 👪 💃'],
  ['hearts', '❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💕 💯 ✨ ⭐ 🔥 🎉 🎂 🎁 🏆 ✅ ❌ ❗ ❓ 💡 🔔'],
  ['nature', '🐶 🐱 🐭 🐻 🦊 🐼 🐸 🐦 🦋 🐢 🐬 🌷 🌹 🌻 🌳 🍀 🌍 🌙 ☀️ ⛅ 🌧️ ❄️ 🌈 🌊'],
  ['food', '🍎 🍊 🍋 🍓 🍇 🍒 🍅 🥑 🌶️ 🫒 🍞 🧀 🍕 🍔 🍣 🥗 🍰 🍪 ☕ 🍵 🍷 🍺 🥂 🧂'],
  ['travel', '✈️ 🛫 🛬 🚗 🚕 🚌 🚆 🚢 ⛴️ 🚲 🛵 ⛽ 🏨 🏠 🏖️ 🏔️ 🗺️ 🎫 🧳 ⌚ 📷 💶 💳 🎟️'],
] as const;

/** A grid of the usual ones, and a field for any other: keyboards of phones and systems know them all. */
export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useTranslation('ui');
  const [typed, setTyped] = useState('');
  const found = emojiIn(typed);
  return (
    <div className={styles.picker}>
      <form
        className={styles.any}
        onSubmit={(event) => {
          event.preventDefault();
          if (found) onPick(found);
        }}
      >
        <input
          aria-label={t('emoji.any')}
          placeholder={t('emoji.any')}
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
        />
        {found && (
          <button type="submit" className={styles.emoji} aria-label={t('emoji.take', { emoji: found })}>
            {found}
          </button>
        )}
      </form>
      {groups.map(([group, emoji]) => (
        <fieldset key={group} className={styles.grid} aria-label={t(`emoji.${group}`)}>
          {emoji.split(' ').map((each) => (
            <button key={each} type="button" className={styles.emoji} onClick={() => onPick(each)}>
              {each}
            </button>
          ))}
        </fieldset>
      ))}
    </div>
  );
}
