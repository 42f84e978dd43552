// Words whose contrast is too low, by element; see page_checks.py.
() => {
  const parsed = (text) => { const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = (front, back) => [0, 1, 2].map((n) => front[3] * front[n] + (1 - front[3]) * back[n]).concat(1);
  function behind(one) {
    const layers = [];
    for (; one; one = one.parentElement) layers.push(parsed(getComputedStyle(one).backgroundColor));
    return layers.reverse().reduce((back, front) => over(front, back), [255, 255, 255, 1]);
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
}
