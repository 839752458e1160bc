using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Stoa.Town.Flights;
using Stoa.Town.Geography;

namespace Stoa.Town.Friends;

/// <summary>What a friend says to what. By rule, not by a model: the same message gets the same answer with the same seed.</summary>
internal static partial class Phrasebook
{
    private const string LeilaEnglish =
        """
        greeting: Hi {name}! So good to hear from you 🌸|Ahlan {name}! What's new?|Hello hello! I was just thinking of you.
        how: Tired but happy, the ward was calm today. And you?|Alhamdulillah, all well here. How are you?|Sea, sun and too much coffee. Can't complain!
        thanks: Any time, habibti.|Of course! That's what friends are for.|Don't mention it 🌷
        flight: Ooh, a flight! Halcyon found me one in a minute, it even gave me the boarding pass in the chat. Where to?|Tell me when you land and I'll be at the airport with manakish.|Take a window seat, the coast is beautiful from above.
        money: Let's settle it over dinner.|You always pay, it's my turn this time!|I'll send it tonight, remind me if I forget.
        meet: Yes! Tell me when, I'm off on Saturday.|I'd love that. Coffee at the corniche?|Count me in.
        where: In Beirut, on the balcony. You should see this light.|At the hospital until six, then home.
        when: After my shift, around seven?|Saturday is best for me.
        joy: Hahaha, stop it 😂|You made my day.|❤️
        bye: Bye {name}, take care of yourself!|Yalla, talk soon 🌙
        picture: Oh, how beautiful! Send more.|Wow. Is that where you are now?
        question: Good question… let me think about it and I'll tell you tonight.|I'd say yes. What do you think?|Honestly? I don't know. Ask me after a coffee.
        other: Really? Tell me more!|I understand. And then?|Ya salam! That's something.|Good to know, {name}.
        """;

    private const string LeilaArabic =
        """
        greeting: أهلًا {name}! اشتقت لك 🌸|مرحبا {name}، كيفك؟|أهلين! كنت أفكر فيك.
        how: الحمد لله، كل شيء تمام. وأنت؟|تعبانة شوي بس مبسوطة. كيف حالك؟
        thanks: العفو يا غالية!|ولو، هذا واجب 🌷
        flight: حلو، رحلة! جرّبي Halcyon، وجدوا لي مقعدًا بدقيقة وبطاقة الصعود كمان هنا.|قولي لي متى تصلين وأنا أنتظرك في المطار.
        money: خلّيها نحسبها على العشاء.|اليوم دوري أنا، لا تجادلي!
        meet: أكيد! السبت أنا فاضية.|يلّا نشرب قهوة على الكورنيش.
        where: في بيروت، على الشرفة.|في المستشفى لحد الساعة ستة.
        when: بعد الدوام، حوالي السابعة؟|السبت أحسن لي.
        joy: هههههه 😂|❤️|أسعدتِ يومي!
        bye: مع السلامة {name}، انتبهي لحالك!|يلّا، نحكي قريبًا 🌙
        picture: يا سلام، ما أجملها!|واو! وين هذا؟
        question: سؤال جيد، خلّيني أفكر وأرد عليك الليلة.|أظن نعم. وأنت شو رأيك؟
        other: عن جد؟ احكي لي أكثر!|فهمت عليك. وبعدين؟|يا سلام!
        """;

    private const string LeilaFrench =
        """
        greeting: Coucou {name} ! Ça fait plaisir 🌸|Salut {name}, quoi de neuf ?
        how: Fatiguée mais contente, et toi ?|Tout va bien, hamdoulillah. Et toi ?
        thanks: Avec plaisir !|De rien 🌷
        flight: Un vol ? Halcyon m'en a trouvé un en une minute. Tu vas où ?|Dis-moi quand tu atterris, je viens te chercher.
        money: On verra ça au dîner.|C'est mon tour cette fois !
        meet: Avec joie, samedi ?|Un café sur la corniche ?
        where: À Beyrouth, sur le balcon.|À l'hôpital jusqu'à six heures.
        when: Après ma garde, vers sept heures ?|Samedi, c'est mieux.
        joy: Haha, arrête 😂|❤️
        bye: Bisous {name} !|À très vite 🌙
        picture: Que c'est beau !|Oh ! C'est où ?
        question: Bonne question, je te dis ça ce soir.|Je dirais que oui. Et toi ?
        other: Ah bon ? Raconte !|Je comprends. Et après ?
        """;

