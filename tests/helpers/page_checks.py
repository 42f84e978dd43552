"""What anybody may ask of a page in a browser: contrast, a visible focus, nothing that moves or sticks out."""

from pathlib import Path

CONTRASTS = Path(__file__).with_name("contrasts.js").read_text("utf-8").partition("\n")[2]
"""Words whose contrast is below that of WCAG 2 AA, 4.5, or 3 for large letters; by element, empty where all is well."""

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
