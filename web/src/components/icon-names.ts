// The icons in the sprite (bootstrap-icons, MIT). tools/icon-sprite.mjs reads this list.
export const iconNames = [
  "activity", "arrow-clockwise", "arrow-down", "arrow-left", "arrow-repeat", "arrow-right", "arrow-up", "bell", "bell-slash", "box-arrow-right",
  "building", "check-circle-fill", "check-lg", "chevron-down", "chevron-expand", "chevron-right", "circle-half", "clipboard", "clipboard-check",
  "clock-history", "collection", "cpu", "dash-circle-fill", "distribute-vertical", "download", "exclamation-circle", "exclamation-octagon",
  "exclamation-triangle-fill", "eye", "eye-slash", "flag", "funnel", "gear", "graph-up", "hdd-stack", "inbox", "info-circle", "info-circle-fill",
  "journal-text", "key", "lock", "pause-circle", "pause-circle-fill", "pause-fill", "pencil", "people", "person-plus", "play-circle", "play-fill", "plug",
  "plus-lg", "question-circle", "search", "shield-check", "shield-exclamation", "speedometer2", "table", "tags", "three-dots", "trash3", "wifi-off",
  "x-lg", "x-octagon-fill", "person-x",
] as const;

export type IconName = (typeof iconNames)[number];
