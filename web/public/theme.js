// Sets the theme and the language before the first paint, so that nothing flashes.
(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem("huddle.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    var language = localStorage.getItem("huddle.language");
    root.lang = language || ((navigator.language || "en").slice(0, 2) === "es" ? "es" : "en");
  } catch {
    // Storage is off: the system decides.
  }
})();