    private const string TomekEnglish =
        """
        greeting: Hey {name}! On the train again, signal comes and goes 🚆|Hi! Quick, before the next tunnel.|Hej {name}!
        how: Legs like wood, 90 km yesterday. You?|Sitting on my bike bag between two cars. So: perfect.|Good! Cold, but good.
        thanks: No worries!|Sure thing.|Any time 👍
        flight: You fly, I pedal. Let's see who is there first.|Does Halcyon take bikes? Asking for a friend.|Nice. Which day?
        money: Put it on the list, we'll split it after the trip.|I owe you for the tyre, right?
        meet: Saturday, 8:00, usual place?|I'm in. Bring the map!|Deal, if the train lets me.
        where: Somewhere after Skierniewice, I think.|On the train. Trees on the left, trees on the right.
        when: When the train arrives, so nobody knows.|Saturday morning?
        joy: Haha 😄|Good one.|🚴
        bye: Bye, tunnel comes!|See you!
        picture: Great picture! Where is it?|Jealous.
        question: Hm, don't know. I'll look it up when I have signal.|I think so?|Ask Piotr, he knows everything.
        other: Right!|Ha, typical.|Ok, noted.|Say that again, I was in a tunnel 😅
        """;

    private const string TomekPolish =
        """
        greeting: Hej {name}! Znowu w pociągu, zasięg jak zwykle 🚆|Cześć! Szybko, zaraz tunel.
        how: Nogi jak z drewna, wczoraj 90 km. A Ty?|Dobrze! Zimno, ale dobrze.
        thanks: Nie ma sprawy!|Luz 👍
        flight: Ty lecisz, ja pedałuję. Zobaczymy, kto będzie pierwszy.|Super. Którego dnia?
        money: Dopisz do listy, rozliczymy się po wyjeździe.|Wiszę Ci za oponę, prawda?
        meet: Sobota, 8:00, tam gdzie zawsze?|Jestem za. Weź mapę!
        where: Gdzieś za Skierniewicami.|W pociągu. Po lewej drzewa, po prawej drzewa.
        when: Jak pociąg dojedzie, czyli nie wiadomo.|W sobotę rano?
        joy: Haha 😄|Dobre!
        bye: Pa, tunel!|Do zobaczenia!
        picture: Świetne zdjęcie! Gdzie to?|Zazdroszczę.
        question: Nie wiem, sprawdzę, jak złapię zasięg.|Chyba tak?
        other: No tak!|Haha, jak zwykle.|Powtórz, byłem w tunelu 😅
        """;

    private const string PiotrEnglish =
        """
        greeting: Hello {name}! What can I do for you?|Hi {name}, good timing, I'm between two lessons.|Good to see you here!
        how: Very well, thank you. 32 essays to mark, otherwise free. You?|Fine! The class survived the test, so did I.
        thanks: You're welcome.|My pleasure, {name}.|Gladly.
        flight: Send me the flight number and I'll pick you up.|Halcyon checks you in right in the chat, I tried it. Took me a minute.|Aisle seat, always. Which day do you fly?
        money: I'll send my share right away.|Let's split it evenly, I have the receipts.|Already paid, look in your wallet.
        meet: Saturday suits me. Ten o'clock?|With pleasure. Where?|Yes, I'll bring cake.
        where: At school, room 14.|At home, with a pile of essays.
        when: At four, after the last lesson.|Tomorrow afternoon would be best.
        joy: Ha! I'll use that in class.|😄|Very good.
        bye: Goodbye, {name}!|See you soon.
        picture: Lovely photo. Where was it taken?|Beautiful, thank you for sharing.
        question: I believe so, but let me check.|Good question. The short answer is yes.|I'd ask Leila, she knows better.
        other: I see. Go on!|Noted.|Interesting, tell me more.|Perfect, thank you.
        """;

