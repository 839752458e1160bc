/** Whether the server has hidden a card's number in a text (docs/protocol/http.md): dots, perhaps in groups, and the last four digits. */
export const hasHiddenCard = (text: string) => /(?:•[ -]?){9,15}[0-9]{4}/u.test(text);
