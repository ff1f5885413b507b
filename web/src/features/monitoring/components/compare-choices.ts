/** What a range can be laid over: the same stretch, a day or a week earlier. */
export type Compare = "none" | "day" | "week";

export const compareShift: Readonly<Record<Compare, number>> = { none: 0, day: 86_400_000, week: 604_800_000 };
export const compareWords: Readonly<Record<Compare, string>> = { none: "", day: "Yesterday", week: "A week before" };
export const compareChoices: readonly (readonly [Compare, string])[] = [["none", "No comparison"], ["day", "Yesterday"], ["week", "Last week"]];