    private const string PiotrPolish =
        """
        greeting: Cześć {name}! W czym pomóc?|Dzień dobry {name}, akurat mam przerwę.
        how: Bardzo dobrze, dziękuję. 32 wypracowania do sprawdzenia. A u Ciebie?|Dobrze! Klasa przeżyła sprawdzian, ja też.
        thanks: Proszę bardzo.|Cała przyjemność po mojej stronie, {name}.
        flight: Podaj numer lotu, odbiorę Cię z lotniska.|Którego dnia lecisz?
        money: Zaraz wyślę swoją część.|Podzielmy po równo, mam paragony.
        meet: Sobota mi pasuje. O dziesiątej?|Chętnie. Gdzie?
        where: W szkole, sala 14.|W domu, ze stosem wypracowań.
        when: O czwartej, po ostatniej lekcji.|Najlepiej jutro po południu.
        joy: Ha! Opowiem to na lekcji.|😄
        bye: Do widzenia, {name}!|Do zobaczenia.
        picture: Piękne zdjęcie. Gdzie to?|Dziękuję, że się dzielisz.
        question: Chyba tak, ale sprawdzę.|Dobre pytanie. W skrócie: tak.
        other: Rozumiem. I co dalej?|Zapisane.|Ciekawe, opowiedz więcej.
        """;

    private static readonly FrozenDictionary<(string Friend, string Language), FrozenDictionary<string, string[]>> Books =
        new Dictionary<(string, string), string>
        {
            [("leila", "en")] = LeilaEnglish,
            [("leila", "ar")] = LeilaArabic,
            [("leila", "fr")] = LeilaFrench,
            [("tomek", "en")] = TomekEnglish,
            [("tomek", "pl")] = TomekPolish,
            [("piotr", "en")] = PiotrEnglish,
            [("piotr", "pl")] = PiotrPolish,
        }.ToFrozenDictionary(
            book => book.Key,
            book => book.Value.Split('\n').Select(line => line.Split(": ", 2)).ToFrozenDictionary(line => line[0], line => line[1].Trim().Split('|')));

    /// <summary>In order of precedence.</summary>
    private static readonly (string Topic, Regex Pattern)[] Topics =
    [
        ("thanks", ThanksWords()), ("bye", ByeWords()), ("how", HowWords()), ("flight", FlightWords()), ("money", MoneyWords()), ("meet", MeetWords()), ("where", WhereWords()),
        ("when", WhenWords()), ("greeting", GreetingWords()), ("joy", JoyWords()),
    ];

