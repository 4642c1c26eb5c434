// Light, dark, or as the system has it. theme.js applies it before the first paint.
export type Theme = "system" | "light" | "dark";

export function theme(): Theme {
  const kept = localStorage.getItem("huddle.theme");
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function setTheme(wanted: Theme): void {
  if (wanted === "system") {
    localStorage.removeItem("huddle.theme");
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem("huddle.theme", wanted);
    document.documentElement.dataset.theme = wanted;
  }
}
