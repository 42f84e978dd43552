"""What anybody may ask of a page in a browser: contrast, a visible focus, nothing that moves or sticks out."""

CONTRASTS = """() => {
  const parsed = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = (front, back) => [0, 1, 2].map((n) => front[3] * front[n] + (1 - front[3]) * back[n]).concat(1);
  function behind(one) {
    const layers = [];
    for (; one; one = one.parentElement) layers.push(parsed(getComputedStyle(one).backgroundColor));
    return layers.reverse().reduce((back, front) => over(front, back), matchMedia("(prefers-color-scheme: dark)").matches &&
      getComputedStyle(document.documentElement).colorScheme.includes("dark") ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  }
  const light = (color) => color.slice(0, 3).map((part) => part / 255).map((share) =>
    share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4).reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
  const found = {};
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const one = words.currentNode.parentElement;
    if (!words.currentNode.textContent.trim() || !one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) ||
        one.closest("svg, script, style, noscript, :disabled")) continue;
    const style = getComputedStyle(one), back = behind(one), front = over(parsed(style.color), back);
    const [low, high] = [light(front), light(back)].sort((a, b) => a - b);
    const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < (isLarge ? 3 : 4.5)) {
      const name = `${one.tagName.toLowerCase()}.${one.className} in ${one.parentElement.className}`;
      found[name] = `${ratio.toFixed(2)}: ${style.color} on ${back.slice(0, 3).map(Math.round)}, "${words.currentNode.textContent.trim().slice(0, 20)}"`;
    }
  }
  return found;
}"""
"""Words whose contrast is below that of WCAG 2 AA: 4.5, and 3 for large letters. By element; empty where all is well."""

SHIFTS = """() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 300);
})"""
"""By how much the page has moved since it was opened (cumulative layout shift)."""

FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return { name: one.id || one.textContent.trim().slice(0, 30) || one.className, is_body: one === document.body,
    is_seen: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none",
    is_inside: box.right > 0 && box.left < innerWidth && box.width > 0 };
}"""
"""What has the focus, and whether one sees it."""


def sticks_out(page):
    """Elements beyond the right edge of a page that scrolls sideways; none where it does not."""
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility())
        .map((one) => `${one.tagName} ${one.className} ${one.id}`).slice(0, 8)"""
    )


def tabbed_through(page, times):
    """What has the focus after each of so many presses of Tab."""
    found = []
    for _ in range(times):
        page.keyboard.press("Tab")
        found.append(page.evaluate(FOCUSED))
    return found