    /// <param name="message">What was said; empty for a picture or another attachment.</param>
    /// <param name="eventId">With the seed it decides among the lines that fit.</param>
    /// <param name="before">The friend's last words here, which are not said twice running.</param>
    public static string Answer(Friend friend, string message, string name, string eventId, int seed, string? before)
    {
        var language = LanguageOf(message);
        var book = Books[(friend.Handle, friend.Languages.Contains(language) ? language : friend.Languages[0])];
        var lines = book[TopicOf(message)];
        var at = StableHash.Below(lines.Length, friend.Handle, eventId, seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var line = Filled(lines[at], name);
        return line == before && lines.Length > 1 ? Filled(lines[(at + 1) % lines.Length], name) : line;
    }

    internal static string TopicOf(string message)
    {
        if (message.Trim().Length == 0) return "picture";
        var words = " " + Folding.Words(message) + " ";
        foreach (var (topic, pattern) in Topics)
        {
            if (pattern.IsMatch(words)) return topic;
        }
        if (words.Trim().Length == 0) return "joy";
        return message.TrimEnd().EndsWith('?') || message.TrimEnd().EndsWith('؟') ? "question" : "other";
    }

    internal static string LanguageOf(string message)
    {
        if (message.Any(c => c is >= '\u0600' and <= '\u06FF')) return "ar";
        if (message.Any(c => c is >= '\u0590' and <= '\u05FF')) return "he";
        if (message.Any(c => "ąćęłńśźżĄĆĘŁŃŚŹŻ".Contains(c, StringComparison.Ordinal)) || PolishWords().IsMatch(" " + Folding.Words(message) + " ")) return "pl";
        if (message.Any(c => "àâçèêëîïôùûœÀÇÈÊ".Contains(c, StringComparison.Ordinal)) || FrenchWords().IsMatch(" " + Folding.Words(message) + " ")) return "fr";
        return "en";
    }

    private static string Filled(string line, string name) => line.Replace("{name}", name, StringComparison.Ordinal);

    [GeneratedRegex(@" (?:thanks?|thx|thank you|cheers|merci|dzieki|dziekuje|shukran|شكرا|يسلمو) ")]
    private static partial Regex ThanksWords();

    [GeneratedRegex(@" (?:bye|goodbye|good night|see you|ciao|au revoir|bisous|a plus|pa|do zobaczenia|dobranoc|na razie|مع السلامه|باي|تصبحي?) ")]
    private static partial Regex ByeWords();

    [GeneratedRegex(@" (?:how are (?:you|things)|how is it going|hows it going|how do you do|whats up|whats new|co slychac|jak sie masz|jak tam|co tam|ca va|comment vas tu|comment ca va|كيفك|كيف حالك|شو اخبارك|شلونك) ")]
    private static partial Regex HowWords();

    [GeneratedRegex(@" (?:flights?|fly|flying|airports?|plane|boarding|halcyon|airline|land|landing|lot|lece|leciec|lotnisk\w*|samolot\w*|avion|vol|aeroport|رحله|طائره|المطار|مطار|طياره) ")]
    private static partial Regex FlightWords();

    [GeneratedRegex(@" (?:money|pay|paid|owe|split|euros?|eur|zloty|pln|cash|bill|kasa|pieniadze|zaplac\w*|argent|payer|فلوس|مصاري|ادفع) ")]
    private static partial Regex MoneyWords();

    [GeneratedRegex(@" (?:meet|coffee|dinner|lunch|beer|hike|trip|saturday|sunday|weekend|tonight|party|cinema|spotka\w*|kawa|kawe|obiad|sobot\w*|wieczorem|cafe|diner|samedi|ce soir|قهوه|نلتقي|عشاء|السبت) ")]
    private static partial Regex MeetWords();

    [GeneratedRegex(@" (?:where|gdzie|ou es tu|tu es ou|وين|اين) ")]
    private static partial Regex WhereWords();

    [GeneratedRegex(@" (?:when|what time|kiedy|o ktorej|quand|quelle heure|متي|امتي|ايمتي) ")]
    private static partial Regex WhenWords();

    [GeneratedRegex(@"^ (?:hi+|hello+|hey+|hej|heja|czesc|siema|witaj|witam|dzien dobry|salut|bonjour|bonsoir|coucou|yo|good (?:morning|evening|afternoon)|ahlan|salam|marhaba|shalom|مرحبا|اهلا|اهلين|السلام|سلام|هاي|صباح|مساء) ")]
    private static partial Regex GreetingWords();

    [GeneratedRegex(@" (?:(?:ha){2,}h?|lol|lmao|xd+|haha\w*|hehe\w*|mdr|ههه+|funny|great news|congrats|congratulations|yay) ")]
    private static partial Regex JoyWords();

    [GeneratedRegex(@" (?:czesc|hej|siema|co|jak|sie|jest|nie|tak|dzieki|dziekuje|kiedy|gdzie|prosze|jutro|dzisiaj|masz|mam|bede|dobrze|witaj|lece|sobote) ")]
    private static partial Regex PolishWords();

    [GeneratedRegex(@" (?:bonjour|bonsoir|salut|coucou|merci|est|je|tu|vous|nous|quand|avec|pour|demain|aujourdhui|ca|oui|non|bisous|vol) ")]
    private static partial Regex FrenchWords();
}
